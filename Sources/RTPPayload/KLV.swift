internal import MediaCore

// RFC 6597, RTP Payload Format for Society of Motion Picture and Television Engineers (SMPTE) ST 336 Encoded Data.

extension PayloadFormat {
    /// RFC 6597 6.1; the clock is that of MPEG systems, which most KLV comes from.
    static func klv() -> PayloadFormat {
        PayloadFormat(
            mediaType: "application", encodingName: "smpte336m", clockRate: .video, channels: nil, fmtp: [],
            coding: .klv)
    }
}

/// Packetizes KLV: all items of one time are a unit, which is cut wherever a packet is full (RFC 6597 4.2); the last packet has the marker.
package struct KLVPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        guard bytes.byteCount > 0 else { throw .malformed("empty access unit", offset: 0) }
        let largest = layout.maximumPacketSize - PacketWriter.headerSize
        try output.writePieces(
            of: bytes, largest: largest, marksEnd: true, base: base, layout: layout, payloadType: payloadType,
            runs: &runs)
    }
}
