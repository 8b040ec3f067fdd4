internal import MediaCore

// RFC 3952, RTP Payload Format for internet Low Bit Rate Codec (iLBC) Speech.

extension PayloadFormat {
    /// Frames travel as they are (RFC 3952 3.1); `mode` says which of two lengths they have (4.2).
    static func ilbc(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        try speech(codec, "iLBC", fmtp: [FormatParameter("mode", codec.blockAlign == 38 ? "20" : "30")])
    }
}
