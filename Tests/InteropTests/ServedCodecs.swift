/// The codecs that the server offers, by FFmpeg's names, and how what a client got of them is compared.
enum ServedCodecs {
    /// What FFmpeg and GStreamer get of a track, and how that is judged.
    struct Codec: Sendable {
        /// As SDP spells it, in upper case.
        let encodingName: String
        var comparison = Comparison.units
        /// Clients that have no depacketizer, by their names.
        var unreceivedBy: Set<String> = []
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
        "vp8": Codec(encodingName: "VP8"),
        "vp9": Codec(encodingName: "VP9"),
        "av1": Codec(encodingName: "AV1", unreceivedBy: ["FFmpeg 5.1", "GStreamer"]),
        "dvvideo": Codec(encodingName: "DV"),
    ]

    /// Served, and not played here: what a client gets of them cannot be compared with what FFmpeg reads from the file.
    ///
    /// E-AC-3, EVRC, G.729: these clients have no depacketizer. LATM: it travels as RFC 3640, in other units. JPEG 2000: GStreamer alone
    /// receives it. Uncompressed video: it travels in another layout. Theora: FFmpeg 5.1's decoder gives up on real files. H.261: FFmpeg's
    /// parser assumes a picture clock. G.726: FFmpeg's stamps of the file cannot be used.
    static let notCompared: Set = [
        "eac3", "evrc", "g729", "aac_latm", "jpeg2000", "rawvideo", "theora", "h261", "adpcm_g726", "adpcm_g726le",
    ]

    /// Played with `SLUICE_INTEROP_TITLES=all`: by hand they are exact, all their rows together have not been seen so.
    static let recent: Set = [
        "vp8", "vp9", "av1", "dvvideo", "amr_nb", "amr_wb", "adpcm_g722", "g723_1", "gsm", "gsm_ms", "ilbc", "qcelp",
        "vorbis", "speex",
    ]

    /// Their standards leave no rounding open.
    static let exactDecoding: Set = ["h264", "hevc", "vp8", "vp9", "av1"]

    /// FFmpeg parses their RTP streams and does not know the time of the first unit.
    static let parsedAudio: Set = ["mp1", "mp2", "mp3", "ac3"]

    static let audio: [String: Codec] = {
        var codecs: [String: Codec] = [
            "aac": Codec(encodingName: "MPEG4-GENERIC"),
            "mp1": Codec(encodingName: "MPA"),
            "mp2": Codec(encodingName: "MPA"),
            "mp3": Codec(encodingName: "MPA"),
            "ac3": Codec(encodingName: "AC3"),
            "opus": Codec(encodingName: "OPUS"),
            // Containers have units of many frames, and packets have one.
            "amr_nb": Codec(encodingName: "AMR", comparison: .samples),
            "amr_wb": Codec(encodingName: "AMR-WB", comparison: .samples),
            "adpcm_g722": Codec(encodingName: "G722", comparison: .samples),
            "g723_1": Codec(encodingName: "G723", comparison: .samples),
            "gsm": Codec(encodingName: "GSM", comparison: .samples),
            "gsm_ms": Codec(encodingName: "GSM", comparison: .samples),
            "ilbc": Codec(encodingName: "ILBC"),
            "qcelp": Codec(encodingName: "QCELP"),
            "vorbis": Codec(encodingName: "VORBIS"),
            "speex": Codec(encodingName: "SPEEX"),
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
