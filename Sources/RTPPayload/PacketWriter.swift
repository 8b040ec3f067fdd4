/// Reserves packets in a wire buffer, writes their headers and joins them to runs. A payload format fills in the
/// payloads.
///
/// Lives inside one `OutputRawSpan.withUnsafeMutableBytes`.
struct PacketWriter: ~Copyable {
    /// Bytes of an RTP header without CSRC list (RFC 3550 5.1).
    static let headerSize = 12

    private let buffer: UnsafeMutableRawBufferPointer
    private let prefix: Int
    private let payloadType: UInt8
    private let base: Int
    private var run: PacketRun?
    /// Bytes of `buffer` in use.
    private(set) var position: Int

    /// - Parameters:
    ///   - position: bytes of `buffer` in use already.
    ///   - base: the buffer's offset in the wire buffer; not negative.
    init(_ buffer: UnsafeMutableRawBufferPointer, position: Int, base: Int32, layout: PacketLayout, payloadType: UInt8)
    {
        precondition(base >= 0)
        // What runs cannot address counts as full.
        let addressable = min(buffer.count, Int(Int32.max) - Int(base))
        self.buffer = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: addressable)
        self.prefix = layout.prefix
        self.payloadType = payloadType
        self.base = Int(base)
        self.position = position
    }

    /// Appends a packet of `payload` bytes, at least 1, and returns where they go; the caller writes all of them.
    @inline(__always)
    mutating func packet(
        payload: Int, marker: Bool, runs: inout [PacketRun]
    ) throws(PacketizationError) -> UnsafeMutableRawPointer {
        let size = Self.headerSize + payload
        guard prefix + size <= buffer.count - position, let start = buffer.baseAddress else { throw .outputFull }
        join(size: size, runs: &runs)
        var packet = start + position
        if prefix == 4 {
            packet.storeBytes(of: 0, as: UInt32.self)
            packet += 4
        }
        // V=2, no padding, extension or CSRC; M and PT; the rest is stamped as the packet departs (RFC 3550 5.1).
        let firstWord = UInt32(0x8000_0000) | UInt32(marker ? payloadType | 0x80 : payloadType) << 16
        packet.storeBytes(of: firstWord.bigEndian, as: UInt32.self)
        packet.storeBytes(of: 0, toByteOffset: 4, as: UInt64.self)
        position += prefix + size
        return packet + Self.headerSize
    }

    /// A packet joins the open run if that has no shorter packet yet and the new one is not larger.
    @inline(__always)
    private mutating func join(size: Int, runs: inout [PacketRun]) {
        let size = Int32(truncatingIfNeeded: size)
        if var open = run {
            if open.lastPacketSize == open.packetSize, size <= open.packetSize {
                open.count += 1
                open.lastPacketSize = size
                run = open
                return
            }
            runs.append(open)
        }
        run = PacketRun(
            offset: Int32(truncatingIfNeeded: base + position), count: 1, packetSize: size, lastPacketSize: size)
    }

    /// Closes the last run.
    consuming func finish(runs: inout [PacketRun]) {
        if let run { runs.append(run) }
    }
}

extension OutputRawSpan {
    /// Writes one unit's packets; if `write` throws, `self` and `runs` are left as they were.
    @inline(__always)
    mutating func writePackets(
        base: Int32, layout: PacketLayout, payloadType: UInt8, runs: inout [PacketRun],
        _ write: (inout PacketWriter, inout [PacketRun]) throws(PacketizationError) -> Void
    ) throws(PacketizationError) {
        let firstRun = runs.count
        do {
            try withUnsafeMutableBytes { (buffer, count) throws(PacketizationError) in
                var writer = PacketWriter(
                    buffer, position: count, base: base, layout: layout, payloadType: payloadType)
                try write(&writer, &runs)
                // SAFETY: the writer has written every byte from the old count on: prefix and header itself, payloads
                // by its caller.
                count = writer.position
                writer.finish(runs: &runs)
            }
        } catch {
            runs.removeSubrange(firstRun...)
            throw error
        }
    }
}

extension OutputRawSpan {
    /// Writes one unit cut into payloads without a header, of `largest` bytes each but the last.
    /// - Parameter marksEnd: the last packet has the marker.
    @inline(__always)
    mutating func writePieces(
        of unit: RawSpan, largest: Int, marksEnd: Bool, base: Int32, layout: PacketLayout, payloadType: UInt8,
        runs: inout [PacketRun]
    ) throws(PacketizationError) {
        try writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            for start in stride(from: 0, to: unit.byteCount, by: largest) {
                let end = min(start + largest, unit.byteCount)
                let payload = try writer.packet(
                    payload: end - start, marker: marksEnd && end == unit.byteCount, runs: &runs)
                payload.copy(unit, start..<end)
            }
        }
    }
}

extension UnsafeMutableRawPointer {
    /// Writes bytes of a unit into a payload with room for them.
    ///
    /// - Precondition: `range` lies in `bytes`; checked.
    @inline(__always)
    func copy(_ bytes: RawSpan, _ range: Range<Int>) {
        bytes.extracting(range).withUnsafeBytes { source in
            if let start = source.baseAddress { copyMemory(from: start, byteCount: source.count) }
        }
    }
}
