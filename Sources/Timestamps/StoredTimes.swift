internal import MediaCore

/// Stamps that the container means as it says them: passed through, one unit in, one unit out.
struct StoredTimes: Sendable {
    private let timeBase: TimeBase
    private let isVideo: Bool
    private var order: DecodeOrder
    private var ready: TimedUnit?
    /// Where a unit without any time goes.
    private var following = MediaTime.zero
    private var lastDuration = MediaTime.zero

    init(isVideo: Bool, timeBase: TimeBase) {
        self.isVideo = isVideo
        self.timeBase = timeBase
        order = DecodeOrder(timeBase: timeBase)
    }

    mutating func push(_ unit: StoredUnit) {
        precondition(ready == nil, "next() is asked before each push")
        let stored = (unit.decodeTicks ?? unit.presentationTicks).map { MediaTime(ticks: $0, timeBase: timeBase) }
        let decode = stored ?? following
        let presentation = unit.presentationTicks.map { MediaTime(ticks: $0, timeBase: timeBase) } ?? decode
        let times = order.admit(decode: decode, presentation: presentation)
        if unit.durationTicks > 0 { lastDuration = MediaTime(ticks: unit.durationTicks, timeBase: timeBase) }
        following = decode + max(lastDuration, order.step)
        ready = TimedUnit(
            decodeTime: times.decode, presentationTime: times.presentation, duration: lastDuration,
            isRandomAccessPoint: !isVideo || unit.isKey, isDiscardable: unit.isDiscardable)
    }

    mutating func next() -> TimedUnit? {
        defer { ready = nil }
        return ready
    }

    /// - Parameter start: where a unit without a stamp goes.
    mutating func reset(to start: MediaTime) {
        order.reset()
        ready = nil
        following = start
    }
}
