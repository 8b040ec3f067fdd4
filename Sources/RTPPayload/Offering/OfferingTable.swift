import MediaCore

extension Offering {
    /// Every codec that RTP has a format for, whether the code has it yet (`isServed`) or not, and what is refused.
    package static let all: [Offering] = video + audio + others + refusals

    private static let video: [Offering] = [
        row(
            "H.264", [.h264], "H264", by: "RFC 6184", to: .all,
            note:
                "packetization mode 1: single NAL units, STAP-A, FU-A; parameter sets in SDP and before each key frame"),
        row(
            "H.265", [.h265], "H265", by: "RFC 7798", to: .all,
            note: "single NAL units, AP, FU; parameter sets in SDP and before each key frame"),
        row("H.266", [.h266], "H266", by: "RFC 9328", to: []),
        row("VP8", [.vp8], "VP8", by: "RFC 7741", to: .all),
        row("VP9", [.vp9], "VP9", by: "RFC 9628", to: [.ffmpeg, .gstreamer]),
        row("AV1", [.av1], "AV1", by: "AOM RTP 1.0", to: .ffmpeg9),
        row("MPEG-4 Part 2", [.mpeg4Visual], "MP4V-ES", by: "RFC 6416", to: .all, note: "packed B-frames are unpacked"),
        row("MPEG-1, MPEG-2 video", [.mpeg1Video, .mpeg2Video], "MPV", by: "RFC 2250", to: .all),
        row(
            "Motion JPEG", [.motionJPEG], "JPEG", by: "RFC 2435", to: .all,
            note:
                "baseline, 4:2:0 or 4:2:2, standard Huffman tables, up to 2040 x 2040; other kinds are left out with the reason"
        ),
        row("JPEG 2000", [.jpeg2000], "jpeg2000", by: "RFC 5371", to: .gstreamer),
        row("H.263", [.h263], "H263-1998", by: "RFC 4629", to: .all),
        row("H.261", [.h261], "H261", by: "RFC 4587", to: .all),
        row("Theora", [.theora], "theora", by: "draft-barbato-avt-rtp-theora", to: .all, note: "configuration in SDP"),
        row("DV", [.dv], "DV", by: "RFC 6469", to: .all, note: "with the audio that lies in its frames"),
        row(
            "VC-1", [.vc1, .wmv3], "vc1", by: "RFC 4425", to: [],
            note: "simple, main (WMV3) and advanced profile; headers in SDP, and before each key frame"),
        row("VC-2", [.vc2], "vc2", by: "RFC 8450", to: .ffmpeg, note: "HQ profile"),
        row(
            "uncompressed video", [.rawVideo], "raw", by: "RFC 4175", to: [.ffmpeg, .gstreamer], note: "not interlaced"),
    ]

