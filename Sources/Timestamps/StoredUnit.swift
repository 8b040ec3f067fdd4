package import MediaCore

/// What a container says about one unit of a track, in ticks of the track's time base.
package struct StoredUnit: Hashable, Sendable {
    /// Nil if the container stores none.
    package var decodeTicks: Int64?
    package var presentationTicks: Int64?
    /// Zero if unknown.
    package var durationTicks: Int64
    package var isKey: Bool
    /// No other unit refers to this one.
    package var isDiscardable: Bool

    package init(
        decodeTicks: Int64?, presentationTicks: Int64?, durationTicks: Int64 = 0, isKey: Bool,
        isDiscardable: Bool = false
    ) {
        self.decodeTicks = decodeTicks
        self.presentationTicks = presentationTicks
        self.durationTicks = durationTicks
        self.isKey = isKey
        self.isDiscardable = isDiscardable
    }
}

/// One unit of a track with its times on the file's own timeline: NPT's origin is not subtracted.
package struct TimedUnit: Hashable, Sendable {
    /// Strictly increasing within a sequence.
    package var decodeTime: MediaTime
    /// Never before `decodeTime`.
    package var presentationTime: MediaTime
    /// Zero if unknown.
    package var duration: MediaTime
    /// Decoding can begin here (every audio unit; a video key frame).
    package var isRandomAccessPoint: Bool
    /// No other unit refers to this one.
    package var isDiscardable: Bool

    package init(
        decodeTime: MediaTime, presentationTime: MediaTime, duration: MediaTime = .zero, isRandomAccessPoint: Bool,
        isDiscardable: Bool = false
    ) {
        self.decodeTime = decodeTime
        self.presentationTime = presentationTime
        self.duration = duration
        self.isRandomAccessPoint = isRandomAccessPoint
        self.isDiscardable = isDiscardable
    }
}
