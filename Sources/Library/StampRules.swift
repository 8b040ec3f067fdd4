internal import LibAV
internal import MediaCore
internal import Timestamps

extension Container {
    /// What this container's stamps of `stream` are worth.
    func timestampRules(for stream: StreamDescription) -> TimestampRules {
        switch traits.stamps {
        case .exact: .mp4
        case .rounded: .flv
        case .presentation, .roundedPresentation: .matroska
        case .decodeOnly: .avi
        case .clock: .mpegSystems
        // The one stamp of ASF is that of presentation (ASF 1.20.3, 5.2.2): its own codecs' muxers mean it, others write the
        // decode time there.
        case .partial: [.vc1, .wmv3].contains(stream.codec.codec) ? .matroska : .ogg
        case .pages: .ogg
        case .counted: TimestampRules(.exact, countsSamples: false)
        case .none: .elementaryStream(frameDuration: stream.frameDuration)
        }
    }
}
