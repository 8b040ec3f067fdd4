package import MediaCore
package import RTPPayload

/// A track of an entry that cannot follow the channel's as it is, and what it would have to become.
package struct TrackConversion: Hashable, Sendable {
    /// The entry's.
    package let track: Int
    /// The channel's, with the format that its viewers were told.
    package let target: Track
    package let format: PayloadFormat
    /// Why it cannot follow, a clause for a person.
    package let reason: String

    package init(track: Int, target: Track, format: PayloadFormat, reason: String) {
        self.track = track
        self.target = target
        self.format = format
        self.reason = reason
    }
}
