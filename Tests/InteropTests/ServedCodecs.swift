/// The codecs that the server offers, by FFmpeg's names, and how what a client got of them is compared.
enum ServedCodecs {
    /// What FFmpeg and GStreamer get of a track, and how that is judged.
    struct Codec: Sendable {
        /// As SDP spells it, in upper case.
        let encodingName: String
        var comparison = Comparison.units
        /// Clients that have no depacketizer, by their names or what these begin with.
        var unreceivedBy: Set<String> = []
        /// GStreamer's depayloader hands on access units as the container has them, behind so many that it makes of the description; nil if
        /// it does not.
        var handedOnAfter: Int?
    }

    enum Comparison: Sendable {
        /// Compressed units are the same bytes at both ends.
        case units
        /// Uncompressed audio: packets cut it elsewhere than the container did, and swap its bytes. Samples are compared.
        case samples
        /// The same, rounded to 24 bits on the way: only the number of samples and their times are compared.
        case roundedSamples
    }

    /// H.264 alone is decoded live by GStreamer's client; the others' packets are counted there.
    static let video: [String: Codec] = [
        "h264": Codec(encodingName: "H264"),
        "hevc": Codec(encodingName: "H265"),
        "mpeg4": Codec(encodingName: "MP4V-ES"),
        "mpeg1video": Codec(encodingName: "MPV"),
        "mpeg2video": Codec(encodingName: "MPV"),
        "mjpeg": Codec(encodingName: "JPEG"),
        "h263": Codec(encodingName: "H263-1998"),
        "vp8": Codec(encodingName: "VP8", handedOnAfter: 0),
        "vp9": Codec(encodingName: "VP9", handedOnAfter: 0),
        "av1": Codec(encodingName: "AV1", unreceivedBy: ["FFmpeg 5.1", "GStreamer"]),
        "dvvideo": Codec(encodingName: "DV"),
        "h261": Codec(encodingName: "H261"),
        "theora": Codec(encodingName: "THEORA", handedOnAfter: 3),
        "dirac": Codec(encodingName: "VC2", unreceivedBy: ["GStreamer"]),
        "vc1": Codec(encodingName: "VC1", unreceivedBy: ["FFmpeg", "PyAV", "GStreamer"]),
        "wmv3": Codec(encodingName: "VC1", unreceivedBy: ["FFmpeg", "PyAV", "GStreamer"]),
        "jpeg2000": Codec(encodingName: "JPEG2000", unreceivedBy: ["FFmpeg", "PyAV"]),
    ]

    /// Served, and not played here: what a client gets of them cannot be compared with what FFmpeg reads from the file.
    ///
    /// EVRC, G.729: these clients have no depacketizer. Uncompressed video: it travels in another layout. G.726: FFmpeg's stamps of the file
    /// cannot be used.
    static let notCompared: Set = [
        "evrc", "g729", "rawvideo", "adpcm_g726", "adpcm_g726le",
    ]

    /// Their standards leave no rounding open.
    static let exactDecoding: Set = ["h264", "hevc", "vp8", "vp9", "av1"]

    /// FFmpeg parses their RTP streams and does not know the time of the first unit.
    static let parsedAudio: Set = ["mp1", "mp2", "mp3", "ac3"]

    static let audio: [String: Codec] = {
        var codecs: [String: Codec] = [
            "aac": Codec(encodingName: "MPEG4-GENERIC"),
            "mp1": Codec(encodingName: "MPA", handedOnAfter: 0),
            "mp2": Codec(encodingName: "MPA", handedOnAfter: 0),
            "mp3": Codec(encodingName: "MPA", handedOnAfter: 0),
            "ac3": Codec(encodingName: "AC3"),
            "eac3": Codec(encodingName: "EAC3", unreceivedBy: ["FFmpeg", "PyAV", "GStreamer"]),
            // It travels as RFC 3640, in other units; and versions of FFmpeg decode AAC differently in the last bits.
            "aac_latm": Codec(encodingName: "MPEG4-GENERIC", comparison: .roundedSamples),
            "opus": Codec(encodingName: "OPUS", handedOnAfter: 0),
            // Containers have units of many frames, and packets have one.
            "amr_nb": Codec(encodingName: "AMR", comparison: .samples),
            "amr_wb": Codec(encodingName: "AMR-WB", comparison: .samples),
            "adpcm_g722": Codec(encodingName: "G722", comparison: .samples),
            "g723_1": Codec(encodingName: "G723", comparison: .samples),
            "gsm": Codec(encodingName: "GSM", comparison: .samples),
            "gsm_ms": Codec(encodingName: "GSM", comparison: .samples),
            "ilbc": Codec(encodingName: "ILBC", handedOnAfter: 0),
            "qcelp": Codec(encodingName: "QCELP", handedOnAfter: 0),
            "vorbis": Codec(encodingName: "VORBIS", handedOnAfter: 3),
            "speex": Codec(encodingName: "SPEEX", handedOnAfter: 2),
            "pcm_mulaw": Codec(encodingName: "PCMU", comparison: .samples),
            "pcm_alaw": Codec(encodingName: "PCMA", comparison: .samples),
        ]
        for (bits, encoding) in [(8, "L16"), (16, "L16"), (24, "L24"), (32, "L24")] {
            for sign in ["s", "u"] {
                for order in bits == 8 ? [""] : ["le", "be"] {
                    codecs["pcm_\(sign)\(bits)\(order)"] = Codec(
                        encodingName: encoding, comparison: bits == 32 ? .roundedSamples : .samples)
                }
            }
        }
        for name in ["pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be"] {
            codecs[name] = Codec(encodingName: "L24", comparison: .roundedSamples)
        }
        return codecs
    }()

    /// FFmpeg's options for one audio output: compressed units as they are, samples in blocks of one size and 24 bits.
    static func output(of audio: Codec) -> [String] {
        switch audio.comparison {
        case .units: ["-c", "copy"]
        case .samples, .roundedSamples: ["-af", "asetnsamples=n=1024:p=0", "-c:a", "pcm_s24le"]
        }
    }
}
