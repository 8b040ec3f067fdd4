/// What is wrong with a peer's message.
///
/// Thrown by ``MessageParser/next()`` when the position of the next message is lost: answer and close. Carried by
/// ``Message/malformed(_:)`` when the message was read whole: answer and go on.
package struct ParseError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A message must start with this byte, and it cannot.
        case unexpectedByte(UInt8)
        case startLineTooLong(limit: Int)
        /// Neither `method SP uri SP version` nor `version SP status SP reason`.
        case malformedStartLine
        /// A header line without a colon or whose name is no token, or a continuation of nothing.
        case malformedHeader
        case tooManyHeaders(limit: Int)
        case headersTooLong(limit: Int)
        /// No number, one that does not fit, or several that differ.
        case invalidContentLength
        case bodyTooLong(length: UInt64, limit: Int)
        case interleavedFrameTooLong(length: Int, limit: Int)
    }

    package var kind: Kind
    /// Where the offending line or frame starts: bytes since the parser's first.
    package var offset: UInt64
    /// The message's CSeq, if it was read already; the error's reply carries it (RFC 2326 12.17).
    package var cseq: UInt32?

    package init(kind: Kind, offset: UInt64, cseq: UInt32? = nil) {
        self.kind = kind
        self.offset = offset
        self.cseq = cseq
    }

    /// The status of the reply, if the message was a request.
    package var status: StatusCode {
        switch kind {
        case .startLineTooLong: .requestURITooLong
        case .bodyTooLong: .requestEntityTooLarge
        default: .badRequest
        }
    }
}

extension ParseError: CustomStringConvertible {
    package var description: String {
        let what =
            switch kind {
            case .unexpectedByte(let byte): "no message starts with byte 0x\(String(byte, radix: 16))"
            case .startLineTooLong(let limit): "start line longer than \(limit) bytes"
            case .malformedStartLine: "malformed start line"
            case .malformedHeader: "malformed header line"
            case .tooManyHeaders(let limit): "more than \(limit) headers"
            case .headersTooLong(let limit): "headers longer than \(limit) bytes"
            case .invalidContentLength: "invalid Content-Length"
            case .bodyTooLong(let length, let limit): "body of \(length) bytes, limit \(limit)"
            case .interleavedFrameTooLong(let length, let limit): "interleaved frame of \(length) bytes, limit \(limit)"
            }
        return "\(what), at byte \(offset)"
    }
}
