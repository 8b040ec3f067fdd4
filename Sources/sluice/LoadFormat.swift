/// Numbers as text.
enum LoadFormat {
    /// With exactly `places` decimals, rounded to nearest; `-` for what is no number.
    static func fixed(_ value: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1.0) { result, _ in result * 10 }
        let scaled = (value * scale).rounded()
        guard scaled.isFinite, scaled.magnitude < 1e18 else { return "-" }
        let digits = String(Int64(scaled.magnitude))
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = scaled < 0 ? "-" : ""
        return places == 0 ? sign + padded : "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
    }

    /// Microseconds as milliseconds with two decimals.
    static func milliseconds(_ microseconds: Int32) -> String { fixed(Double(microseconds) / 1000, places: 2) }

    static func megabytes(_ bytes: Int64) -> String { fixed(Double(bytes) / 1e6, places: 1) }

    static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
