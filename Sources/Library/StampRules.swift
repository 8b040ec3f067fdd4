internal import LibAV
internal import MediaCore
internal import Timestamps

extension Container {
    /// What this container's stamps of `stream` are worth.
    func timestampRules(for stream: StreamDescription) -> TimestampRules {
        switch traits.stamps {
        case .exact: .mp4
        case .rounded: .flv
        // Matroska has VC-1 as Video for Windows has it (V_MS/VFW/FOURCC), whose stamps are those of decoding.
        case .roundedPresentation where stream.codec.codec.isVC1: .avi
        case .presentation, .roundedPresentation: .matroska
        case .decodeOnly: .avi
        case .clock: .mpegSystems
        // The one stamp of ASF is that of presentation (ASF 1.20.3, 5.2.2): its own codecs' muxers mean it, others write the
        // decode time there.
        case .partial: stream.codec.codec.isVC1 ? .matroska : .ogg
        case .pages: .ogg
        case .counted: stream.codec.isUncompressed ? TimestampRules(.exact, countsSamples: false) : .counted
        case .none: .elementaryStream(frameDuration: stream.frameDuration)
        }
    }
}

extension Codec {
    fileprivate var isVC1: Bool { self == .vc1 || self == .wmv3 }
}

extension CodecDescription {
    fileprivate var isUncompressed: Bool {
        switch codec {
        case .pcm, .pcmu, .pcma: true
        default: false
        }
    }
}

extension TimestampRules {
    /// The first stamp counts: the demuxer's guesses at the length of what it has read follow it.
    fileprivate static var counted: TimestampRules {
        var rules = TimestampRules(.exact)
        rules.stampsTellGaps = false
        return rules
    }
}
