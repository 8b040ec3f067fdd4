/// A point or a span on a media timeline, in whole nanoseconds.
///
/// Nanoseconds represent every tick of every RTP clock in use (the finest, 192 kHz, has ticks of 5,208 ns) closely enough that
/// `ticks → MediaTime → ticks` is the identity: both conversions round to nearest. The range is ±292 years. Never a `Double`.
package struct MediaTime: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    @inlinable
    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static let zero = MediaTime(nanoseconds: 0)

    package static func seconds(_ value: Int64) -> MediaTime { .init(nanoseconds: value * 1_000_000_000) }
    package static func milliseconds(_ value: Int64) -> MediaTime { .init(nanoseconds: value * 1_000_000) }
    package static func microseconds(_ value: Int64) -> MediaTime { .init(nanoseconds: value * 1_000) }

    /// `ticks` of `timeBase` as time, rounded to the nearest nanosecond and saturating at the ends of the range.
    package init(ticks: Int64, timeBase: TimeBase) {
        self.nanoseconds = scale(
            ticks, by: Int64(timeBase.numerator) * 1_000_000_000, over: Int64(timeBase.denominator))
    }

    /// This time in ticks of `clockRate`, rounded to the nearest tick.
    package func ticks(at clockRate: ClockRate) -> Int64 {
        scale(nanoseconds, by: Int64(clockRate.hertz), over: 1_000_000_000)
    }

    @inlinable
    package static func < (left: MediaTime, right: MediaTime) -> Bool { left.nanoseconds < right.nanoseconds }
    @inlinable
    package static func + (left: MediaTime, right: MediaTime) -> MediaTime {
        .init(
            nanoseconds: saturated(
                left.nanoseconds.addingReportingOverflow(right.nanoseconds), negative: right.nanoseconds < 0))
    }
    @inlinable
    package static func - (left: MediaTime, right: MediaTime) -> MediaTime {
        .init(
            nanoseconds: saturated(
                left.nanoseconds.subtractingReportingOverflow(right.nanoseconds), negative: right.nanoseconds > 0))
    }
    @inlinable
    package static func += (left: inout MediaTime, right: MediaTime) { left = left + right }
    @inlinable
    package static func -= (left: inout MediaTime, right: MediaTime) { left = left - right }
}

extension MediaTime: CustomStringConvertible {
    /// Seconds with up to nine decimals and no trailing zeros, as `npt-sec` of RFC 2326 3.6 spells them: `12.04`, `0`, `-0.023220`.
    package var description: String {
        let (seconds, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        let sign = nanoseconds < 0 ? "-" : ""
        guard fraction != 0 else { return "\(sign)\(seconds)" }
        var digits = String(fraction)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(seconds).\(digits)"
    }
}

/// The duration of one tick, in seconds, as a fraction: 1/90000 for a 90 kHz clock.
package struct TimeBase: Hashable, Sendable {
    package let numerator: Int32
    package let denominator: Int32

    /// - Precondition: both are positive. A file's own numbers are checked by whoever read them.
    package init(_ numerator: Int32, _ denominator: Int32) {
        precondition(numerator > 0 && denominator > 0, "a time base is a positive fraction")
        self.numerator = numerator
        self.denominator = denominator
    }
}

/// The rate of a media clock in Hz; never zero. For RTP, the clock rate of RFC 3550 5.1.
package struct ClockRate: Hashable, Sendable {
    package let hertz: UInt32

    /// Nil for zero.
    package init?(hertz: UInt32) {
        guard hertz > 0 else { return nil }
        self.hertz = hertz
    }

    private init(unchecked hertz: UInt32) { self.hertz = hertz }

    /// 90 kHz, the clock of every video payload format and of MPEG audio (RFC 3551 5).
    package static let video = ClockRate(unchecked: 90_000)
}

@inlinable
func saturated(_ result: (partialValue: Int64, overflow: Bool), negative: Bool) -> Int64 {
    result.overflow ? (negative ? .min : .max) : result.partialValue
}

/// `value * factor / divisor`, rounded to nearest (halves away from zero), in 128 bits, saturating. `divisor` is positive.
private func scale(_ value: Int64, by factor: Int64, over divisor: Int64) -> Int64 {
    let product = Int128(value) * Int128(factor)
    let half = Int128(divisor / 2)
    let rounded = (product + (product < 0 ? -half : half)) / Int128(divisor)
    return Int64(clamping: rounded)
}
