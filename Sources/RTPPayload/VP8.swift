internal import MediaCore

// RFC 7741, RTP Payload Format for VP8 Video.

extension PayloadFormat {
    /// RFC 7741 6.1: all parameters are limits of a receiver; a sender states none.
    static func vp8(firstUnit: [UInt8]) throws(PayloadFormatError) -> PayloadFormat {
        guard firstUnit.isEmpty || VP8FrameHeader(firstUnit.span.bytes) != nil else {
            throw PayloadFormatError("VP8 without a frame header")
        }
        return PayloadFormat(
            mediaType: "video", encodingName: "VP8", clockRate: .video, channels: nil, fmtp: [], coding: .vp8)
    }
}

/// Packetizes VP8: each frame, shown or not, has packets of its own, all but the last as large as they may be.
/// ```
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// |X|R|N|S|R| PID |   X = 1; N: no other frame needs this one; S: begins a partition
/// +-+-+-+-+-+-+-+-+
/// |I|L|T|K|  RSV  |   I = 1: PictureID; no temporal layers, no key frame index
/// +-+-+-+-+-+-+-+-+
/// |M| PictureID   |   M = 1: 15 bits
/// +-+-+-+-+-+-+-+-+
/// |   PictureID   |
/// +-+-+-+-+-+-+-+-+
/// ```
/// PID is the partition that the packet's first byte belongs to; of nine the last counts as the eighth (RFC 7741 4.2).
package struct VP8Packetizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    /// Of the next frame.
    private var pictureID = PictureID()

    private static let descriptor = 4

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`.
    mutating func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        guard let header = VP8FrameHeader(bytes) else { throw .malformed("no VP8 frame header", offset: 0) }
        let largest = layout.maximumPacketSize - PacketWriter.headerSize - Self.descriptor
        // X, N
        let first: UInt8 = header.isUnreferenced ? 0xA0 : 0x80
        let rest = UInt32(0x80) << 16 | UInt32(pictureID.extended)
        var partition = Partition()
        try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
            (writer, runs) throws(PacketizationError) in
            var start = 0
            while start < bytes.byteCount {
                let end = min(start + largest, bytes.byteCount)
                partition.move(to: start, header, bytes)
                let payload = try writer.packet(
                    payload: Self.descriptor + end - start, marker: end == bytes.byteCount, runs: &runs)
                let flags = first | (partition.start == start ? 0x10 : 0) | UInt8(min(partition.index, 7))
                payload.storeBytes(of: (UInt32(flags) << 24 | rest).bigEndian, as: UInt32.self)
                payload.advanced(by: Self.descriptor).copy(bytes, start..<end)
                start = end
            }
        }
        pictureID.advance()
    }

    /// The partition that holds a place in the frame.
    private struct Partition {
        var index = 0
        var start = 0

        /// To the one that holds `offset`, which is not before the present one.
        mutating func move(to offset: Int, _ header: VP8FrameHeader, _ frame: RawSpan) {
            while let next = header.start(ofPartition: index + 1, in: frame), next <= offset {
                (index, start) = (index + 1, next)
            }
        }
    }
}

/// Counts frames modulo 2^15: RFC 7741 4.2, RFC 9628 4.2. Where the count begins is the sender's choice.
struct PictureID: Hashable, Sendable {
    private var number: UInt16 = 0

    /// Two bytes: the flag that there are two, and the count.
    var extended: UInt16 { number | 0x8000 }

    mutating func advance() { number = (number + 1) & 0x7FFF }
}
