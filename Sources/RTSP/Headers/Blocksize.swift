// RFC 2326 12.7: "Blocksize" ":" 1*DIGIT

/// The size of media packets that the client asks for.
package struct BlocksizeHeader: TypedHeader {
    package static let name = HeaderName.blocksize
    /// Bytes, without the headers of IP, UDP and RTP.
    package var bytes: UInt32

    package init(bytes: UInt32) { self.bytes = bytes }

    package init(parsing value: String) throws(HeaderError) {
        guard let bytes: UInt32 = FieldSyntax.unsigned(FieldSyntax.trim(value.utf8[...])) else {
            throw HeaderError(header: Self.name, reason: "not a number from 0 to 4294967295")
        }
        self.bytes = bytes
    }

    package func serialize() -> String { String(bytes) }
}
