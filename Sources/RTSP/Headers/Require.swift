// RFC 2326 12.32: "Require" ":" 1#option-tag

/// Options that the server must know to answer the request; else 551.
package struct RequireHeader: TypedHeader {
    package static let name = HeaderName.require
    package var tags: [String]

    package init(_ tags: [String]) { self.tags = tags }

    package init(parsing value: String) throws(HeaderError) {
        self.tags = try TokenList.parse(value, header: Self.name)
    }

    package func serialize() -> String { tags.joined(separator: ", ") }
}
