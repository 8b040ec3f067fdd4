package import MediaCore

extension TimeBase {
    /// The fraction in lowest terms; nil if it is not positive, or does not fit.
    package init?(reducing numerator: Int64, over denominator: Int64) {
        guard numerator > 0, denominator > 0 else { return nil }
        var (a, b) = (numerator, denominator)
        while b != 0 { (a, b) = (b, a % b) }
        guard let small = Int32(exactly: numerator / a), let large = Int32(exactly: denominator / a) else { return nil }
        self.init(small, large)
    }

    /// `count` halves of this, rounded to the nearest nanosecond: durations of fields where this is a frame's.
    func halves(_ count: Int64) -> MediaTime {
        let divisor = 2 * Int128(denominator)
        let product = Int128(count) * Int128(numerator) * 1_000_000_000
        return MediaTime(nanoseconds: Int64(clamping: (product + (product < 0 ? -divisor : divisor) / 2) / divisor))
    }
}
