package import MediaCore

// RFC 3551 4.5.10 to 4.5.14 (L8, L16, PCMA, PCMU) and RFC 3190 4 (L24): uncompressed audio, and G.711.

/// As what 8-bit samples travel.
package enum EightBitSamples: Hashable, Sendable {
    /// L16, its low byte zero: FFmpeg (up to 9.0) knows no L8, and would play silence.
    case widened
    /// L8, RFC 3551 4.5.10.
    case asTheyAre
}

extension PayloadFormat {
    /// A sample is sent exactly if it has 24 bits or fewer; wider and floating-point ones are rounded to L24, and `note` says so.
    /// - Throws: if no PCM is like that, or has too many channels for one sample of each to fit the smallest packet.
    package static func linearAudio(
        _ codec: CodecDescription, _ format: PCMFormat, eightBit: EightBitSamples = .widened
    ) throws(PayloadFormatError) -> PayloadFormat {
        let source = SampleEncoding.linear(format)
        switch (format.number, format.bits) {
        case (.signed, 8), (.unsigned, 8): return try audio(codec, source, as: eightBit == .widened ? .l16 : .l8)
        case (.signed, 16), (.unsigned, 16): return try audio(codec, source, as: .l16)
        case (.signed, 24), (.unsigned, 24): return try audio(codec, source, as: .l24)
        case (.signed, 32), (.unsigned, 32), (.signed, 64), (.unsigned, 64), (.float, 32), (.float, 64):
            return try audio(codec, source, as: .l24, note: "\(format) rounded to 24 bits")
        default: throw PayloadFormatError("no RTP payload format for \(format)")
        }
    }

    /// G.711 travels as it is if it has one channel. GStreamer's `rtppcmudepay` and `rtppcmadepay` know no other count and would play stereo
    /// at half the speed, so more channels are expanded to L16, which holds every G.711 value.
    static func g711(_ codec: CodecDescription, _ law: SampleEncoding) throws(PayloadFormatError) -> PayloadFormat {
        guard codec.channels == 1 else {
            return try audio(codec, law, as: .l16, note: "\(codec.codec) expanded to 16 bits, exactly")
        }
        return try audio(codec, law, as: law == .muLaw ? .pcmu : .pcma)
    }

    private static func audio(
        _ codec: CodecDescription, _ source: SampleEncoding, as wire: WireEncoding, note: String? = nil
    ) throws(PayloadFormatError) -> PayloadFormat {
        guard let clockRate = UInt32(exactly: codec.sampleRate).flatMap(ClockRate.init(hertz:)) else {
            throw PayloadFormatError("PCM with a sampling rate of \(codec.sampleRate)")
        }
        let limit = (PacketLayout.minimumPacketSize - PacketWriter.headerSize) / wire.bytes
        guard (1...limit).contains(codec.channels) else {
            throw PayloadFormatError("PCM with \(codec.channels) channels; 1 to \(limit) can be sent")
        }
        let samples = SampleConversion(source: source, wire: wire, channels: codec.channels)
        var format = PayloadFormat(
            mediaType: "audio", encodingName: wire.rawValue, clockRate: clockRate, channels: codec.channels, fmtp: [],
            coding: .pcm(samples))
        format.note = note
        // RFC 3551 table 4.
        switch (wire, clockRate.hertz, codec.channels) {
        case (.pcmu, 8000, 1): format.staticPayloadType = 0
        case (.pcma, 8000, 1): format.staticPayloadType = 8
        case (.l16, 44_100, 2): format.staticPayloadType = 10
        case (.l16, 44_100, 1): format.staticPayloadType = 11
        default: break
        }
        return format
    }
}

/// Packetizes uncompressed audio and G.711: what it is given becomes one packet.
///
/// The marker means the start of a talk spurt (RFC 3551 4.1), of which a file has none: never set.
package struct PCMPacketizer: Sendable {
    private let layout: PacketLayout
    private let payloadType: UInt8
    private let samples: SampleConversion

    init(_ samples: SampleConversion, layout: PacketLayout, payloadType: UInt8) {
        self.samples = samples
        self.layout = layout
        self.payloadType = payloadType
    }

    /// See `Packetizer.packetize` and `PayloadFormat.sampleFraming`. Bytes after the last whole frame are dropped: a file that ends inside a
    /// frame has them.
    func packetize(
        _ bytes: RawSpan, into output: inout OutputRawSpan, runs: inout [PacketRun], base: Int32
    ) throws(PacketizationError) {
        let frames = bytes.byteCount / samples.sourceBytesPerFrame
        guard frames > 0 else { throw .malformed("not one sample of every channel", offset: 0) }
        let limit = samples.maximumFrames(in: layout)
        guard frames <= limit else {
            throw .tooLarge(bytes: bytes.byteCount, limit: limit * samples.sourceBytesPerFrame)
        }
        // SAFETY: the pointers are used inside the closures alone; `frames` whole frames lie in the one and fit the other.
        try bytes.withUnsafeBytes { (unit) throws(PacketizationError) in
            try output.writePackets(base: base, layout: layout, payloadType: payloadType, runs: &runs) {
                (writer, runs) throws(PacketizationError) in
                let payload = try writer.packet(
                    payload: frames * samples.wireBytesPerFrame, marker: false, runs: &runs)
                samples.convert(unit.baseAddress!, frames: frames, to: payload)
            }
        }
    }
}
