/// A start line and headers, collected line by line.
struct MessageHead: Sendable {
    /// Nil if it is malformed.
    let startLine: StartLine?
    private(set) var headers = Headers()
    /// The first malformed line; the rest is read all the same, to find the CSeq and the end.
    private(set) var problem: ParseError?
    /// Bytes of header lines so far, line ends included.
    private var headerBytes = 0
    /// A field whose value may be continued by the next line (RFC 2326 4.2 by RFC 2068 4.2).
    private var open: (name: String, value: [UInt8])?

    /// - Parameter offset: where `line` starts in the stream, for errors.
    init(startLine line: ArraySlice<UInt8>, offset: UInt64) {
        self.startLine = StartLine(line)
        if startLine == nil { self.problem = ParseError(kind: .malformedStartLine, offset: offset) }
    }

    /// How many bytes the next line may have, line end excluded.
    func remainingBytes(_ limits: ParserLimits) -> Int { max(0, limits.headerBytes - headerBytes) }

    /// Takes a line other than the blank one, without its line end.
    /// - Parameter wireBytes: its length with the line end.
    mutating func add(
        _ line: ArraySlice<UInt8>, wireBytes: Int, offset: UInt64, limits: ParserLimits
    ) throws(ParseError) {
        headerBytes += wireBytes
        guard let first = line.first else { return }
        if first.isLinearSpace {
            if open == nil { note(.malformedHeader, offset) }
            open?.value.append(0x20)
            open?.value.append(contentsOf: Self.trim(line))
            return
        }
        close()
        guard headers.count < limits.headerCount else {
            throw ParseError(kind: .tooManyHeaders(limit: limits.headerCount), offset: offset, cseq: cseq)
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return note(.malformedHeader, offset) }
        let name = Self.trim(line[..<colon])
        guard FieldSyntax.isToken(name) else { return note(.malformedHeader, offset) }
        open = (String(decoding: name, as: UTF8.self), Array(Self.trim(line[(colon + 1)...])))
    }

    /// Ends the head at its blank line and answers the length of the body.
    /// - Throws: `.invalidContentLength` or `.bodyTooLong`: where the next message starts is unknown, or too far.
    mutating func end(offset: UInt64, limits: ParserLimits) throws(ParseError) -> Int {
        close()
        let lengths = headers.values(HeaderName.contentLength)
        guard let text = lengths.first else { return 0 }
        guard lengths.allSatisfy({ $0 == text }),
            let length: UInt64 = FieldSyntax.unsigned(FieldSyntax.trim(text.utf8[...]))
        else { throw ParseError(kind: .invalidContentLength, offset: offset, cseq: cseq) }
        guard length <= UInt64(max(0, limits.bodyBytes)) else {
            throw ParseError(kind: .bodyTooLong(length: length, limit: limits.bodyBytes), offset: offset, cseq: cseq)
        }
        return Int(length)
    }

    /// The whole message. `end` was called.
    consuming func message(body: [UInt8]) -> Message {
        if var problem {
            problem.cseq = cseq
            return .malformed(problem)
        }
        switch startLine {
        case .request(let method, let uri, let version):
            return .request(Request(method: method, uri: uri, version: version, headers: headers, body: body))
        case .response(let version, let status, let reason):
            return .response(Response(status: status, reason: reason, version: version, headers: headers, body: body))
        case nil:
            preconditionFailure("a head without a start line has a problem")
        }
    }

    /// Whether this is well-formed, but of another protocol.
    var isForeign: Bool {
        switch startLine {
        case .request(_, _, let version), .response(let version, _, _): problem == nil && !version.isRTSP
        case nil: false
        }
    }

    /// The CSeq, if a valid one was read.
    var cseq: UInt32? {
        guard
            let value = open.flatMap({
                FieldSyntax.equal($0.name, HeaderName.cseq) ? HeaderText.decode($0.value[...]) : nil
            })
                ?? headers[HeaderName.cseq]
        else { return nil }
        return (try? CSeqHeader(parsing: value))?.number
    }

    private mutating func close() {
        guard let field = open else { return }
        open = nil
        headers.append(field.name, HeaderText.decode(field.value[...]))
    }

    private mutating func note(_ kind: ParseError.Kind, _ offset: UInt64) {
        close()
        if problem == nil { problem = ParseError(kind: kind, offset: offset) }
    }

    private static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first.isLinearSpace { bytes.removeFirst() }
        while let last = bytes.last, last.isLinearSpace { bytes.removeLast() }
        return bytes
    }
}
