internal import MediaCore

/// One track's stamps on one continuous timeline: wraps are undone, and what jumps back goes on behind what was there.
struct StampContinuity: Sendable {
    /// Decode stamps that go back by less are the disorder of one multiplexer, not a new beginning.
    static let tolerance = MediaTime.milliseconds(500)
    /// Presentation stamps go back from one unit to the next where pictures are reordered.
    private static let reorderTolerance = MediaTime.seconds(10)

    private let timeBase: TimeBase
    private var unwrap: StampUnwrap
    /// Stamp and duration of the unit before, not moved; ticks.
    private var last: (ticks: Int64, duration: Int64)?
    /// The longest way from one stamp to the next, if that is no leap; ticks.
    private var step: Int64 = 0
    /// Ticks by which stamps are moved.
    private var offset: Int64 = 0
    private var jumps = 0

    init(timeBase: TimeBase, wrapBits: Int?, first: Int64? = nil) {
        self.timeBase = timeBase
        unwrap = StampUnwrap(bits: wrapBits, first: first)
    }

    /// - Parameter first: the track's first stamp, if it is known.
    mutating func reset(first: Int64?) {
        unwrap.reset(first: first)
        (last, offset, jumps) = (nil, 0, 0)
    }

    /// `unit` with stamps that go on from the unit before.
    mutating func continued(_ unit: StoredUnit, _ timeline: inout FileTimeline) -> StoredUnit {
        var unit = unit
        (unit.decodeTicks, unit.presentationTicks) = unwrap.stamps(of: unit)
        guard let stamp = unit.decodeTicks ?? unit.presentationTicks else { return unit }
        if let last, stamp < last.ticks {
            let tolerance = unit.decodeTicks == nil ? Self.reorderTolerance : Self.tolerance
            if time(last.ticks) - time(stamp) > tolerance { jump(to: stamp, from: last, &timeline) }
        } else if let last {
            let (way, overflow) = stamp.subtractingReportingOverflow(last.ticks)
            if !overflow, way > step, time(way) <= Self.tolerance { step = way }
        }
        last = (stamp, unit.durationTicks)
        unit.decodeTicks = unit.decodeTicks.map { moved($0) }
        unit.presentationTicks = unit.presentationTicks.map { moved($0) }
        timeline.pass(time(moved(stamp)) + time(reach(unit.durationTicks)))
        return unit
    }

    /// Ticks from a stamp to the end of what may belong to it. Of several units in one packet of the container the first
    /// alone has a stamp, and while another track jumps already, the last such packet is still to come.
    private func reach(_ duration: Int64) -> Int64 {
        if duration <= 0 { return step }
        return step - step / 3 > duration ? 2 * step : duration
    }

    private mutating func jump(
        to stamp: Int64, from last: (ticks: Int64, duration: Int64), _ timeline: inout FileTimeline
    ) {
        let earliest = time(moved(last.ticks)) + time(max(1, last.duration, step))
        let moved = timeline.offset(ofJump: jumps, stamp: time(stamp), earliest: earliest)
        jumps += 1
        let divisor = Int128(timeBase.numerator) * 1_000_000_000
        let product = Int128(moved.nanoseconds) * Int128(timeBase.denominator)
        offset = Int64(clamping: (product + (product < 0 ? -divisor : divisor) / 2) / divisor)
    }

    private func moved(_ ticks: Int64) -> Int64 {
        let (sum, overflow) = ticks.addingReportingOverflow(offset)
        return overflow ? ticks : sum
    }

    private func time(_ ticks: Int64) -> MediaTime { MediaTime(ticks: ticks, timeBase: timeBase) }
}
