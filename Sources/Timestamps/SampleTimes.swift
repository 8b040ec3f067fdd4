internal import MediaCore

/// Audio: times follow the samples that the units hold. The container's stamps are rounded, or belong to a container
/// packet: they are watched for gaps, and a unit that lies off what was counted by more than their tolerance begins a
/// new count.
///
/// Counts begin on the grid of the track's first stamp where the stamp lets them, so that a seek, or a gap of whole
/// units, gives the times that counting from the start gives.
struct SampleTimes: Sendable {
    private let timeBase: TimeBase
    private let stamps: TimestampRules.Stamps
    private let stampsTellGaps: Bool
    /// Durations that are shorter than the count are meant, and stamps are libavformat's own reckoning.
    private let isOgg: Bool
    private var samples: SampleCounter
    /// How far a stamp may lie off the count.
    private let tolerance: MediaTime
    private var order: DecodeOrder
    private var origin: Int64?
    private var ready: TimedUnit?

    /// The time at which `count` samples of `rate` per second began.
    private var base: MediaTime?
    private var count: Int64 = 0
    private var rate: Int32 = 1
    /// How many samples the unit before has is a guess: the next stamp counts.
    private var isGuess = false
    private var lastDuration = MediaTime.zero

    /// See `TimestampRules.stampBias`: the middle of what stamps have differed from one count by.
    private(set) var bias: MediaTime?
    private var learnsBias: Bool
    private var least: MediaTime?
    private var most: MediaTime?

    init(codec: CodecDescription, timeBase: TimeBase, rules: TimestampRules) {
        self.timeBase = timeBase
        stamps = rules.stamps
        stampsTellGaps = rules.stampsTellGaps
        isOgg = rules.stamps == .sparse && rules.wrapBits == nil
        samples = SampleCounter(codec)
        // Units of audio are seldom shorter than a container's tick; what follows a nudged one must not be pushed off.
        order = DecodeOrder(timeBase: TimeBase(1, 1_000_000_000))
        origin = rules.firstTicks
        bias = rules.stampBias
        learnsBias = rules.stampBias == nil && rules.stamps == .presentation
        let ticks = MediaTime(ticks: 2, timeBase: timeBase)
        tolerance =
            switch rules.stamps {
            // Of a file that counts bytes or chunks, stamps tell no gaps.
            case .decode: max(ticks, .milliseconds(500))
            default: max(ticks, .milliseconds(2))
            }
    }

    mutating func push(_ unit: StoredUnit, bytes: RawSpan) {
        precondition(ready == nil, "next() is asked before each push")
        let counted = samples.count(in: bytes)
        let stamp = unit.presentationTicks ?? unit.decodeTicks
        let time = stamp.map { self.time(at: $0, counted) } ?? expected
        if let counted {
            if counted.rate != rate { rebase(expected, rate: counted.rate) }
            count += Int64(counted.samples)
            isGuess = !counted.isCertain
            lastDuration = duration(of: unit, counted)
        } else {
            if unit.durationTicks > 0 { lastDuration = MediaTime(ticks: unit.durationTicks, timeBase: timeBase) }
            rebase(time + lastDuration, rate: rate)
        }
        let times = order.admit(decode: time, presentation: time)
        ready = TimedUnit(
            decodeTime: times.decode, presentationTime: times.presentation, duration: lastDuration,
            isRandomAccessPoint: true, isDiscardable: unit.isDiscardable)
    }

    /// Ogg says how much of its last unit is to be heard.
    private func duration(of unit: StoredUnit, _ counted: SampleCounter.Count) -> MediaTime {
        let whole = MediaTime(ticks: Int64(counted.samples), timeBase: TimeBase(1, counted.rate))
        guard isOgg, unit.durationTicks > 0 else { return whole }
        return min(whole, MediaTime(ticks: unit.durationTicks, timeBase: timeBase))
    }

