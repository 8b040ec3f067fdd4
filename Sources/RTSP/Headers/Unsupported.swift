// RFC 2326 12.41: "Unsupported" ":" 1#option-tag

/// The options of Require that the server does not know: goes with a 551.
package struct UnsupportedHeader: TypedHeader {
    package static let name = HeaderName.unsupported
    package var tags: [String]

    package init(_ tags: [String]) { self.tags = tags }

    package init(parsing value: String) throws(HeaderError) {
        self.tags = try TokenList.parse(value, header: Self.name)
    }

    package func serialize() -> String { tags.joined(separator: ", ") }
}
