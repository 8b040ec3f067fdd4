/// Undoes the wrapping of stamps that are counted modulo a power of two: each is taken to lie within half the modulus
/// of the one before (26.5 hours in MPEG-TS, so half is more than 13).
struct StampUnwrap: Sendable {
    /// Zero if stamps do not wrap.
    private let modulus: Int64
    private var last: Int64?
    /// The track's first stamp.
    private var first: Int64?

    init(bits: Int?, first: Int64? = nil) {
        self.first = first
        modulus = bits.map { $0 > 1 && $0 < 62 ? 1 << Int64($0) : 0 } ?? 0
    }

    /// The next stamp is taken as it is, unless it lies so far below the track's first that it has wrapped since.
    mutating func reset(first: Int64?) { (last, self.first) = (nil, first) }

    mutating func stamps(of unit: StoredUnit) -> (decode: Int64?, presentation: Int64?) {
        guard modulus > 0 else { return (unit.decodeTicks, unit.presentationTicks) }
        let decode = unit.decodeTicks.map { unwrapped($0) }
        return (decode, unit.presentationTicks.map { unwrapped($0) })
    }

    private mutating func unwrapped(_ ticks: Int64) -> Int64 {
        guard let last else {
            var start = ticks
            if let first, ticks >= 0, first >= 0, first < modulus, first - ticks > modulus / 2 { start += modulus }
            self.last = start
            return start
        }
        var distance = (ticks &- last) % modulus
        if distance >= modulus / 2 { distance -= modulus }
        if distance < -modulus / 2 { distance += modulus }
        let (result, overflow) = last.addingReportingOverflow(distance)
        self.last = overflow ? ticks : result
        return overflow ? ticks : result
    }
}
