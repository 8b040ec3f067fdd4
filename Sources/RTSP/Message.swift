/// What a connection brings: messages in both directions and interleaved binary data (RFC 2326 4, 10.12).
package enum Message: Hashable, Sendable {
    /// A request whose head is well-formed. Its version may be one that the caller does not speak (505), or not RTSP at
    /// all: then the body was not read and nothing follows.
    case request(Request)
    case response(Response)
    /// A `$`-framed packet; `id` is the interleaved id.
    case interleaved(id: UInt8, payload: [UInt8])
    /// A message with a malformed head, read to its end. To be answered with the error's status and CSeq; the next
    /// message is intact.
    case malformed(ParseError)
}
