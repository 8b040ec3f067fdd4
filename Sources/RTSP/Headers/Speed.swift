// RFC 2326 12.35: "Speed" ":" 1*DIGIT [ "." *DIGIT ]

/// The rate of delivery, relative to that of play; timestamps do not change.
package struct SpeedHeader: TypedHeader {
    package static let name = HeaderName.speed
    /// The speed times 1,000; not negative.
    package var thousandths: Int64

    package init(thousandths: Int64) { self.thousandths = thousandths }

    /// Digits beyond the third after the point are cut off.
    package init(parsing value: String) throws(HeaderError) {
        guard let thousandths = DecimalFraction.parse(FieldSyntax.trim(value.utf8[...]), places: 3) else {
            throw HeaderError(header: Self.name, reason: "not a decimal number")
        }
        self.thousandths = thousandths
    }

    package func serialize() -> String { DecimalFraction.format(thousandths, places: 3) }
}
