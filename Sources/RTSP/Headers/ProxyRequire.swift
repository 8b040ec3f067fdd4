// RFC 2326 12.27: "Proxy-Require" ":" 1#option-tag

/// Options that a proxy on the way must know, and the server too (RFC 2326 12.27).
package struct ProxyRequireHeader: TypedHeader {
    package static let name = HeaderName.proxyRequire
    package var tags: [String]

    package init(_ tags: [String]) { self.tags = tags }

    package init(parsing value: String) throws(HeaderError) {
        self.tags = try TokenList.parse(value, header: Self.name)
    }

    package func serialize() -> String { tags.joined(separator: ", ") }
}
