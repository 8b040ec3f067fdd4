/// `1#token` (RFC 2326 15.1): option tags, methods.
enum TokenList {
    /// The tokens; throws if there is none, or one is no token.
    static func parse(_ value: String, header: String) throws(HeaderError) -> [String] {
        let pieces = FieldSyntax.list(value.utf8[...], separator: UInt8(ascii: ","))
        guard !pieces.isEmpty else { throw HeaderError(header: header, reason: "empty list") }
        guard pieces.allSatisfy({ FieldSyntax.isToken($0) }) else {
            throw HeaderError(header: header, reason: "not a list of tokens")
        }
        return pieces.map(FieldSyntax.string)
    }
}
