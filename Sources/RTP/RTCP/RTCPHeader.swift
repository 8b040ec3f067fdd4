/// The first word of every RTCP packet, RFC 3550 6.4.1.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P|  count  |  packet type  |    length (words, less one)   |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
struct RTCPHeader: Hashable, Sendable {
    static let size = 4

    /// Report blocks, SDES chunks or BYE sources; an APP packet's subtype; a feedback message's format. 0...31.
    let count: Int
    let type: UInt8
    /// The packet's body: after this word, before the padding.
    let body: Range<Int>
    /// Where the next packet begins.
    let end: Int
    let hasPadding: Bool

    /// Parses the packet that begins at `offset`.
    init(parsing bytes: RawSpan, at offset: Int) throws(RTCPError) {
        guard bytes.byteCount - offset >= Self.size else { throw .truncated(offset: offset) }
        let first = bytes.uint8(at: offset)
        guard first >> 6 == 2 else { throw .version(first >> 6, offset: offset) }
        self.count = Int(first & 0x1F)
        self.type = bytes.uint8(at: offset + 1)
        self.end = offset + 4 * (Int(bytes.uint16(at: offset + 2)) + 1)
        guard end <= bytes.byteCount else { throw .truncated(offset: offset) }
        self.hasPadding = first & 0x20 != 0
        var bodyEnd = end
        if hasPadding {
            // The last byte counts the padding, itself included: a multiple of four (RFC 3550 6.4.1).
            let padding = Int(bytes.uint8(at: end - 1))
            guard padding > 0, padding % 4 == 0, padding <= end - offset - Self.size else {
                throw .padding(offset: offset)
            }
            bodyEnd -= padding
        }
        self.body = offset + Self.size..<bodyEnd
    }

    /// Appends a header for a packet of `words` 32-bit words, this one included.
    static func append(count: Int, type: UInt8, words: Int, to bytes: inout [UInt8]) {
        precondition((0...31).contains(count) && (1...65_536).contains(words))
        bytes.append(0x80 | UInt8(count))
        bytes.append(type)
        bytes.appendBigEndian(UInt16(words - 1))
    }
}

/// Why bytes are no RTCP packet. Offsets are from the datagram's start.
package enum RTCPError: Error, Hashable, Sendable {
    /// The packet at `offset`, or the item there, reaches beyond the bytes that hold it.
    case truncated(offset: Int)
    /// Not 2.
    case version(UInt8, offset: Int)
    /// The padding count is zero, not a multiple of four, or exceeds the packet; or a packet other than the last is
    /// padded (RFC 3550 6.4.1, A.2).
    case padding(offset: Int)
    /// The datagram holds no packet.
    case empty
}
