// RFC 2326 3.6

/// Normal play time: a position from the start of the presentation, in nanoseconds.
package enum NormalPlayTime {
    /// Parses `npt-sec` (`10.5`) or `npt-hhmmss` (`0:00:10.5`; minutes and seconds below 60) exactly; digits beyond the
    /// nanosecond are cut off, a decimal comma is accepted. Nil if it is neither, or over 9,223,372,036 s.
    package static func parse(_ text: String) -> Int64? { parse(FieldSyntax.trim(text.utf8[...])) }

    /// `npt-sec`, without zeros at its end: `12.04`.
    package static func format(_ nanoseconds: Int64) -> String { DecimalFraction.format(nanoseconds, places: 9) }

    static func parse(_ text: FieldText) -> Int64? {
        let pieces = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard let first = pieces.first, let last = pieces.last, let seconds = DecimalFraction.parse(last, places: 9)
        else {
            return nil
        }
        switch pieces.count {
        case 1:
            return seconds
        case 3:
            guard let hours: UInt32 = FieldSyntax.unsigned(first), let minutes: UInt8 = FieldSyntax.unsigned(pieces[1]),
                minutes < 60, seconds < 60_000_000_000
            else { return nil }
            let wholeMinutes = Int64(hours) * 60 + Int64(minutes)
            let (nanoseconds, overflow) = wholeMinutes.multipliedReportingOverflow(by: 60_000_000_000)
            let (sum, sumOverflow) = nanoseconds.addingReportingOverflow(seconds)
            return overflow || sumOverflow ? nil : sum
        default:
            return nil
        }
    }
}