    mutating func next() -> TimedUnit? {
        defer { ready = nil }
        return ready
    }

    mutating func reset(to start: MediaTime) {
        order.reset()
        ready = nil
        base = stamps == .none ? start : nil
        (count, lastDuration, isGuess, learnsBias) = (0, .zero, false, false)
        samples.reset()
    }

    private var expected: MediaTime {
        (base ?? .zero) + MediaTime(ticks: count, timeBase: TimeBase(1, rate))
    }

    private mutating func rebase(_ time: MediaTime, rate: Int32) {
        (base, count, self.rate) = (time, 0, rate)
    }

    /// The time of a unit that is stamped `ticks`.
    private mutating func time(at ticks: Int64, _ counted: SampleCounter.Count?) -> MediaTime {
        var stamped = MediaTime(ticks: ticks, timeBase: timeBase)
        guard let counted else {
            // No count to trust more than the stamps.
            rebase(stamped, rate: rate)
            return stamped
        }
        if origin == nil { origin = ticks }
        if base != nil {
            guard stampsTellGaps else { return expected }
            let distance = stamped - expected
            if !isGuess { learn(distance, counted) }
            let isExpected = isWithinTolerance(distance) || isWithinTolerance(distance - lag(counted))
            if isExpected, !isGuess { return expected }
            // Stamped so early that it would lie on the unit before: units follow each other all the same.
            if distance < .zero, stamps == .decode || .zero - distance > lastDuration { return expected }
        }
        if isOgg { stamped -= lag(counted) }
        rebase(stamped, rate: counted.rate)
        if let origin {
            snap(stamped - (bias ?? .zero), to: MediaTime(ticks: origin, timeBase: timeBase), counted)
        }
        return expected
    }

    /// Where units begin on a grid as fine as the rounding of stamps, a single stamp tells the place on it only if it is known how the first
    /// one was rounded.
    private mutating func learn(_ distance: MediaTime, _ counted: SampleCounter.Count) {
        guard learnsBias, counted.grid < counted.samples, isWithinTolerance(distance) else { return }
        least = min(least ?? distance, distance)
        most = max(most ?? distance, distance)
        if let least, let most { bias = MediaTime(nanoseconds: (least.nanoseconds + most.nanoseconds) / 2) }
    }

    private func isWithinTolerance(_ distance: MediaTime) -> Bool {
        distance <= tolerance && .zero - distance <= tolerance
    }

    private func lag(_ counted: SampleCounter.Count) -> MediaTime {
        MediaTime(ticks: Int64(counted.stampLag), timeBase: TimeBase(1, counted.rate))
    }

    /// Begins the count at `origin`, if `stamped` can be a whole number of units from there.
    private mutating func snap(_ stamped: MediaTime, to origin: MediaTime, _ counted: SampleCounter.Count) {
        // A container that counts bytes stamps uncompressed samples exactly.
        let size = stamps == .decode && samples.countsBytes ? 1 : counted.grid
        guard size > 0 else { return }
        let unit = Int128(size) * 1_000_000_000
        let scaled = Int128((stamped - origin).nanoseconds) * Int128(counted.rate)
        // A stamp of bytes is that of the chunk in which the unit begins: the unit is the next one from there.
        let tick = Int128(MediaTime(ticks: 1, timeBase: timeBase).nanoseconds) * Int128(counted.rate)
        let slack = min(tick, unit / 8)
        let units = stamps == .decode ? -floorDivide(slack - scaled, unit) : floorDivide(scaled + unit / 2, unit)
        let (samples, overflow) = Int64(clamping: units).multipliedReportingOverflow(by: Int64(size))
        guard !overflow else { return }
        let time = origin + MediaTime(ticks: samples, timeBase: TimeBase(1, counted.rate))
        guard isWithinTolerance(time - stamped) else { return }
        (base, count) = (origin, samples)
    }

    private func floorDivide(_ value: Int128, _ divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
