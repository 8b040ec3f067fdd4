// RFC 2326 12.24: "Last-Modified" ":" HTTP-date

/// When the presentation was changed last.
package struct LastModifiedHeader: TypedHeader {
    package static let name = HeaderName.lastModified
    package var date: HTTPDate

    package init(_ date: HTTPDate) { self.date = date }

    package init(parsing value: String) throws(HeaderError) {
        guard let date = HTTPDate(value) else { throw HeaderError(header: Self.name, reason: "no HTTP date") }
        self.date = date
    }

    package func serialize() -> String { date.serialize() }
}
