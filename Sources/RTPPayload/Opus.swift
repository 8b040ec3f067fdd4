internal import MediaCore

// RFC 7587, RTP Payload Format for the Opus Speech and Audio Codec.

extension PayloadFormat {
    /// RFC 7587 7: `opus/48000/2` whatever the stream's rate and channels; `sprop-stereo` says which it rather is. `sprop-maxcapturerate` is
    /// left out: the header's input rate is a note on the original, and no client acts on it.
    ///
    /// RFC 7587 has one Opus stream of one or two channels. For more, libwebrtc has an encoding of its own, `multiopus`, whose packets are
    /// those of the file: GStreamer takes it, FFmpeg (up to 9.0) does not know it.
    static func opus(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        let clockRate = ClockRate(hertz: 48_000)!
        switch try OpusHead.layout(codec) {
        case .plain(let channels):
            return PayloadFormat(
                mediaType: "audio", encodingName: "opus", clockRate: clockRate, channels: 2,
                fmtp: [FormatParameter("sprop-stereo", channels == 2 ? "1" : "0")], coding: .opus)
        case .surround(let streams, let coupled, let mapping):
            return PayloadFormat(
                mediaType: "audio", encodingName: "multiopus", clockRate: clockRate, channels: mapping.count,
                fmtp: [
                    FormatParameter("num_streams", String(streams)),
                    FormatParameter("coupled_streams", String(coupled)),
                    FormatParameter("channel_mapping", mapping.map { String($0) }.joined(separator: ",")),
                ], coding: .opus)
        }
    }
}

/// The identification header, RFC 7845 5.1: libavformat makes one also of ISO BMFF's `dOps`.
private enum OpusHead {
    enum Layout {
        /// One stream of 1 or 2 channels.
        case plain(channels: Int)
        /// Channel mapping family 1 (5.1.1.2): each channel's place among those that the streams decode to, coupled ones first.
        case surround(streams: Int, coupled: Int, mapping: [UInt8])
    }

    static func layout(_ codec: CodecDescription) throws(PayloadFormatError) -> Layout {
        let header = codec.configuration
        let isHeader = header.count >= 19 && header.starts(with: Array("OpusHead".utf8))
        let channels = isHeader ? Int(header[9]) : codec.channels
        // With a channel mapping table (RFC 7845 5.1.1): streams, coupled streams, then each channel's place in them.
        guard isHeader, header[18] != 0 else {
            guard (1...2).contains(channels) else {
                throw PayloadFormatError("Opus with \(channels) channels: RFC 7587 carries one or two")
            }
            return .plain(channels: channels)
        }
        guard header[18] == 1 else {
            throw PayloadFormatError("Opus with channels of no stated meaning (mapping family \(header[18]))")
        }
        guard channels > 0, header.count >= 21 + channels else {
            throw PayloadFormatError("Opus without a channel mapping")
        }
        let (streams, coupled, mapping) = (Int(header[19]), Int(header[20]), Array(header[21..<21 + channels]))
        if streams == 1, mapping == (coupled == 1 ? [0, 1] : [0]) { return .plain(channels: channels) }
        // 255 is silence.
        let isWhole = mapping.allSatisfy { $0 == 255 || Int($0) < streams + coupled }
        guard (3...8).contains(channels), streams > 0, coupled <= streams, isWhole else {
            throw PayloadFormatError("Opus of \(streams) streams with a wrong channel mapping")
        }
        return .surround(streams: streams, coupled: coupled, mapping: mapping)
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
