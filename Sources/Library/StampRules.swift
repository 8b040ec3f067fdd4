internal import LibAV
internal import MediaCore
internal import Timestamps

extension Container {
    /// What this container's stamps of `stream` are worth.
    func timestampRules(for stream: StreamDescription) -> TimestampRules {
        switch traits.stamps {
        case .exact: .mp4
        case .rounded: .flv
        case .roundedPresentation: .matroska
        case .decodeOnly: .avi
        case .clock: .mpegSystems
        case .pages: .ogg
        case .counted: stream.codec.isUncompressed ? TimestampRules(.exact, countsSamples: false) : .counted
        case .none: .elementaryStream(frameDuration: stream.frameDuration)
        }
    }
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
