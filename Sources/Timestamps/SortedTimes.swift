internal import MediaCore

/// Video whose container stores presentation times only: decode times are those sorted, and so early that every unit
/// is decoded before it is presented.
///
/// The count begins anew at each key frame, from what follows it alone, so that a seek gives the same times: the units
/// that a decoder of reorder depth d holds back, the first d of them, are decoded a frame apart before the earliest
/// presentation.
struct SortedTimes: Sendable {
    private struct Held {
        var unit: StoredUnit
        var presentation: MediaTime
        var isHidden: Bool
    }

    private let timeBase: TimeBase
    private var pictures: PictureReader
    private var order: DecodeOrder
    /// Frames; nil until it is known.
    private(set) var depth: Int?
    /// Seconds per frame; nil until it is known.
    private(set) var frame: TimeBase?

    private var held: [Held] = []
    private var isFinished = false
    /// Presentation times since the key frame that no decode time has been made of.
    private var pending: [MediaTime] = []
    /// Units since the key frame.
    private var sinceKey = 0
    /// The earliest presentation of those.
    private var earliest = MediaTime.zero
    /// Where a unit without a stamp goes.
    private var following = MediaTime.zero

    init(codec: CodecDescription, timeBase: TimeBase, rules: TimestampRules) {
        self.timeBase = timeBase
        pictures = PictureReader(codec)
        order = DecodeOrder(timeBase: timeBase)
        depth = rules.reorderDepth.map { Self.bounded($0) }
        frame = rules.frameDuration
        held.reserveCapacity(TimestampReconstructor.maximumLookAhead)
    }

    private static func bounded(_ depth: Int) -> Int { min(max(depth, 0), TimestampReconstructor.maximumLookAhead - 1) }

    /// - Parameter isHidden: the unit's picture is not shown. Its stamp may be that of the one which is shown next, which
    ///   alone it belongs to: the hidden one is presented when it is decoded, so that no two have the same time.
    mutating func push(_ unit: StoredUnit, bytes: RawSpan, isHidden: Bool = false) {
        let stamp = unit.presentationTicks ?? unit.decodeTicks
        let presentation = stamp.map { MediaTime(ticks: $0, timeBase: timeBase) } ?? following
        held.append(Held(unit: unit, presentation: presentation, isHidden: isHidden))
        if depth == nil || frame == nil {
            _ = pictures.picture(in: bytes)
            depth = depth ?? pictures.reorderDepth.map { Self.bounded($0) }
            frame = frame ?? pictures.frameDuration
            if unit.durationTicks > 0 {
                let (ticks, overflow) = unit.durationTicks.multipliedReportingOverflow(by: Int64(timeBase.numerator))
                if !overflow { frame = frame ?? TimeBase(reducing: ticks, over: Int64(timeBase.denominator)) }
            }
        }
        following = presentation + (frame?.halves(2) ?? order.step)
        if held.count == TimestampReconstructor.maximumLookAhead { learn() }
    }

    mutating func next() -> TimedUnit? {
        guard let first = held.first, let depth, depth == 0 || frame != nil || isFinished else { return nil }
        guard isFinished || held.count > max(depth, 1) else { return nil }
        if first.unit.isKey || sinceKey == 0 { restart() }
        pending.append(first.presentation)
        let decode = min(self.decode(depth), latest)
        sinceKey += 1
        let duration = self.duration(of: first, depth: depth)
        held.removeFirst()
        let times = order.admit(decode: decode, presentation: first.isHidden ? decode : first.presentation)
        return TimedUnit(
            decodeTime: times.decode, presentationTime: times.presentation, duration: duration,
            isRandomAccessPoint: first.unit.isKey, isDiscardable: first.unit.isDiscardable)
    }

    mutating func finish() {
        learn()
        isFinished = true
    }

    mutating func reset(to start: MediaTime) {
        pictures.reset()
        order.reset()
        held.removeAll(keepingCapacity: true)
        pending.removeAll(keepingCapacity: true)
        (isFinished, sinceKey, following) = (false, 0, start)
    }

    private mutating func restart() {
        pending.removeAll(keepingCapacity: true)
        sinceKey = 0
        earliest = held.prefix((depth ?? 0) + 1).map(\.presentation).min() ?? .zero
    }

    /// Of the unit that `pending` ends with.
    private mutating func decode(_ depth: Int) -> MediaTime {
        guard sinceKey >= depth, let least = pending.indices.min(by: { pending[$0] < pending[$1] }) else {
            return earliest - (frame?.halves(2 * Int64(depth - sinceKey)) ?? .zero)
        }
        return pending.remove(at: least)
    }

    /// The latest decode time that leaves room for those of the units that are held.
    private var latest: MediaTime {
        var latest = MediaTime(nanoseconds: .max)
        var room = MediaTime.zero
        for unit in held {
            latest = min(latest, unit.presentation - room)
            room += order.step
        }
        return latest
    }

    private func duration(of first: Held, depth: Int) -> MediaTime {
        if first.unit.durationTicks > 0 { return MediaTime(ticks: first.unit.durationTicks, timeBase: timeBase) }
        if depth == 0, held.count > 1 {
            return max(.zero, held[1].presentation - first.presentation)
        }
        return frame?.halves(2) ?? .zero
    }

    /// From the stamps that are held, what no header has told.
    private mutating func learn() {
        if depth == nil {
            let deepest = held.indices.map { index in
                held[..<index].count { $0.presentation > held[index].presentation }
            }
            depth = Self.bounded(deepest.max() ?? 0)
        }
        if frame == nil {
            let sorted = held.map(\.presentation).sorted()
            let spacings = zip(sorted.dropFirst(), sorted).map { $0 - $1 }.filter { $0 > .zero }
            frame = spacings.min().flatMap { TimeBase(reducing: $0.nanoseconds, over: 1_000_000_000) }
        }
    }
}
