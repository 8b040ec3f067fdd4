/// The RTP fixed header, RFC 3550 5.1.
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                           timestamp                           |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           synchronization source (SSRC) identifier            |
/// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
/// |            contributing source (CSRC) identifiers             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |      defined by profile       |  length of extension (words)  |  if X, then the extension
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
package struct RTPHeader: Hashable, Sendable {
    /// Bytes of the header without CSRC list and extension: all that a sender of one source writes.
    package static let size = 12

    package let marker: Bool
    package let payloadType: PayloadType
    package let sequenceNumber: SequenceNumber
    package let timestamp: RTPTimestamp
    package let ssrc: SSRC
    /// At most 15.
    package let contributingSources: [SSRC]
    package let `extension`: Extension?
    /// Where in the packet the payload lies: after CSRC list and extension, before the padding. May be empty.
    package let payload: Range<Int>

    /// A header extension, RFC 3550 5.3.1.
    package struct Extension: Hashable, Sendable {
        /// "Defined by profile"; 0xBEDE for one-byte elements (RFC 8285 4.2).
        package let profile: UInt16
        /// Where in the packet the extension's data lies, its four header bytes excluded.
        package let data: Range<Int>
    }

    /// Parses a whole datagram (or interleaved frame).
    package init(parsing packet: RawSpan) throws(RTPHeaderError) {
        guard packet.byteCount >= Self.size else { throw .truncated(offset: packet.byteCount) }
        let first = packet.uint8(at: 0)
        guard first >> 6 == 2 else { throw .version(first >> 6) }
        let second = packet.uint8(at: 1)
        self.marker = second & 0x80 != 0
        self.payloadType = PayloadType(secondByte: second)
        self.sequenceNumber = SequenceNumber(packet.uint16(at: 2))
        self.timestamp = RTPTimestamp(packet.uint32(at: 4))
        self.ssrc = SSRC(packet.uint32(at: 8))

        var start = Self.size + 4 * Int(first & 0x0F)
        guard packet.byteCount >= start else { throw .truncated(offset: packet.byteCount) }
        self.contributingSources = stride(from: Self.size, to: start, by: 4).map { SSRC(packet.uint32(at: $0)) }

        if first & 0x10 != 0 {
            guard packet.byteCount >= start + 4 else { throw .truncated(offset: packet.byteCount) }
            let end = start + 4 + 4 * Int(packet.uint16(at: start + 2))
            guard packet.byteCount >= end else { throw .truncated(offset: packet.byteCount) }
            self.extension = Extension(profile: packet.uint16(at: start), data: start + 4..<end)
            start = end
        } else {
            self.extension = nil
        }

        var end = packet.byteCount
        if first & 0x20 != 0 {
            // The last byte counts the padding, itself included (RFC 3550 5.1).
            let padding = Int(packet.uint8(at: end - 1))
            guard padding > 0, padding <= end - start else { throw .padding(padding) }
            end -= padding
        }
        self.payload = start..<end
    }

    /// Completes a header of which a packetizer has written the first two bytes (V=2, M, PT): the departing packet's
    /// sequence number, timestamp and SSRC, in network order.
    /// - Parameter packet: the header's first byte; 12 bytes from there on are the caller's to write. No alignment is
    ///   needed.
    @inlinable @inline(__always)
    package static func stamp(
        _ packet: UnsafeMutableRawPointer, sequenceNumber: SequenceNumber, timestamp: RTPTimestamp, ssrc: SSRC
    ) {
        packet.storeBytes(of: sequenceNumber.rawValue.bigEndian, toByteOffset: 2, as: UInt16.self)
        packet.storeBytes(of: timestamp.rawValue.bigEndian, toByteOffset: 4, as: UInt32.self)
        packet.storeBytes(of: ssrc.rawValue.bigEndian, toByteOffset: 8, as: UInt32.self)
    }
}

/// Why bytes are no RTP packet.
package enum RTPHeaderError: Error, Hashable, Sendable {
    /// The packet ends at `offset`, inside its header, CSRC list or extension.
    case truncated(offset: Int)
    /// Not 2.
    case version(UInt8)
    /// The padding count is zero or more than there are bytes after the header.
    case padding(Int)
}
