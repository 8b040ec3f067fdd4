// RFC 2326 12.17: "CSeq" ":" 1*DIGIT

/// A message's sequence number: a response has its request's.
package struct CSeqHeader: TypedHeader {
    package static let name = HeaderName.cseq
    package var number: UInt32

    package init(_ number: UInt32) { self.number = number }

    /// Throws also for a number above 4,294,967,295, and for several.
    package init(parsing value: String) throws(HeaderError) {
        guard let number: UInt32 = FieldSyntax.unsigned(FieldSyntax.trim(value.utf8[...])) else {
            throw HeaderError(header: Self.name, reason: "not a number from 0 to 4294967295")
        }
        self.number = number
    }

    package func serialize() -> String { String(number) }
}
