internal import MediaCore

/// Reads from a video track's units in which order their pictures come out.
struct PictureReader: Sendable {
    private enum Syntax: Sendable {
        /// Decoding order is output order.
        case inOrder
        case theora(frame: TimeBase?)
        /// Nothing is known about the codec.
        case unknown
        case mpeg4(MPEG4Pictures)
        case mpegVideo(MPEGVideoPictures)
        case h264(H264Pictures)
        case h265(H265Pictures)
        case vc1(VC1Pictures)
        /// In order, one shown frame to each unit.
        case av1(AV1Frames)
    }

    private var syntax: Syntax
    /// Seconds per frame, of a codec that knows but one picture clock: ITU-T H.263 3.1.
    private let fixedFrameDuration: TimeBase?
    private var count: Int64 = 0

    init(_ codec: CodecDescription) {
        fixedFrameDuration = codec.codec == .h263 ? TimeBase(1001, 30_000) : nil
        switch codec.codec {
        case .h264: syntax = .h264(H264Pictures(configuration: codec.configuration))
        case .h265: syntax = .h265(H265Pictures(configuration: codec.configuration))
        case .mpeg4Visual: syntax = .mpeg4(MPEG4Pictures(configuration: codec.configuration))
        case .mpeg1Video, .mpeg2Video:
            syntax = .mpegVideo(MPEGVideoPictures(configuration: codec.configuration))
        case .av1: syntax = .av1(AV1Frames(configuration: codec.configuration))
        case .theora: syntax = .theora(frame: TheoraHeaders.frameDuration(configuration: codec.configuration))
        case .vc1, .wmv3: syntax = .vc1(VC1Pictures(codec))
        case .h266: syntax = .unknown
        case .other(let name): syntax = Self.inOrderCodecs.contains(name) ? .inOrder : .unknown
        default: syntax = .inOrder
        }
    }

    /// By libavcodec's names: codecs without reordered pictures, or whose units each show what they hold.
    private static let inOrderCodecs: Set = [
        "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "msmpeg4", "flv1", "wmv1", "wmv2", "prores", "png", "qtrle", "svq1",
        "huffyuv", "ffvhuff", "ffv1", "cinepak", "flashsv", "aic", "gif", "dnxhd", "rv10",
    ]

    /// Frames that a decoder holds back, if the headers seen so far say; nil if that has to be learned.
    var reorderDepth: Int? {
        switch syntax {
        case .inOrder, .av1, .theora: 0
        case .unknown: nil
        case .mpeg4(let pictures): pictures.reorderDepth
        case .mpegVideo(let pictures): pictures.reorderDepth
        case .h264(let pictures): pictures.reorderDepth
        case .h265(let pictures): pictures.reorderDepth
        case .vc1(let pictures): pictures.reorderDepth
        }
    }

    /// Seconds per frame, if the headers seen so far say.
    var frameDuration: TimeBase? {
        switch syntax {
        case .inOrder, .unknown: fixedFrameDuration
        case .theora(let frame): frame
        case .mpeg4(let pictures): pictures.frameDuration
        case .mpegVideo(let pictures): pictures.frameDuration
        case .h264(let pictures): pictures.frameDuration
        case .h265(let pictures): pictures.frameDuration
        case .vc1(let pictures): pictures.frameDuration
        case .av1(let frames): frames.sequence?.frameDuration
        }
    }

    /// The picture of the next unit in decoding order; nil if it codes none.
    mutating func picture(in bytes: RawSpan) -> Picture? {
        guard bytes.byteCount > 0 else { return nil }
        switch syntax {
        case .inOrder, .unknown, .theora:
            count += 1
            return Picture(rank: PictureRank(sequence: 0, order: count))
        case .av1(var frames):
            // Where it is not in the container's record, the first unit has it.
            if frames.sequence == nil {
                frames.update(bytes)
                syntax = .av1(frames)
            }
            count += 1
            return Picture(rank: PictureRank(sequence: 0, order: count))
        case .mpeg4(var pictures):
            syntax = .inOrder
            defer { syntax = .mpeg4(pictures) }
            return pictures.picture(in: bytes)
        case .mpegVideo(var pictures):
            syntax = .inOrder
            defer { syntax = .mpegVideo(pictures) }
            return pictures.picture(in: bytes)
        case .h264(var pictures):
            syntax = .inOrder
            defer { syntax = .h264(pictures) }
            return pictures.picture(in: bytes)
        case .h265(var pictures):
            syntax = .inOrder
            defer { syntax = .h265(pictures) }
            return pictures.picture(in: bytes)
        case .vc1(var pictures):
            syntax = .inOrder
            defer { syntax = .vc1(pictures) }
            return pictures.picture(in: bytes)
        }
    }

    /// The next unit does not follow the last one; headers seen stay.
    mutating func reset() {
        switch syntax {
        case .inOrder, .unknown, .av1, .theora: count = 0
        case .mpeg4(var pictures):
            pictures.reset()
            syntax = .mpeg4(pictures)
        case .mpegVideo(var pictures):
            pictures.reset()
            syntax = .mpegVideo(pictures)
        case .h264(var pictures):
            pictures.reset()
            syntax = .h264(pictures)
        case .h265(var pictures):
            pictures.reset()
            syntax = .h265(pictures)
        case .vc1(var pictures):
            pictures.reset()
            syntax = .vc1(pictures)
        }
    }
}
