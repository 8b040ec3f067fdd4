/// Packetizes Vorbis and Theora: one packet of the codec in one RTP packet, or fragments of it (RFC 5215 2.2 and 2.3, of which Theora's draft
/// is a copy).
/// ```
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                     Ident                     | F | DT| pkts  |  F: 0 whole, 1 start, 2 continuation, 3 end
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  DT = 0: raw data; pkts: 1, or 0 for a fragment
/// |        length of what follows |  the packet, or a part of it
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
/// RFC 5215 lets a payload have up to 15 packets. It has one timestamp, and the others' times follow from the codec's own bytes, which
/// FFmpeg does not look at: so each has a payload of its own. The marker is never set (2.1).
package struct XiphPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private let identifier: UInt32

    private static let headerSection = 6

    private enum Fragment: UInt32 {
        case whole = 0
        case start = 1
        case continuation = 2
        case end = 3
    }

    init(identifier: UInt32, layout: PacketLayout, payloadType: UInt8) {
        self.identifier = identifier
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`. A unit without a byte, with which Theora says that the picture before it stays, is a packet of length 0.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let size = bytes.byteCount
        let largest = min(layout.maximumPacketSize - PacketWriter.headerSize - Self.headerSection, 0xFFFF)
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            var start = 0
            repeat {
                let end = min(start + largest, size)
                let fragment: Fragment =
                    if size <= largest {
                        .whole
                    } else {
                        start == 0 ? .start : end == size ? .end : .continuation
                    }
                let payload = try writer.packet(
                    payload: Self.headerSection + end - start, marker: false, runs: &runs)
                let word = identifier << 8 | fragment.rawValue << 6 | (fragment == .whole ? 1 : 0)
                payload.storeBytes(of: word.bigEndian, as: UInt32.self)
                payload.storeBytes(
                    of: UInt16(truncatingIfNeeded: end - start).bigEndian, toByteOffset: 4, as: UInt16.self)
                payload.advanced(by: Self.headerSection).copy(bytes, start..<end)
                start = end
            } while start < size
        }
    }
}
