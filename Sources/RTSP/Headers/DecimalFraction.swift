/// A decimal number with a fixed number of digits after its point, without rounding errors: the grammar of `npt-sec`,
/// Scale and Speed.
enum DecimalFraction {
    /// `digits [("." / ",") *digits]` as an integer of units of 10^-`places`; further digits are cut off. At least one
    /// digit is needed; a comma is accepted because old VLC builds write the decimal point of the user's locale. Nil
    /// also if the number does not fit.
    static func parse(_ text: FieldText, places: Int) -> Int64? {
        let point = text.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",") }
        let whole = text[..<(point ?? text.endIndex)]
        let fraction = point.map { text[text.index(after: $0)...] } ?? text[text.endIndex...]
        guard !whole.isEmpty || !fraction.isEmpty, fraction.allSatisfy(\.isDigit) else { return nil }
        guard var number: UInt64 = whole.isEmpty ? 0 : FieldSyntax.unsigned(whole) else { return nil }
        var digits = fraction.makeIterator()
        for _ in 0..<places {
            let digit = digits.next().map { UInt64($0 - UInt8(ascii: "0")) } ?? 0
            let (tens, tensOverflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = tens.addingReportingOverflow(digit)
            guard !tensOverflow, !sumOverflow else { return nil }
            number = sum
        }
        return Int64(exactly: number)
    }

    /// The shortest text of `value` units of 10^-`places`: no zeros at the end, no point without digits after it.
    static func format(_ value: Int64, places: Int) -> String {
        var digits = String(value.magnitude)
        if digits.utf8.count <= places {
            digits = String(repeating: "0", count: places + 1 - digits.utf8.count) + digits
        }
        let whole = digits.dropLast(places)
        var fraction = digits.suffix(places)
        while fraction.last == "0" { fraction.removeLast() }
        return (value < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
}
