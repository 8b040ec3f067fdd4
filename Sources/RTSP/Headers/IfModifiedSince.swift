// RFC 2326 12.23: "If-Modified-Since" ":" HTTP-date

/// The client knows the presentation as it was then: what has not changed since is answered with 304.
package struct IfModifiedSinceHeader: TypedHeader {
    package static let name = HeaderName.ifModifiedSince
    package var date: HTTPDate

    package init(_ date: HTTPDate) { self.date = date }

    /// A date that cannot be read is as none (RFC 2068 14.24): that is the caller's to decide.
    package init(parsing value: String) throws(HeaderError) {
        guard let date = HTTPDate(value) else { throw HeaderError(header: Self.name, reason: "no HTTP date") }
        self.date = date
    }

    package func serialize() -> String { date.serialize() }
}
