/// Wall-clock time as RTCP sender reports carry it, RFC 3550 4 and RFC 5905 6: seconds since 1900-01-01 00:00 UTC in
/// 32.32 fixed point. The seconds wrap in 2036.
package struct NTPTimestamp: Hashable, Sendable {
    package let rawValue: UInt64

    @inlinable
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Seconds from the NTP epoch (1900) to the Unix epoch (1970).
    static let unixEpoch: Int64 = 2_208_988_800

    /// `nanoseconds` since the Unix epoch, rounded to the nearest 2^-32 s (halves up).
    package init(unixNanoseconds nanoseconds: Int64) {
        let (seconds, rest) = nanoseconds.flooredQuotientAndRemainder(dividingBy: 1_000_000_000)
        // rest < 2^30, so the product is below 2^62. A fraction that rounds up to 2^32 carries into the seconds.
        let fraction = ((UInt64(rest) << 33) + 1_000_000_000) / 2_000_000_000
        self.rawValue = (UInt64(truncatingIfNeeded: seconds &+ Self.unixEpoch) << 32) &+ fraction
    }

    /// This time plus `ticks` of `rate` Hz, rounded to the nearest 2^-32 s (halves up).
    func advanced(by ticks: Int64, at rate: UInt32) -> NTPTimestamp {
        let (seconds, rest) = ticks.flooredQuotientAndRemainder(dividingBy: Int64(rate))
        // rest < rate < 2^32, so the product fits.
        let (fraction, remainder) = (UInt64(rest) << 32).quotientAndRemainder(dividingBy: UInt64(rate))
        let roundUp: UInt64 = remainder * 2 >= UInt64(rate) ? 1 : 0
        return NTPTimestamp(rawValue &+ UInt64(truncatingIfNeeded: seconds << 32) &+ fraction &+ roundUp)
    }

    /// The middle 32 bits, in 2^-16 s: the LSR of a report block (RFC 3550 6.4.1).
    package var middle: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 16) }

    /// Nanoseconds since the Unix epoch, rounded to the nearest, for a time of NTP era 0 from 1970 on or of era 1
    /// (until 2106).
    package var unixNanoseconds: Int64 {
        let seconds = Int64(UInt32(truncatingIfNeeded: rawValue >> 32)) - Self.unixEpoch
        let era = seconds < 0 ? seconds + (1 << 32) : seconds
        let fraction = ((rawValue & 0xFFFF_FFFF) * 1_000_000_000 + (1 << 31)) >> 32
        return era * 1_000_000_000 + Int64(fraction)
    }
}

extension NTPTimestamp: CustomStringConvertible {
    /// Seconds and fraction in hexadecimal, `83aa7e80.00000000`.
    package var description: String {
        func digits(_ value: UInt64) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 8 - text.count) + text
        }
        return "\(digits(rawValue >> 32)).\(digits(rawValue & 0xFFFF_FFFF))"
    }
}

extension Int64 {
    /// Quotient rounded towards negative infinity, and a remainder from 0 to `divisor - 1`. `divisor` is positive.
    func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