    private static let audio: [Offering] = [
        row(
            "AAC", [.aac], "mpeg4-generic", by: "RFC 3640", to: .all,
            note: "AAC-hbr: Main, LC, LTP, HE-AAC; ADTS headers are stripped"),
        row(
            "AAC in LATM", [.latm], "mpeg4-generic", by: "RFC 3640", .repacked, to: .all,
            note: "its frames are taken out of LATM"),
        row(
            "AAC in LATM, as it is", [], "MP4A-LATM", by: "RFC 6416", to: .all, request: .native,
            note: "one frame in an element; configuration in SDP"),
        row("MPEG audio, layers 1 to 3", [.mpegAudio], "MPA", by: "RFC 2250", to: .all),
        row("AC-3", [.ac3], "ac3", by: "RFC 4184", to: .all),
        row("E-AC-3", [.eac3], "eac3", by: "RFC 4598", to: []),
        row("Opus", [.opus], "opus", by: "RFC 7587", to: .all, note: "one or two channels"),
        row("Vorbis", [.vorbis], "vorbis", by: "RFC 5215", to: .all, note: "configuration in SDP"),
        row("Speex", [.speex], "speex", by: "RFC 5574", to: .all),
        row("AMR", [.amr], "AMR", by: "RFC 4867", to: .all, note: "octet-aligned, one channel"),
        row("AMR-WB", [.amrWB], "AMR-WB", by: "RFC 4867", to: .all, note: "octet-aligned, one channel"),
        row("G.722", [.g722], "G722", by: "RFC 3551", to: [.ffmpeg, .gstreamer]),
        // VLC would read the bits of a byte in the other order.
        row(
            "G.726", [.g726(.leastSignificantFirst), .g726(.mostSignificantFirst)], "G726-16", "G726-24", "G726-32",
            "G726-40", by: "RFC 3551", to: [.ffmpeg, .gstreamer],
            note:
                "where the container has the first sample in the most significant bits (WAV), bits are put in RTP's order"
        ),
        row("G.723.1", [.g7231], "G723", by: "RFC 3551", to: [.ffmpeg, .gstreamer]),
        row("G.729", [.g729], "G729", by: "RFC 3551", to: [.ffmpeg, .gstreamer]),
        row(
            "GSM 06.10", [.gsm, .gsmMS], "GSM", by: "RFC 3551", to: [.ffmpeg, .gstreamer],
            note: "Microsoft's packing is repacked, exactly"),
        row("iLBC", [.ilbc], "iLBC", by: "RFC 3952", to: [.ffmpeg, .gstreamer]),
        row("QCELP", [.qcelp], "QCELP", by: "RFC 2658", to: [.ffmpeg, .gstreamer]),
        row("EVRC", [.evrc], "EVRC", by: "RFC 3558", to: []),
        row(
            "PCM, 8 and 16 bits", pcm([.signed, .unsigned], [8, 16]), "L16", by: "RFC 3551", .repacked, to: .all,
            note: "exactly"),
        row(
            "PCM, 24 bits", pcm([.signed, .unsigned], [24]), "L24", by: "RFC 3190", .repacked, to: .all, note: "exactly"
        ),
        row(
            "PCM, wider or floating-point", pcm([.signed, .unsigned, .float], [32, 64]), "L24", by: "RFC 3190",
            .rounded,
            to: .all, note: "to 24 bits, and `probe` says so"),
        row(
            "G.711", [.pcmu, .pcma], "PCMU", "PCMA", by: "RFC 3551", to: .all,
            note: "several channels are repacked as `L16`, exactly"),
    ]

    private static let others: [Offering] = [
        row(
            "MPEG transport stream", [.other("MPEG transport stream")], PayloadFormat.transportStream.encodingName,
            by: "RFC 2250", to: .all, request: .transportStream,
            note: "the file's own packets, all tracks in one stream"),
        row("KLV metadata", [.klv], "smpte336m", by: "RFC 6597", to: .gstreamer, request: .data),
        row(
            "subtitles", [.text(.plain), .text(.subRip), .text(.webVTT), .text(.timedText), .text(.ass)], "t140",
            by: "RFC 4103", to: [.ffmpeg, .vlc], request: .text, note: "each cue's text as it appears"),
    ]

    private static let refusals: [Offering] = [
        refused("lossless audio", "flac", "alac", "ape", "tta", "wavpack", "truehd", "mlp", "shorten"),
        refused("DTS", "dts"),
        refused("Windows Media Audio", "wmav1", "wmav2", "wmapro", "wmalossless", "wmavoice"),
        refused(
            "other ADPCM", "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "adpcm_swf", "adpcm_yamaha", "adpcm_ima_dk3",
            "adpcm_ima_dk4"),
        refused(
            "RealAudio, ATRAC, Nellymoser, QDM", "cook", "sipr", "ra_144", "ra_288", "atrac3", "nellymoser", "qdm2"),
        refused(
            "Windows Media and Microsoft MPEG-4 video", "wmv1", "wmv2", "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "mss2"),
        refused("Flash video", "flv1", "vp6f", "vp6a", "vp6", "flashsv", "flashsv2"),
        refused("RealVideo", "rv10", "rv20", "rv30", "rv40"),
        refused(
            "Sorenson, Cinepak, Indeo, RLE", "svq1", "svq3", "cinepak", "indeo2", "indeo3", "indeo4", "indeo5", "qtrle"),
        refused("ProRes, DNxHD, CineForm", "prores", "dnxhd", "cfhd"),
        refused("lossless video", "ffv1", "huffyuv", "ffvhuff", "utvideo", "magicyuv", "png", "gif", "lagarith"),
        refused("bitmap subtitles", "dvd_subtitle", "hdmv_pgs_subtitle", "dvb_subtitle", "xsub"),
    ]

    private static func pcm(_ numbers: [PCMFormat.Number], _ bits: [Int]) -> [Codec] {
        numbers.flatMap { number in
            bits.flatMap { bits in
                [false, true].map { .pcm(PCMFormat(number, bits: bits, isBigEndian: $0)) }
            }
        }
    }
}
