/// A codec by its name in the field.
package enum Codec: Hashable, Sendable {
    case h264
    case aac
    /// Anything the server knows no payload format for; the name is the demuxer's.
    case other(String)
}

extension Codec: CustomStringConvertible {
    package var description: String {
        switch self {
        case .h264: "H.264"
        case .aac: "AAC"
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
    /// (ISO/IEC 14496-15 5.3.3.1) or parameter sets in Annex B form; for AAC an AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1).
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
