internal import MediaCore

// RFC 7587, RTP Payload Format for the Opus Speech and Audio Codec.

extension PayloadFormat {
    /// RFC 7587 7: `opus/48000/2` whatever the stream's rate and channels; `sprop-stereo` says which it rather is. `sprop-maxcapturerate` is
    /// left out: the header's input rate is a note on the original, and no client acts on it.
    ///
    /// RFC 7587 has one Opus stream of one or two channels. For more, GStreamer and libwebrtc have an encoding of their own, `multiopus`,
    /// which FFmpeg (up to 9.0) does not know.
    static func opus(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        let channels = try OpusHead.channels(codec)
        return PayloadFormat(
            mediaType: "audio", encodingName: "opus", clockRate: ClockRate(hertz: 48_000)!, channels: 2,
            fmtp: [FormatParameter("sprop-stereo", channels == 2 ? "1" : "0")], coding: .opus)
    }
}

/// The identification header, RFC 7845 5.1: libavformat makes one also of ISO BMFF's `dOps`.
private enum OpusHead {
    /// 1 or 2; throws if the track is not one plain Opus stream.
    static func channels(_ codec: CodecDescription) throws(PayloadFormatError) -> Int {
        let header = codec.configuration
        let isHeader = header.count >= 19 && header.starts(with: Array("OpusHead".utf8))
        let channels = isHeader ? Int(header[9]) : codec.channels
        guard (1...2).contains(channels) else {
            throw PayloadFormatError("Opus with \(channels) channels: RFC 7587 carries one or two")
        }
        // With a channel mapping table (RFC 7845 5.1.1): streams, coupled streams, then each channel's place in them.
        guard isHeader, header[18] != 0 else { return channels }
        let plain: [UInt8] = channels == 1 ? [1, 0, 0] : [1, 1, 0, 1]
        guard header[19...].starts(with: plain) else {
            throw PayloadFormatError(
                "Opus of several streams, or with channels rearranged: RFC 7587 carries one plain stream")
        }
        return channels
    }
}

/// Packetizes Opus: one Opus packet is one RTP payload, without a header (RFC 7587 4.2).
///
/// The marker means the start of a talk spurt (4.1), of which a file has none: never set.
package struct OpusPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8

    init(layout: PacketLayout, payloadType: UInt8) {
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize`. The format has no fragments, so a larger Opus packet is refused: 20 ms are at most 1,275 bytes (RFC 6716
    /// 3.2.1), and fit in the default packet.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let size = bytes.byteCount
        let largest = layout.maximumPacketSize - PacketWriter.headerSize
        guard size > 0 else { throw .malformed("empty access unit", offset: 0) }
        guard size <= largest else { throw .tooLarge(bytes: size, limit: largest) }
        // SAFETY: the pointer is used inside the closure alone, from 0 to `size`.
        try bytes.withUnsafeBytes { (unit) throws(PacketizationError) in
            try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
                (writer, runs) throws(PacketizationError) in
                try writer.packet(payload: size, marker: false, runs: &runs)
                    .copyMemory(from: unit.baseAddress!, byteCount: size)
            }
        }
    }
}
