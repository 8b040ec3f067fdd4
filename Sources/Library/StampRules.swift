internal import LibAV
internal import MediaCore
internal import Timestamps

extension Container {
    /// What this container's stamps of `stream` are worth.
    func timestampRules(for stream: StreamDescription) -> TimestampRules {
        switch traits.stamps {
        case .exact: .mp4
        case .rounded: .flv
        case .roundedPresentation, .presentation: .matroska
        case .decodeOnly: .avi
        case .clock: .mpegSystems
        case .pages: .ogg
        case .counted: TimestampRules(.exact, countsSamples: false)
        case .none: .elementaryStream(frameDuration: stream.frameDuration)
        }
    }
}
