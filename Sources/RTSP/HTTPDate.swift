/// A time as HTTP writes it (RFC 2068 3.3.1), to the second, in GMT: `Sun, 06 Nov 1994 08:49:37 GMT`.
package struct HTTPDate: Hashable, Comparable, Sendable {
    /// Since 1970; years 0 to 9999.
    package let unixSeconds: Int64

    private static let earliest: Int64 = -62_167_219_200
    private static let latest: Int64 = 253_402_300_799
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

    /// Nil beyond the years 0 to 9999, which have no such text.
    package init?(unixSeconds: Int64) {
        guard (Self.earliest...Self.latest).contains(unixSeconds) else { return nil }
        self.unixSeconds = unixSeconds
    }

    package static func < (left: HTTPDate, right: HTTPDate) -> Bool { left.unixSeconds < right.unixSeconds }

    /// Takes the three forms of RFC 2068 3.3.1: RFC 1123, RFC 850 (`Sunday, 06-Nov-94 08:49:37 GMT`) and asctime
    /// (`Sun Nov  6 08:49:37 1994`). The weekday is not looked at.
    package init?(_ text: String) {
        var words = text.utf8.split { $0 == 0x20 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ",") }
        guard words.count >= 5 else { return nil }
        words.removeFirst()
        // asctime: month, day, time, year.
        let isASCTime = words[0].first?.isASCIILetter == true
        let parts = isASCTime ? [words[1], words[0], words[3], words[2]] : Array(words.prefix(4))
        guard isASCTime ? words.count == 4 : words.count == 5 && FieldSyntax.equal(words[4], "GMT"),
            let day: UInt32 = FieldSyntax.unsigned(parts[0]), let month = Self.month(parts[1]),
            let year = Self.year(parts[2]), let time = Self.secondOfDay(parts[3]),
            (1...Self.days(inMonth: month, of: year)).contains(Int64(day))
        else { return nil }
        self.init(unixSeconds: Self.dayNumber(year, month, Int64(day)) * 86_400 + time)
    }

    /// The form of RFC 1123.
    package func serialize() -> String {
        let (day, second) = unixSeconds.flooredQuotientAndRemainder(dividingBy: 86_400)
        // Years are counted from March on, so that the leap day is the last.
        let (era, dayOfEra) = (day + 719_468).flooredQuotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        let weekday = day.flooredQuotientAndRemainder(dividingBy: 7).remainder
        let time = [second / 3600, second / 60 % 60, second % 60].map { Self.digits($0, 2) }.joined(separator: ":")
        return "\(Self.weekdays[Int(weekday)]), \(Self.digits(dayOfYear - (153 * fromMarch + 2) / 5 + 1, 2)) "
            + "\(Self.months[Int(month) - 1]) \(Self.digits(year, 4)) \(time) GMT"
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    /// 1 to 12.
    private static func month(_ text: FieldText) -> Int64? {
        months.firstIndex { FieldSyntax.equal(FieldSyntax.string(text), $0) }.map { Int64($0) + 1 }
    }

    /// Four digits, or two: those from 70 on are of the last century.
    private static func year(_ text: FieldText) -> Int64? {
        guard let year: UInt32 = FieldSyntax.unsigned(text) else { return nil }
        switch text.count {
        case 4: return Int64(year)
        case 2: return Int64(year) + (year >= 70 ? 1900 : 2000)
        default: return nil
        }
    }

    private static func secondOfDay(_ text: FieldText) -> Int64? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let numbers: [UInt32] = parts.compactMap { $0.count == 2 ? FieldSyntax.unsigned($0) : nil }
        // A leap second is the next minute's first.
        guard parts.count == 3, numbers.count == 3, numbers[0] < 24, numbers[1] < 60, numbers[2] <= 60 else {
            return nil
        }
        return numbers.reduce(0) { $0 * 60 + Int64($1) }
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 of the Gregorian calendar.
    private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = year.flooredQuotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int64 {
    /// The remainder is never negative. The divisor is positive.
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
