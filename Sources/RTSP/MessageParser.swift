/// Turns the bytes of a connection into messages (RFC 2326 4, 10.12), whatever the pieces they come in.
///
/// ```
/// parser.append(bytes)
/// while let message = try parser.next() { ... }
/// ```
/// Every byte is looked at once. Memory is bounded by ``ParserLimits`` plus what is appended before `next()` has
/// answered nil.
///
/// Beyond the RFC it accepts what clients send: bare LF as line end, blank lines between messages, white space before a
/// header's colon, spaces in a request's URI.
package struct MessageParser: Sendable {
    private enum State: Sendable {
        /// Between messages.
        case between
        /// After the start line, before the blank line.
        case head(MessageHead)
        case body(MessageHead, length: Int)
        /// After a message of another protocol: what follows is not ours to read.
        case ended
        case failed(ParseError)
    }

    private enum Step {
        case needsBytes
        case message(Message)
        /// An interleaved frame; `payload` lies in `buffer` until the next call.
        case frame(id: UInt8, payload: Range<Int>)
    }

    package let limits: ParserLimits
    private var state = State.between
    private var buffer: [UInt8] = []
    /// Index in `buffer` of the first byte that was not consumed.
    private var start = 0
    /// Index in `buffer` up to which the line at `start` is known to have no LF.
    private var scanned = 0
    /// Bytes of the stream before `buffer[0]`.
    private var discarded: UInt64 = 0

    /// The storage that an idle parser may keep, in bytes: a usual request fits, a thousand connections cost little.
    private static let retainedCapacity = 4_096

    package init(limits: ParserLimits = ParserLimits()) { self.limits = limits }

    /// Takes bytes that came from the peer. After a fatal error, or a message of another protocol, they are dropped.
    package mutating func append(_ bytes: RawSpan) {
        guard isOpen else { return }
        compact()
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
    }

    /// Takes bytes that came from the peer.
    package mutating func append(_ bytes: [UInt8]) { append(bytes.span.bytes) }

    /// The next message, nil if more bytes are needed.
    /// - Throws: the error that lost the position in the stream, again at every later call.
    package mutating func next() throws(ParseError) -> Message? {
        switch try step() {
        case .needsBytes: nil
        case .message(let message): message
        case .frame(let id, let payload): .interleaved(id: id, payload: Array(buffer[payload]))
        }
    }

    /// The next message that is not an interleaved frame, nil if more bytes are needed. The frames on the way there go
    /// to `frame` without a copy or an allocation.
    /// - Parameter frame: called with the interleaved id and the payload.
    /// - Throws: as ``next()``.
    package mutating func next(frame: (_ id: UInt8, _ payload: RawSpan) -> Void) throws(ParseError) -> Message? {
        while true {
            switch try step() {
            case .needsBytes: return nil
            case .message(let message): return message
            case .frame(let id, let payload): frame(id, buffer.span.bytes.extracting(payload))
            }
        }
    }

    /// Whether a message or frame has begun whose end is not there yet. To be asked once `next()` has answered nil.
    package var isInMessage: Bool {
        switch state {
        case .between: bufferedBytes > 0
        case .head, .body: true
        case .ended, .failed: false
        }
    }

    /// Bytes held: those of an unfinished message, or not asked for yet.
    package var bufferedBytes: Int { buffer.count - start }

    private var isOpen: Bool {
        switch state {
        case .ended, .failed: false
        case .between, .head, .body: true
        }
    }

    private mutating func step() throws(ParseError) -> Step {
        do throws(ParseError) {
            while true {
                let result: Step?
                switch state {
                case .between: result = try stepBetween()
                case .head(let head): result = try stepHead(head)
                case .body(let head, let length): result = stepBody(head, length)
                case .ended: return .needsBytes
                case .failed(let error): throw error
                }
                if let result { return result }
            }
        } catch {
            state = .failed(error)
            release()
            throw error
        }
    }

    /// Between messages: skips blank lines (RFC 2326 4 by RFC 2068 4.1), then reads a frame or a start line.
    private mutating func stepBetween() throws(ParseError) -> Step? {
        while start < buffer.count, buffer[start] == 0x0D || buffer[start] == 0x0A { consume(1) }
        guard start < buffer.count else {
            release()
            return .needsBytes
        }
        let first = buffer[start]
        if first == UInt8(ascii: "$") { return try stepFrame() }
        guard first.isTokenByte else { throw ParseError(kind: .unexpectedByte(first), offset: offset) }
        let limit = limits.startLineBytes
        guard let line = try line(limit: limit, else: .startLineTooLong(limit: limit), cseq: nil) else {
            return .needsBytes
        }
        state = .head(MessageHead(startLine: buffer[line.content], offset: offset))
        consume(line.wireBytes)
        return nil
    }

    /// ```
    ///  0               1               2               3
    /// +---------------+---------------+---------------+---------------+
    /// |      '$'      | interleaved id|     length, big endian        |  payload ...
    /// +---------------+---------------+---------------+---------------+
    /// ```
    private mutating func stepFrame() throws(ParseError) -> Step {
        guard bufferedBytes >= 4 else { return .needsBytes }
        let length = Int(buffer[start + 2]) << 8 | Int(buffer[start + 3])
        guard length <= limits.interleavedFrameBytes else {
            let limit = limits.interleavedFrameBytes
            throw ParseError(kind: .interleavedFrameTooLong(length: length, limit: limit), offset: offset)
        }
        guard bufferedBytes - 4 >= length else { return .needsBytes }
        let id = buffer[start + 1]
        let payload = (start + 4)..<(start + 4 + length)
        consume(4 + length)
        return .frame(id: id, payload: payload)
    }

    private mutating func stepHead(_ head: consuming MessageHead) throws(ParseError) -> Step? {
        // So that `head` is the only owner of its headers, and appending to them copies nothing.
        state = .between
        var head = head
        let tooLong = ParseError.Kind.headersTooLong(limit: limits.headerBytes)
        while let line = try line(limit: head.remainingBytes(limits), else: tooLong, cseq: head.cseq) {
            let lineOffset = offset
            let content = line.content
            defer { consume(line.wireBytes) }
            guard content.isEmpty else {
                try head.add(buffer[content], wireBytes: line.wireBytes, offset: lineOffset, limits: limits)
                continue
            }
            if head.isForeign {
                _ = try? head.end(offset: lineOffset, limits: limits)
                state = .ended
                return .message(head.message(body: []))
            }
            let length = try head.end(offset: lineOffset, limits: limits)
            state = .body(head, length: length)
            return nil
        }
        state = .head(head)
        return .needsBytes
    }

    private mutating func stepBody(_ head: MessageHead, _ length: Int) -> Step? {
        guard bufferedBytes >= length else { return .needsBytes }
        let body = Array(buffer[start..<(start + length)])
        consume(length)
        state = .between
        return .message(head.message(body: body))
    }

    /// The line at `start`, if its end is there; nothing is consumed.
    /// - Parameter limit: bytes it may have, line end excluded.
    private mutating func line(
        limit: Int, else kind: ParseError.Kind, cseq: @autoclosure () -> UInt32?
    ) throws(ParseError) -> (content: Range<Int>, wireBytes: Int)? {
        let end = buffer[scanned...].firstIndex(of: 0x0A)
        scanned = end ?? buffer.count
        var contentEnd = scanned
        if contentEnd > start, buffer[contentEnd - 1] == 0x0D { contentEnd -= 1 }
        guard contentEnd - start <= limit else { throw ParseError(kind: kind, offset: offset, cseq: cseq()) }
        guard let end else { return nil }
        return (start..<contentEnd, end + 1 - start)
    }

    /// Position of `start` in the stream.
    private var offset: UInt64 { discarded + UInt64(start) }

    private mutating func consume(_ count: Int) {
        start += count
        scanned = start
    }

    /// Drops consumed bytes, at a cost below their number.
    private mutating func compact() {
        if start == buffer.count {
            release()
        } else if start >= buffer.count - start {
            discarded += UInt64(start)
            scanned -= start
            buffer.removeSubrange(..<start)
            start = 0
        }
    }

    private mutating func release() {
        discarded += UInt64(start)
        start = 0
        scanned = 0
        buffer.removeAll(keepingCapacity: buffer.capacity <= Self.retainedCapacity)
    }
}
