import CFFmpeg
internal import MediaCore

extension Codec {
    /// - Parameter name: of a codec that the server does not know.
    init(_ id: AVCodecID, name: String) {
        self =
            Self.video[id.rawValue] ?? Self.audio[id.rawValue] ?? PCMFormat(id).map { .pcm($0) }
            ?? Self.timed[id.rawValue] ?? .other(name)
    }
}

extension Codec {
    private static let video: [UInt32: Codec] = [
        AV_CODEC_ID_H264.rawValue: .h264, AV_CODEC_ID_HEVC.rawValue: .h265, AV_CODEC_ID_VVC.rawValue: .h266,
        AV_CODEC_ID_MPEG4.rawValue: .mpeg4Visual, AV_CODEC_ID_MPEG1VIDEO.rawValue: .mpeg1Video,
        AV_CODEC_ID_MPEG2VIDEO.rawValue: .mpeg2Video, AV_CODEC_ID_MJPEG.rawValue: .motionJPEG,
        AV_CODEC_ID_H261.rawValue: .h261, AV_CODEC_ID_H263.rawValue: .h263, AV_CODEC_ID_H263P.rawValue: .h263,
        AV_CODEC_ID_VP8.rawValue: .vp8, AV_CODEC_ID_VP9.rawValue: .vp9, AV_CODEC_ID_AV1.rawValue: .av1,
        AV_CODEC_ID_THEORA.rawValue: .theora, AV_CODEC_ID_JPEG2000.rawValue: .jpeg2000,
        AV_CODEC_ID_DVVIDEO.rawValue: .dv, AV_CODEC_ID_VC1.rawValue: .vc1, AV_CODEC_ID_WMV3.rawValue: .wmv3,
        AV_CODEC_ID_DIRAC.rawValue: .vc2, AV_CODEC_ID_RAWVIDEO.rawValue: .rawVideo,
    ]

    /// Neither pictures nor sound.
    private static let timed: [UInt32: Codec] = [
        AV_CODEC_ID_SMPTE_KLV.rawValue: .klv, AV_CODEC_ID_SUBRIP.rawValue: .text(.subRip),
        AV_CODEC_ID_MOV_TEXT.rawValue: .text(.timedText), AV_CODEC_ID_WEBVTT.rawValue: .text(.webVTT),
        AV_CODEC_ID_ASS.rawValue: .text(.ass), AV_CODEC_ID_TEXT.rawValue: .text(.plain),
    ]

    private static let audio: [UInt32: Codec] = [
        AV_CODEC_ID_AAC.rawValue: .aac, AV_CODEC_ID_AAC_LATM.rawValue: .latm, AV_CODEC_ID_MP1.rawValue: .mpegAudio,
        AV_CODEC_ID_MP2.rawValue: .mpegAudio, AV_CODEC_ID_MP3.rawValue: .mpegAudio, AV_CODEC_ID_AC3.rawValue: .ac3,
        AV_CODEC_ID_EAC3.rawValue: .eac3, AV_CODEC_ID_OPUS.rawValue: .opus, AV_CODEC_ID_VORBIS.rawValue: .vorbis,
        AV_CODEC_ID_SPEEX.rawValue: .speex, AV_CODEC_ID_AMR_NB.rawValue: .amr, AV_CODEC_ID_AMR_WB.rawValue: .amrWB,
        AV_CODEC_ID_ADPCM_G722.rawValue: .g722, AV_CODEC_ID_ADPCM_G726.rawValue: .g726(.mostSignificantFirst),
        AV_CODEC_ID_ADPCM_G726LE.rawValue: .g726(.leastSignificantFirst), AV_CODEC_ID_G723_1.rawValue: .g7231,
        AV_CODEC_ID_G729.rawValue: .g729, AV_CODEC_ID_GSM.rawValue: .gsm,
        AV_CODEC_ID_GSM_MS.rawValue: .gsmMS, AV_CODEC_ID_ILBC.rawValue: .ilbc,
        AV_CODEC_ID_QCELP.rawValue: .qcelp, AV_CODEC_ID_EVRC.rawValue: .evrc,
        AV_CODEC_ID_PCM_MULAW.rawValue: .pcmu, AV_CODEC_ID_PCM_ALAW.rawValue: .pcma,
    ]
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
