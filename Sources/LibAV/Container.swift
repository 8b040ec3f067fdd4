import CFFmpeg
internal import MediaCore

/// The containers that are served, by the name of libavformat's demuxer. Anything probes as something (a text file as
/// ANSI art, a playlist as media): a demuxer that is not listed here is never opened, so none can open another file
/// or host.
package enum Container: String, Hashable, Sendable, CaseIterable {
    /// ISO/IEC 14496-12 and QuickTime.
    case mp4 = "mov,mp4,m4a,3gp,3g2,mj2"
    case avi
    case matroska = "matroska,webm"
    /// ISO/IEC 13818-1, and ISO/IEC 11172-1 with `mpegPS`.
    case mpegTS = "mpegts"
    case mpegPS = "mpeg"
    case flv, asf, ogg, mxf, nut
    case realMedia = "rm"
    case wav
    case wave64 = "w64"
    case aiff, au, caf
    /// Elementary streams: the codec's own units and nothing else.
    case adts = "aac"
    case mpegAudio = "mp3"
    case ac3, eac3, loas
    case h264
    case h265 = "hevc"
    case mpeg4Visual = "m4v"
    case mpegVideo = "mpegvideo"
    case h263
    case motionJPEG = "mjpeg"
    /// AV1's low-overhead format and its length-delimited one: AV1 Bitstream & Decoding Process Specification 5 and annex
    /// B.
    case obu
    case av1AnnexB = "av1"
    /// Frames of VP8, VP9 or AV1, each with a presentation time.
    case ivf
    case amr, gsm
    case ilbc
    /// Without anything that tells what they are but the file's name.
    case g722, g729
    case g7231 = "g723_1"
    case h261
    /// The advanced profile, SMPTE 421M annex E.
    case vc1
    /// Frames of IEC 61834 and SMPTE 314M, with their audio.
    case dv
    /// Uncompressed pictures, with a line of text before each.
    case yuv4MPEG = "yuv4mpegpipe"

    /// For people.
    package var label: String { traits.label }

    /// The demuxer's options.
    ///
    /// `advanced_editlist=0`: every sample is delivered, and no sample's flags change. Of an edit list the first edit
    /// counts: an empty edit delays the track, the media time of the first edit that is not empty moves it back;
    /// later edits have no effect.
    var options: [(name: String, value: String)] {
        switch self {
        case .mp4: [("advanced_editlist", "0")]
        default: []
        }
    }

    /// Bytes that are looked at before a file counts as unknown.
    static let maximumProbeSize: UInt32 = 1 << 20

    /// What `file`, which `io` reads, is, by its content; where that says nothing, and in a few formats cannot, by its name.
    /// - Throws: `.unsupported` with a reason for a person, `.unreadable`, `.cancelled`.
    static func recognize(_ file: OpenFile, _ io: borrowing FileIO) throws(MediaError) -> Container {
        var format: UnsafePointer<AVInputFormat>?
        let score = av_probe_input_buffer2(io.context, &format, "", nil, 0, maximumProbeSize)
        guard let format, score >= 0 else {
            if let headerless = headerless(file) { return headerless }
            guard score == sluice_error_invalid_data else {
                throw AVFailure(code: score, call: "av_probe_input_buffer2").mediaError
            }
            throw .unsupported("no known media format")
        }
        let name = String(cString: format.pointee.name)
        if let container = Container(rawValue: name), score > AVPROBE_SCORE_RETRY {
            if container == .amr, isOfSeveralChannels(amr: file) { throw .unsupported("AMR with several channels") }
            return container
        }
        if name == mpegAudio.rawValue, MPEGAudioProbe(file).isMPEGAudio { return .mpegAudio }
        if score <= AVPROBE_SCORE_RETRY, let headerless = headerless(file) { return headerless }
        throw .unsupported(refusal(of: name, score: score))
    }

    /// Telephone codecs without a header of the file, or of a frame.
    private static func headerless(_ file: OpenFile) -> Container? {
        switch file.nameExtension {
        case "g722": .g722
        case "g729" where file.size % 10 == 0: .g729
        case "g723_1", "tco", "rco": .g7231
        default: nil
        }
    }

    /// `#!AMR_MC1.0` and `#!AMR-WB_MC1.0`: RFC 4867 5.2.
    private static func isOfSeveralChannels(amr file: OpenFile) -> Bool {
        let start = [UInt8](unsafeUninitializedCapacity: 12) { buffer, count in
            count = max(0, file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0))
        }
        return ["#!AMR_MC", "#!AMR-WB_MC"].contains { start.starts(with: Array($0.utf8)) }
    }

    static func refusal(of demuxer: String, score: Int32) -> String {
        if textDemuxers.contains(demuxer) { return "plain text posing as video (\(demuxer))" }
        if subtitleDemuxers.contains(demuxer) { return "subtitles without media (\(demuxer))" }
        if listDemuxers.contains(demuxer) { return "a list of other files or hosts (\(demuxer))" }
        if demuxer.hasSuffix("_pipe") || imageDemuxers.contains(demuxer) { return "an image (\(demuxer))" }
        if score <= AVPROBE_SCORE_RETRY { return "no known media format (the nearest is \(demuxer))" }
        return "container \(demuxer) is not served"
    }

    private static let textDemuxers: Set = ["tty", "ansi", "bin", "xbin", "adf", "idf"]
    private static let subtitleDemuxers: Set = [
        "aqtitle", "ass", "jacosub", "lrc", "microdvd", "mpl2", "mpsub", "pjs", "realtext", "sami", "scc", "srt", "stl",
        "subviewer",
        "subviewer1", "sup", "tedcaptions", "vobsub", "vplayer", "webvtt",
    ]
    private static let listDemuxers: Set = ["concat", "dash", "ffmetadata", "hls", "imf", "rtp", "rtsp", "sdp"]
    private static let imageDemuxers: Set = ["apng", "gif", "ico", "image2", "image2pipe"]
}
