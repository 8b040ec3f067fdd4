/// A codec by its name in the field.
package enum Codec: Hashable, Sendable {
    case h264
    case h265
    /// MPEG-4 Part 2, ISO/IEC 14496-2.
    case mpeg4Visual
    /// ISO/IEC 11172-2.
    case mpeg1Video
    /// ISO/IEC 13818-2.
    case mpeg2Video
    case motionJPEG
    case h261
    /// ITU-T H.263, all its versions.
    case h263
    case h266
    case vp8
    case vp9
    case av1
    case theora
    /// ISO/IEC 15444-1.
    case jpeg2000
    /// IEC 61834, SMPTE 314M and 370M.
    case dv
    /// SMPTE 421M, advanced profile.
    case vc1
    /// SMPTE 421M, simple and main profile.
    case wmv3
    /// SMPTE 2042-1, also called Dirac Pro.
    case vc2
    case rawVideo
    case aac
    /// AAC in LATM, with the configuration in the stream: ISO/IEC 14496-3 1.7.
    case latm
    /// MPEG-1 and MPEG-2 audio of layers 1 to 3: ISO/IEC 11172-3, 13818-3.
    case mpegAudio
    case ac3
    case eac3
    case opus
    case vorbis
    case speex
    /// 3GPP TS 26.071 and 26.171.
    case amr
    case amrWB
    /// ITU-T G.722, G.726, G.723.1 and G.729.
    case g722
    case g726(G726Packing)
    case g7231
    case g729
    /// GSM 06.10, in frames of 33 bytes.
    case gsm
    /// The same frames, two in 65 bytes, as Microsoft packs them.
    case gsmMS
    /// RFC 3951.
    case ilbc
    case qcelp
    case evrc
    case pcm(PCMFormat)
    /// ITU-T G.711 mu-law and A-law.
    case pcmu
    case pcma
    /// SMPTE 336M metadata.
    case klv
    /// Subtitles that are text.
    case text(TextFormat)
    /// Anything the server knows no payload format for; the name is the demuxer's.
    case other(String)
}

/// How a cue of subtitles is written; the name is for people.
package enum TextFormat: String, Hashable, Sendable {
    case plain = "text"
    case subRip = "SubRip"
    case webVTT = "WebVTT"
    /// 3GPP TS 26.245: `mov_text`.
    case timedText = "3GPP timed text"
    /// Also SSA.
    case ass = "ASS"
}

/// Which end of a byte the first sample of ITU-T G.726 is at.
package enum G726Packing: Hashable, Sendable {
    /// The most significant: ITU-T I.366.2 annex E.
    case mostSignificantFirst
    /// The least significant: RFC 3551 4.5.4.
    case leastSignificantFirst
}

/// How a sample of uncompressed audio is stored; channels are interleaved.
package struct PCMFormat: Hashable, Sendable {
    package enum Number: String, Hashable, Sendable {
        case signed, unsigned, float
    }

    package var number: Number
    /// Of a stored sample: 8, 16, 24, 32 or 64.
    package var bits: Int
    /// Of no meaning for 8 bits.
    package var isBigEndian: Bool

    package init(_ number: Number, bits: Int, isBigEndian: Bool) {
        self.number = number
        self.bits = bits
        self.isBigEndian = isBigEndian
    }
}

extension PCMFormat: CustomStringConvertible {
    package var description: String {
        let order = bits == 8 ? "" : isBigEndian ? " big-endian" : " little-endian"
        return "PCM \(bits)-bit \(number.rawValue)\(order)"
    }
}

extension Codec {
    /// A unit without a byte means something: the picture before it stays (Theora 7.1).
    package var hasEmptyUnits: Bool { self == .theora }
}

extension Codec: CustomStringConvertible {
    package var description: String {
        switch self {
        case .h264: "H.264"
        case .h265: "H.265"
        case .mpeg4Visual: "MPEG-4 Part 2"
        case .mpeg1Video: "MPEG-1 video"
        case .mpeg2Video: "MPEG-2 video"
        case .motionJPEG: "Motion JPEG"
        case .h261: "H.261"
        case .h263: "H.263"
        case .h266: "H.266"
        case .vp8: "VP8"
        case .vp9: "VP9"
        case .av1: "AV1"
        case .theora: "Theora"
        case .jpeg2000: "JPEG 2000"
        case .dv: "DV"
        case .vc1: "VC-1 advanced profile"
        case .wmv3: "VC-1 simple or main profile"
        case .vc2: "VC-2"
        case .rawVideo: "uncompressed video"
        case .aac: "AAC"
        case .latm: "AAC in LATM"
        case .mpegAudio: "MPEG audio"
        case .ac3: "AC-3"
        case .eac3: "E-AC-3"
        case .opus: "Opus"
        case .vorbis: "Vorbis"
        case .speex: "Speex"
        case .amr: "AMR"
        case .amrWB: "AMR-WB"
        case .g722: "G.722"
        case .g726: "G.726"
        case .g7231: "G.723.1"
        case .g729: "G.729"
        case .gsm: "GSM 06.10"
        case .gsmMS: "GSM 06.10 in Microsoft's packing"
        case .ilbc: "iLBC"
        case .qcelp: "QCELP"
        case .evrc: "EVRC"
        case .pcm(let format): format.description
        case .pcmu: "G.711 mu-law"
        case .pcma: "G.711 A-law"
        case .klv: "KLV"
        case .text(let format): format.rawValue
        case .other(let name): name
        }
    }
}

/// What a track carries.
package enum MediaKind: String, Hashable, Sendable {
    case video, audio, subtitle, data
}

/// How a track's access units are coded: what a payload format needs to describe and to packetize them.
package struct CodecDescription: Hashable, Sendable {
    package var codec: Codec
    package var kind: MediaKind
    /// The decoder configuration as the container stores it, empty if it has none: for H.264 an `avcC` record
    /// (ISO/IEC 14496-15 5.3.3.1) or parameter sets in Annex B form; for AAC an AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1), empty if each
    /// unit begins with an ADTS header; for Opus an identification header (RFC 7845 5.1).
    package var configuration: [UInt8]
    /// Pixels; zero for audio.
    package var width: Int
    package var height: Int
    /// Samples per second that a decoder puts out (HE-AAC: after SBR); zero for video.
    package var sampleRate: Int
    /// Zero for video.
    package var channels: Int
    /// Bytes of the blocks of audio that the container counts; zero if it does not, or does not say.
    package var blockAlign = 0
    /// Bits of a stored sample of audio; zero if the container does not say.
    package var bitsPerSample = 0
    /// Bits per second, zero if unknown.
    package var bitRate: Int64
    /// Of uncompressed video alone.
    package var picture: PictureFormat?

    package init(
        codec: Codec, kind: MediaKind, configuration: [UInt8] = [], width: Int = 0, height: Int = 0,
        sampleRate: Int = 0,
        channels: Int = 0, bitRate: Int64 = 0, picture: PictureFormat? = nil
    ) {
        self.codec = codec
        self.kind = kind
        self.configuration = configuration
        self.width = width
        self.height = height
        self.sampleRate = sampleRate
        self.channels = channels
        self.bitRate = bitRate
        self.picture = picture
    }
}
