internal import MediaCore

/// Stamps that the container means as it says them: passed through, one unit in, one unit out.
///
/// A presentation before its decoding (a negative composition offset of ISO/IEC 14496-12 8.6.1.3) shows that all decode
/// times of the track are late: from that unit on they are moved back by as much. Presentation times stay; only that one
/// unit's may move, by a tick, if there is no room before it.
struct StoredTimes: Sendable {
    private let timeBase: TimeBase
    private let isVideo: Bool
    private var order: DecodeOrder
    /// Ticks by which decode times are early, because presentations were found before them.
    private(set) var decodeShift: Int64
    private var ready: TimedUnit?
    /// Where a unit without any time goes.
    private var following = MediaTime.zero
    private var lastDuration = MediaTime.zero

    init(isVideo: Bool, timeBase: TimeBase, rules: TimestampRules) {
        self.isVideo = isVideo
        self.timeBase = timeBase
        order = DecodeOrder(timeBase: timeBase)
        decodeShift = rules.decodeShift
    }

    mutating func push(_ unit: StoredUnit) {
        precondition(ready == nil, "next() is asked before each push")
        var decode = following
        if let stored = unit.decodeTicks ?? unit.presentationTicks {
            shift(stored, before: unit.presentationTicks)
            decode = time(
                unit.decodeTicks == nil ? stored : stored.subtractingReportingOverflow(decodeShift).partialValue)
        }
        let presentation = unit.presentationTicks.map { time($0) } ?? decode
        let times = order.admit(decode: decode, presentation: presentation)
        if unit.durationTicks > 0 { lastDuration = MediaTime(ticks: unit.durationTicks, timeBase: timeBase) }
        following = decode + max(lastDuration, order.step)
        ready = TimedUnit(
            decodeTime: times.decode, presentationTime: times.presentation, duration: lastDuration,
            isRandomAccessPoint: !isVideo || unit.isKey, isDiscardable: unit.isDiscardable)
    }

    /// Deeper than reordering goes, it is damage.
    private static let maximumShift = MediaTime.seconds(1)

    private mutating func shift(_ decode: Int64, before presentation: Int64?) {
        guard let presentation, presentation < decode else { return }
        let (late, overflow) = decode.subtractingReportingOverflow(presentation)
        if !overflow, late > decodeShift, time(late) <= Self.maximumShift { decodeShift = late }
    }

    private func time(_ ticks: Int64) -> MediaTime { MediaTime(ticks: ticks, timeBase: timeBase) }

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
