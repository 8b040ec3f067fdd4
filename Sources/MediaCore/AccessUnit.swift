/// Everything about one access unit but its bytes, which travel beside it as a `RawSpan`.
///
/// Times are on the title's timeline: NPT 0 is the earliest presentation time served.
package struct AccessUnit: Hashable, Sendable {
    /// Position of the track in the title.
    package var track: Int
    /// Strictly increasing per track.
    package var decodeTime: MediaTime
    package var presentationTime: MediaTime
    /// Zero if unknown.
    package var duration: MediaTime
    /// Decoding can begin here (every audio unit; a video key frame).
    package var isRandomAccessPoint: Bool
    /// No other unit refers to this one.
    package var isDiscardable: Bool

    package init(
        track: Int, decodeTime: MediaTime, presentationTime: MediaTime, duration: MediaTime, isRandomAccessPoint: Bool,
        isDiscardable: Bool = false
    ) {
        self.track = track
        self.decodeTime = decodeTime
        self.presentationTime = presentationTime
        self.duration = duration
        self.isRandomAccessPoint = isRandomAccessPoint
        self.isDiscardable = isDiscardable
    }
}
