// RFC 2326 12.34: "Scale" ":" [ "-" ] 1*DIGIT [ "." *DIGIT ]

/// The rate of play: 1 is normal, 2 twice as fast, negative backwards.
package struct ScaleHeader: TypedHeader {
    package static let name = HeaderName.scale
    /// The scale times 1,000.
    package var thousandths: Int64

    package static let normal = ScaleHeader(thousandths: 1_000)

    package init(thousandths: Int64) { self.thousandths = thousandths }

    /// Digits beyond the third after the point are cut off.
    package init(parsing value: String) throws(HeaderError) {
        var text = FieldSyntax.trim(value.utf8[...])
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative || text.first == UInt8(ascii: "+") { text.removeFirst() }
        guard let magnitude = DecimalFraction.parse(text, places: 3) else {
            throw HeaderError(header: Self.name, reason: "not a decimal number")
        }
        self.thousandths = isNegative ? -magnitude : magnitude
    }

    package func serialize() -> String { DecimalFraction.format(thousandths, places: 3) }
}
