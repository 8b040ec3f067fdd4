// RFC 2326 10.1 by RFC 2068 14.35: "Public" ":" 1#method

/// The methods that the server knows.
package struct PublicHeader: TypedHeader {
    package static let name = HeaderName.public
    package var methods: [Method]

    package init(_ methods: [Method]) { self.methods = methods }

    package init(parsing value: String) throws(HeaderError) {
        self.methods = try TokenList.parse(value, header: Self.name).map { Method($0) }
    }

    package func serialize() -> String { methods.map(\.name).joined(separator: ", ") }
}
