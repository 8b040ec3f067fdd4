internal import MediaCore

// RFC 3551 4.5.2 to 4.5.7: ITU-T G.722, G.723.1 and G.729, whose frames travel as they are.

extension PayloadFormat {
    /// For ITU-T's recommendations.
    static func recommendation(_ codec: CodecDescription) throws(PayloadFormatError) -> PayloadFormat {
        switch codec.codec {
        // Sampled at 16 kHz; the clock of 8 kHz is an error that was kept (4.5.2).
        case .g722:
            guard codec.sampleRate == 16_000 else {
                throw PayloadFormatError("G.722 with a sampling rate of \(codec.sampleRate)")
            }
            return try speech(codec, "G722", clockRate: 8000, staticPayloadType: 9)
        case .g726(let packing): return try g726(codec, packing)
        // 30 ms (4.5.3).
        case .g7231: return try speech(codec, "G723", staticPayloadType: 4)
        // 10 ms: two to a packet (4.5.6).
        default: return try speech(codec, "G729", staticPayloadType: 18)
        }
    }
}
