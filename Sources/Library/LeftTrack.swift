internal import LibAV
internal import MediaCore
internal import Timestamps

/// A track that one reader has given up and another goes on with: no unit is lost, and none comes twice.
final class LeftTrack {
    let track: TrackReader
    /// The file has been read to its end.
    let isAtEnd: Bool
    /// By how much the tracks of each programme have been moved together so far.
    let timelines: [Int?: FileTimeline]
    /// Units of the track that were read and not delivered: with times, and also decided about.
    private var timed = UnitQueue()
    private var ready = UnitQueue()

    init(_ track: TrackReader, isAtEnd: Bool, _ timelines: [Int?: FileTimeline]) {
        self.track = track
        self.isAtEnd = isAtEnd
        self.timelines = timelines
    }

    func take(_ waiting: consuming WaitingUnit, isReady: Bool) {
        if isReady { ready.append(waiting) } else { timed.append(waiting) }
    }

    func takeUnits(timed: inout UnitQueue, ready: inout UnitQueue) {
        while let waiting = self.timed.popFirst() { timed.append(waiting) }
        while let waiting = self.ready.popFirst() { ready.append(waiting) }
    }
}
