import MediaCore

/// Moves trains of one title after another, or of one again and again, to one timeline.
///
/// Decode times strictly increase within a track; where a title's first are further before its presentation than the last of the one before,
/// so that they would overlap in them, they are moved behind the last.
struct TrainPlacing: Sendable {
    /// Of each track's last unit, on that timeline.
    private var lastDecodeTimes: [Int: MediaTime] = [:]

    /// - Parameter offset: where the NPT 0 of the train's title lies on the timeline.
    /// - Returns: the unit's end in the title's own time.
    mutating func place(_ train: inout PacketTrain, at offset: MediaTime) -> MediaTime {
        let unit = train.unit
        train.unit.presentationTime += offset
        var decodeTime = unit.decodeTime + offset
        if let last = lastDecodeTimes[unit.track] { decodeTime = max(decodeTime, last + .microseconds(1)) }
        train.unit.decodeTime = decodeTime
        train.lastDecodeTime = max(decodeTime, train.lastDecodeTime + offset)
        lastDecodeTimes[unit.track] = train.lastDecodeTime
        return max(unit.presentationTime, unit.decodeTime) + unit.duration
    }
}
