internal import LibAV
internal import MediaCore

/// The transport packets of a file, wherever in it reading begins. Files store them bare, behind a stamp of four bytes (BDAV, `.m2ts`), or
/// before 16 bytes of forward error correction (ISO/IEC 13818-1 annex, DVB): packets alone come out.
struct TransportFile: Sendable {
    let file: OpenFile
    /// From one packet to the next: 188, 192 or 204.
    let stride: Int
    /// Bytes from the start of the file to the first sync byte that is one.
    let start: Int64
    /// Bytes of the file.
    let size: Int64

    /// Bytes looked at to find the first packets.
    private static let searched = 1 << 16
    /// Sync bytes in a row that make a stream.
    private static let certain = 8
    /// Bytes read at once, for whole packets of each kind.
    static let block = 188 * 192 * 2

    /// Nil if the file does not begin with transport packets.
    /// - Throws: `.unreadable`.
    init?(_ file: OpenFile) throws(MediaError) {
        self.file = file
        size = file.size
        var bytes: [UInt8] = []
        try Self.read(file, Self.searched, at: 0, into: &bytes)
        guard let (stride, start) = Self.framing(of: bytes) else { return nil }
        (self.stride, self.start) = (stride, Int64(start))
    }

    private static func framing(of bytes: [UInt8]) -> (stride: Int, start: Int)? {
        for start in bytes.indices.prefix(searched / 4) where bytes[start] == TransportPacket.sync {
            for size in [188, 192, 204] {
                let last = min(start + certain * size, bytes.count - 1)
                let places = Swift.stride(from: start, through: last, by: size)
                // A file of less than that must be packets to its end.
                guard start + TransportPacket.size <= bytes.count,
                    places.allSatisfy({ bytes[$0] == TransportPacket.sync })
                else { continue }
                if last == start + certain * size || bytes.count < searched { return (size, start) }
            }
        }
        return nil
    }

    /// Replaces `bytes` by at most `count` bytes of the file.
    private static func read(
        _ file: OpenFile, _ count: Int, at offset: Int64, into bytes: inout [UInt8]
    ) throws(MediaError) {
        var result = 0
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: repeatElement(0, count: count))
        bytes.withUnsafeMutableBytes { result = file.read(into: $0, at: offset) }
        guard result >= 0 else { throw AVFailure(code: Int32(clamping: result), call: "read").mediaError }
        bytes.removeLast(count - result)
    }

    /// Where the packet at or after `position` begins, if none is damaged.
    func aligned(_ position: Int64) -> Int64 {
        guard position > start else { return start }
        return start + (position - start + Int64(stride) - 1) / Int64(stride) * Int64(stride)
    }

    /// Packets of one block, from `position` on; what is between packets that are none is passed over.
    /// - Parameters:
    ///   - position: of a packet, or in the neighbourhood of one; then of what follows the block.
    ///   - scratch: for what the file has, again and again.
    ///   - body: is given a packet's bytes' span, its offset there, and its position in the file; false ends the block behind it.
    /// - Returns: false at the end of the file.
    func readBlock(
        at position: inout Int64, scratch: inout [UInt8], _ body: (RawSpan, Int, Int64) -> Bool
    ) throws(MediaError) -> Bool {
        try Self.read(file, Self.block, at: position, into: &scratch)
        guard scratch.count >= TransportPacket.size else { return false }
        let bytes = scratch.span.bytes
        var offset = 0
        // Behind a packet the sync byte alone makes another: what follows the last one before damage is none.
        var isInStep = false
        while offset + TransportPacket.size <= bytes.byteCount {
            guard isPacket(bytes, at: offset, isInStep: isInStep) else {
                offset += 1
                isInStep = false
                continue
            }
            let isWanted = body(bytes, offset, position + Int64(offset))
            offset += stride
            isInStep = true
            if !isWanted { break }
        }
        // A packet in part, at the end, is read again with what follows; at the end of the file nothing does.
        position += Int64(max(offset, 1))
        return true
    }

    /// A sync byte, and another behind the packet, if that is at hand.
    private func isPacket(_ bytes: RawSpan, at offset: Int, isInStep: Bool) -> Bool {
        let next = offset + stride
        return bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self) == TransportPacket.sync
            && (isInStep || next >= bytes.byteCount
                || bytes.unsafeLoad(fromByteOffset: next, as: UInt8.self) == TransportPacket.sync)
    }
}
