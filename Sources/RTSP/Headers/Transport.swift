// RFC 2326 12.39: "Transport" ":" 1#transport-spec

/// The transports that a client offers for a stream, the preferred first; in a reply the one that was chosen.
package struct TransportHeader: TypedHeader {
    package static let name = HeaderName.transport
    /// Most specs accepted in one header.
    package static let maximumSpecs = 32

    package var specs: [TransportSpec]

    package init(_ specs: [TransportSpec]) { self.specs = specs }

    /// Unknown protocols and parameters are kept; a malformed number in a known parameter throws.
    package init(parsing value: String) throws(HeaderError) {
        let pieces = FieldSyntax.list(value.utf8[...], separator: UInt8(ascii: ","))
        guard !pieces.isEmpty, pieces.count <= Self.maximumSpecs else {
            throw HeaderError(header: Self.name, reason: "not 1 to \(Self.maximumSpecs) transports")
        }
        var specs: [TransportSpec] = []
        for piece in pieces { specs.append(try TransportSpec(piece)) }
        self.specs = specs
    }

    package func serialize() -> String { specs.map { $0.serialize() }.joined(separator: ",") }
}
