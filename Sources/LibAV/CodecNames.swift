import CFFmpeg
internal import MediaCore

extension Codec {
    /// - Parameter name: of a codec that the server does not know.
    init(_ id: AVCodecID, name: String) {
        switch id {
        case AV_CODEC_ID_H264: self = .h264
        case AV_CODEC_ID_HEVC: self = .h265
        case AV_CODEC_ID_MPEG4: self = .mpeg4Visual
        case AV_CODEC_ID_MPEG1VIDEO: self = .mpeg1Video
        case AV_CODEC_ID_MPEG2VIDEO: self = .mpeg2Video
        case AV_CODEC_ID_MJPEG: self = .motionJPEG
        case AV_CODEC_ID_H263, AV_CODEC_ID_H263P: self = .h263
        case AV_CODEC_ID_AAC: self = .aac
        case AV_CODEC_ID_MP1, AV_CODEC_ID_MP2, AV_CODEC_ID_MP3: self = .mpegAudio
        case AV_CODEC_ID_AC3: self = .ac3
        case AV_CODEC_ID_OPUS: self = .opus
        case AV_CODEC_ID_PCM_MULAW: self = .pcmu
        case AV_CODEC_ID_PCM_ALAW: self = .pcma
        default: self = PCMFormat(id).map { .pcm($0) } ?? .other(name)
        }
    }
}

extension PCMFormat {
    /// Nil for all but interleaved linear samples.
    init?(_ id: AVCodecID) {
        guard let format = Self.formats.first(where: { $0.id == id }) else { return nil }
        self.init(format.number, bits: format.bits, isBigEndian: format.isBigEndian)
    }

    private static let formats: [(id: AVCodecID, number: Number, bits: Int, isBigEndian: Bool)] = [
        (AV_CODEC_ID_PCM_S8, .signed, 8, false), (AV_CODEC_ID_PCM_U8, .unsigned, 8, false),
        (AV_CODEC_ID_PCM_S16LE, .signed, 16, false), (AV_CODEC_ID_PCM_S16BE, .signed, 16, true),
        (AV_CODEC_ID_PCM_U16LE, .unsigned, 16, false), (AV_CODEC_ID_PCM_U16BE, .unsigned, 16, true),
        (AV_CODEC_ID_PCM_S24LE, .signed, 24, false), (AV_CODEC_ID_PCM_S24BE, .signed, 24, true),
        (AV_CODEC_ID_PCM_U24LE, .unsigned, 24, false), (AV_CODEC_ID_PCM_U24BE, .unsigned, 24, true),
        (AV_CODEC_ID_PCM_S32LE, .signed, 32, false), (AV_CODEC_ID_PCM_S32BE, .signed, 32, true),
        (AV_CODEC_ID_PCM_U32LE, .unsigned, 32, false), (AV_CODEC_ID_PCM_U32BE, .unsigned, 32, true),
        (AV_CODEC_ID_PCM_S64LE, .signed, 64, false), (AV_CODEC_ID_PCM_S64BE, .signed, 64, true),
        (AV_CODEC_ID_PCM_F32LE, .float, 32, false), (AV_CODEC_ID_PCM_F32BE, .float, 32, true),
        (AV_CODEC_ID_PCM_F64LE, .float, 64, false), (AV_CODEC_ID_PCM_F64BE, .float, 64, true),
    ]
}
