internal import MediaCore

// RFC 2250 2, RTP Payload Format for MPEG1/MPEG2 Video: MPEG transport streams as they are.

extension PayloadFormat {
    /// Payload type 33, RFC 3551 6. The stream's own tables describe what is in it.
    package static let transportStream = PayloadFormat(
        mediaType: "video", encodingName: "MP2T", clockRate: .video, channels: nil, fmtp: [], coding: .transportStream,
        staticPayloadType: 33)
}

/// Packetizes an MPEG transport stream: as many whole packets of 188 bytes as fit, without any header.
///
/// The marker means that timestamps jump (RFC 2250 2), which they never do here.
package struct TransportStreamPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8

    /// Bytes of a transport packet, ISO/IEC 13818-1 2.4.3.2.
    package static let packetSize = 188

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// Transport packets in one RTP packet; 0 if none fits.
    package static func packets(in layout: PacketLayout) -> Int {
        (layout.maximumPacketSize - PacketWriter.headerSize) / packetSize
    }

    /// See `Packetizer.packetize`.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        guard bytes.byteCount > 0, bytes.byteCount % Self.packetSize == 0 else {
            throw .malformed(
                "not a whole number of transport packets", offset: bytes.byteCount / Self.packetSize * Self.packetSize)
        }
        let largest = Self.packets(in: layout) * Self.packetSize
        guard largest > 0 else {
            throw .malformed(
                "no room for a transport packet in packets of \(layout.maximumPacketSize) bytes", offset: 0)
        }
        try output.writePieces(
            of: bytes, largest: largest, marksEnd: false, base: base, layout: layout, payloadType: payloadType,
            runs: &runs)
    }
}
