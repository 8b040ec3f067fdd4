// RFC 2326 12.4: "Allow" ":" 1#method

/// The methods that the resource allows: goes with a 405.
package struct AllowHeader: TypedHeader {
    package static let name = HeaderName.allow
    package var methods: [Method]

    package init(_ methods: [Method]) { self.methods = methods }

    package init(parsing value: String) throws(HeaderError) {
        self.methods = try TokenList.parse(value, header: Self.name).map { Method($0) }
    }

    package func serialize() -> String { methods.map(\.name).joined(separator: ", ") }
}
