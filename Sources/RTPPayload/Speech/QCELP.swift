internal import MediaCore

// RFC 2658, RTP Payload Format for PureVoice(tm) Audio.

extension PayloadFormat {
    /// A frame to a packet, though the format takes ten: FFmpeg gives times to the first of a packet alone.
    static func qcelp(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        try speech(codec, "QCELP", .qcelp, staticPayloadType: 12)
    }
}
