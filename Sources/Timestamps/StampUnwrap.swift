/// Undoes the wrapping of stamps that are counted modulo a power of two: each is taken to lie within half the modulus
/// of the one before (26.5 hours in MPEG-TS, so half is more than 13).
struct StampUnwrap: Sendable {
    /// Zero if stamps do not wrap.
    private let modulus: Int64
    private var last: Int64?

    init(bits: Int?) { modulus = bits.map { $0 > 1 && $0 < 62 ? 1 << Int64($0) : 0 } ?? 0 }

    /// The next stamp is taken as it is.
    mutating func reset() { last = nil }

    mutating func stamps(of unit: StoredUnit) -> (decode: Int64?, presentation: Int64?) {
        guard modulus > 0 else { return (unit.decodeTicks, unit.presentationTicks) }
        let decode = unit.decodeTicks.map { unwrapped($0) }
        return (decode, unit.presentationTicks.map { unwrapped($0) })
    }

    private mutating func unwrapped(_ ticks: Int64) -> Int64 {
        guard let last else {
            self.last = ticks
            return ticks
        }
        var distance = (ticks &- last) % modulus
        if distance >= modulus / 2 { distance -= modulus }
        if distance < -modulus / 2 { distance += modulus }
        let (result, overflow) = last.addingReportingOverflow(distance)
        self.last = overflow ? ticks : result
        return overflow ? ticks : result
    }
}
