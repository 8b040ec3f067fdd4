internal import MediaCore

// RFC 5574, RTP Payload Format for the Speex Codec. A packet of Ogg is a payload as it is: whole frames, the last filled up to a byte
// (3.3). The packetizer is Opus's: one unit, one packet, no fragments, no marker (4.1 of both).

extension PayloadFormat {
    /// RFC 5574 4.1: the clock is the sampling rate. Stereo is signalled in the frames.
    static func speex(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        guard let header = SpeexHeader(codec.configuration) else {
            throw PayloadFormatError("Speex without its header")
        }
        guard [8_000, 16_000, 32_000].contains(header.rate), let clockRate = ClockRate(hertz: header.rate) else {
            throw PayloadFormatError("Speex at \(header.rate) Hz: RFC 5574 carries 8, 16 and 32 kHz")
        }
        return PayloadFormat(
            mediaType: "audio", encodingName: "speex", clockRate: clockRate, channels: header.channels == 2 ? 2 : 1,
            fmtp: [FormatParameter("vbr", header.isVariable ? "on" : "off")], coding: .opus)
    }
}
