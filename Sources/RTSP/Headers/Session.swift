// RFC 2326 12.37: "Session" ":" session-id [ ";" "timeout" "=" delta-seconds ]

/// A session's id and, in the server's reply to SETUP, its timeout.
package struct SessionHeader: TypedHeader {
    package static let name = HeaderName.session
    /// Longest id accepted, in bytes; servers use 8 to 32.
    package static let maximumIDBytes = 256

    /// As sent; not empty, visible ASCII.
    package var id: String
    /// Seconds without life after which the server ends the session; 60 if not given. A client's is meaningless.
    package var timeout: UInt32?

    package init(id: String, timeout: UInt32? = nil) {
        self.id = id
        self.timeout = timeout
    }

    /// Parameters that are unknown or cannot be understood are ignored: clients echo the whole field.
    package init(parsing value: String) throws(HeaderError) {
        let pieces = value.utf8[...].split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        let id = FieldSyntax.trim(pieces[0])
        guard !id.isEmpty, id.count <= Self.maximumIDBytes, id.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw HeaderError(header: Self.name, reason: "id is empty, too long or not visible ASCII")
        }
        self.id = FieldSyntax.string(id)
        self.timeout = nil
        for piece in pieces.dropFirst() {
            let (name, value) = FieldSyntax.parameter(piece)
            if FieldSyntax.equal(name, "timeout"), let value { self.timeout = FieldSyntax.unsigned(value) }
        }
    }

    package func serialize() -> String { timeout.map { "\(id);timeout=\($0)" } ?? id }
}
