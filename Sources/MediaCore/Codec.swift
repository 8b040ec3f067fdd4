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
    /// ITU-T H.263, all its versions.
    case h263
    case aac
    /// MPEG-1 and MPEG-2 audio of layers 1 to 3: ISO/IEC 11172-3, 13818-3.
    case mpegAudio
    case ac3
    case opus
    case pcm(PCMFormat)
    /// ITU-T G.711 mu-law and A-law.
    case pcmu
    case pcma
    /// Anything the server knows no payload format for; the name is the demuxer's.
    case other(String)
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

extension Codec: CustomStringConvertible {
    package var description: String {
        switch self {
        case .h264: "H.264"
        case .h265: "H.265"
        case .mpeg4Visual: "MPEG-4 Part 2"
        case .mpeg1Video: "MPEG-1 video"
        case .mpeg2Video: "MPEG-2 video"
        case .motionJPEG: "Motion JPEG"
        case .h263: "H.263"
        case .aac: "AAC"
        case .mpegAudio: "MPEG audio"
        case .ac3: "AC-3"
        case .opus: "Opus"
        case .pcm(let format): format.description
        case .pcmu: "G.711 mu-law"
        case .pcma: "G.711 A-law"
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
    /// Bits per second, zero if unknown.
    package var bitRate: Int64

    package init(
        codec: Codec, kind: MediaKind, configuration: [UInt8] = [], width: Int = 0, height: Int = 0,
        sampleRate: Int = 0,
        channels: Int = 0, bitRate: Int64 = 0
    ) {
        self.codec = codec
        self.kind = kind
        self.configuration = configuration
        self.width = width
        self.height = height
        self.sampleRate = sampleRate
        self.channels = channels
        self.bitRate = bitRate
    }
}
