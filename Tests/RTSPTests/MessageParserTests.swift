import Testing

@testable import RTSP

/// Everything in `bytes`, appended in one piece.
private func parse(_ bytes: [UInt8], limits: ParserLimits = ParserLimits()) throws -> [Message] {
    var parser = MessageParser(limits: limits)
    parser.append(bytes)
    return try drain(&parser)
}

private func drain(_ parser: inout MessageParser) throws -> [Message] {
    var messages: [Message] = []
    while let message = try parser.next() { messages.append(message) }
    return messages
}

private func parse(_ text: String, limits: ParserLimits = ParserLimits()) throws -> [Message] {
    try parse(Array(text.utf8), limits: limits)
}

private func error(_ text: String, limits: ParserLimits = ParserLimits()) throws -> ParseError {
    try #require(throws: ParseError.self) { _ = try parse(text, limits: limits) }
}

@Suite struct MessageParserTests {
    @Test func readsACapturedConversation() throws {
        let messages = try parse(CapturedRequests.ffmpegTCP)
        #expect(messages.count == 6)
        let payload: [UInt8] = [0x80, 0xC9, 0x00, 0x01, 0x0D, 0x0A, 0x0D, 0x0A]
        #expect(messages[4] == .interleaved(id: 1, payload: payload))
        let setup = Request(
            method: .setup, uri: "rtsp://127.0.0.1:18554/dir/film.mp4/trackID=0",
            headers: [
                "Transport": "RTP/AVP/TCP;unicast;interleaved=0-1", "CSeq": "3", "User-Agent": "Lavf59.27.100",
            ])
        #expect(messages[2] == .request(setup))
    }

    @Test(arguments: CapturedRequests.all) func givesTheSameAtEverySplitPoint(_ bytes: [UInt8]) throws {
        let whole = try parse(bytes)
        #expect(!whole.isEmpty)
        for split in 0...bytes.count {
            var parser = MessageParser()
            parser.append(Array(bytes[..<split]))
            var messages = try drain(&parser)
            parser.append(Array(bytes[split...]))
            messages += try drain(&parser)
            #expect(messages == whole, "split at \(split)")
        }
    }

    @Test(arguments: CapturedRequests.all) func givesTheSameByteByByte(_ bytes: [UInt8]) throws {
        var parser = MessageParser()
        var messages: [Message] = []
        for byte in bytes {
            parser.append([byte])
            messages += try drain(&parser)
        }
        #expect(try messages == parse(bytes))
        #expect(parser.bufferedBytes == 0)
    }

    @Test func keepsSpacesInAURI() throws {
        guard case .request(let request) = try #require(parse(CapturedRequests.ffmpegSpace).first) else {
            Issue.record("no request")
            return
        }
        #expect(request.uri == "rtsp://127.0.0.1:18555/my film.mp4")
    }

    @Test func acceptsBareLFBlankLinesFoldingAndSpaceBeforeColon() throws {
        let messages = try parse(
            "\r\n\n\r\nPLAY rtsp://h/f RTSP/1.0\ncseq : 7\r\nRange: npt=1-\n \t5\nX:\n\n\r\n\r\nOPTIONS * RTSP/1.0\r\n\r\n"
        )
        let play = Request(
            method: .play, uri: "rtsp://h/f", headers: ["cseq": "7", "Range": "npt=1- 5", "X": ""])
        #expect(messages == [.request(play), .request(Request(method: .options, uri: "*"))])
    }

    @Test func readsBodiesByContentLength() throws {
        let messages = try parse(
            "SET_PARAMETER rtsp://h/f RTSP/1.0\r\nContent-Length: 5\r\n\r\n\r\n$\u{1}xRTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"
        )
        let request = Request(
            method: .setParameter, uri: "rtsp://h/f", headers: ["Content-Length": "5"], body: Array("\r\n$\u{1}x".utf8))
        let response = Response(status: .ok, reason: "OK", headers: ["CSeq": "1"])
        #expect(messages == [.request(request), .response(response)])
    }

    @Test func readsEmptyAndFullInterleavedFrames() throws {
        let full = [UInt8](repeating: 0x24, count: 65_535)
        let messages = try parse([0x24, 0, 0, 0, 0x24, 255, 0xFF, 0xFF] + full + [0x24, 1, 0])
        #expect(messages == [.interleaved(id: 0, payload: []), .interleaved(id: 255, payload: full)])
    }

    @Test func handsFramesOverWithoutMessages() throws {
        var parser = MessageParser()
        parser.append(CapturedRequests.ffmpegTCP)
        var frames: [(UInt8, Int)] = []
        var requests = 0
        while try parser.next(frame: { id, payload in frames.append((id, payload.byteCount)) }) != nil { requests += 1 }
        #expect(requests == 5)
        #expect(frames.map(\.0) == [1])
        #expect(frames.map(\.1) == [8])
    }

    @Test func reportsOtherVersionsAsRequests() throws {
        let messages = try parse("DESCRIBE rtsp://h/f RTSP/3.0\r\nCSeq: 2\r\n\r\nOPTIONS * RTSP/1.0\r\n\r\n")
        guard case .request(let request) = messages[0] else {
            Issue.record("no request")
            return
        }
        #expect(request.version == Version(protocolName: "RTSP", major: 3, minor: 0))
        #expect(request.version.isRTSP)
        #expect(messages.count == 2)
    }

    @Test func endsAfterAnotherProtocol() throws {
        var parser = MessageParser()
        parser.append(Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\nrubbish".utf8))
        guard case .request(let request) = try parser.next() else {
            Issue.record("no request")
            return
        }
        #expect(request.version == Version(protocolName: "HTTP", major: 1, minor: 1))
        #expect(!request.version.isRTSP)
        #expect(try parser.next() == nil)
        let held = parser.bufferedBytes
        parser.append(CapturedRequests.ffmpegTCP)
        #expect(try parser.next() == nil)
        #expect(parser.bufferedBytes == held)
    }

    @Test(arguments: [
        ("DESCRIBE rtsp://h/f\r\nCSeq: 2\r\n\r\n", ParseError.Kind.malformedStartLine, UInt64(0)),
        ("DESCRIBE rtsp://h/f RTSP/1\r\nCSeq: 2\r\n\r\n", .malformedStartLine, 0),
        ("DESCRIBE  RTSP/1.0\r\nCSeq: 2\r\n\r\n", .malformedStartLine, 0),
        ("RTSP/1.0 20 OK\r\nCSeq: 2\r\n\r\n", .malformedStartLine, 0),
        ("A * RTSP/1.0\r\nno colon\r\nCSeq: 2\r\n\r\n", .malformedHeader, 14),
        ("A * RTSP/1.0\r\nCSeq: 2\r\nna me: x\r\n\r\n", .malformedHeader, 23),
        ("A * RTSP/1.0\r\n folded: x\r\nCSeq: 2\r\n\r\n", .malformedHeader, 14),
        ("A * RTSP/1.0\r\nCSeq: 2\r\n: x\r\nContent-Length: 2\r\n\r\nxx", .malformedHeader, 23),
    ])
    func readsPastAMalformedHead(_ text: String, _ kind: ParseError.Kind, _ offset: UInt64) throws {
        let messages = try parse(text + "OPTIONS * RTSP/1.0\r\n\r\n")
        let expected = ParseError(kind: kind, offset: offset, cseq: 2)
        #expect(messages == [.malformed(expected), .request(Request(method: .options, uri: "*"))])
        #expect(expected.status == .badRequest)
    }

    @Test(arguments: ["-1", "5x", "", "18446744073709551616", "5\r\nContent-Length: 6", "5, 5"])
    func refusesAContentLengthThatHidesTheNextMessage(_ length: String) throws {
        let found = try error("A * RTSP/1.0\r\nCSeq: 9\r\nContent-Length: \(length)\r\n\r\n")
        #expect(found.kind == .invalidContentLength)
        #expect(found.cseq == 9)
        #expect(found.status == .badRequest)
    }

    @Test func refusesABodyAboveItsLimit() throws {
        var limits = ParserLimits()
        limits.bodyBytes = 4
        #expect(try parse("A * RTSP/1.0\r\nContent-Length: 4\r\n\r\nabcd", limits: limits).count == 1)
        let found = try error("A * RTSP/1.0\r\nCSeq: 3\r\nContent-Length: 5\r\n\r\n", limits: limits)
        #expect(found == ParseError(kind: .bodyTooLong(length: 5, limit: 4), offset: 42, cseq: 3))
        #expect(found.status == .requestEntityTooLarge)
    }

    @Test func refusesAStartLineAboveItsLimit() throws {
        var limits = ParserLimits()
        limits.startLineBytes = 20
        #expect(try parse("OPTIONS 345 RTSP/1.0\r\n\r\n", limits: limits).count == 1)
        // With and without its end in sight.
        for end in ["\r\n\r\n", ""] {
            let found = try error("\r\nOPTIONS 3456 RTSP/1.0" + end, limits: limits)
            #expect(found == ParseError(kind: .startLineTooLong(limit: 20), offset: 2))
            #expect(found.status == .requestURITooLong)
        }
    }

    @Test func refusesHeadersAboveTheirLimits() throws {
        var limits = ParserLimits()
        limits.headerCount = 2
        #expect(try parse("A * RTSP/1.0\r\nCSeq: 1\r\nB: 2\r\n\r\n", limits: limits).count == 1)
        let many = try error("A * RTSP/1.0\r\nCSeq: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits: limits)
        #expect(many == ParseError(kind: .tooManyHeaders(limit: 2), offset: 29, cseq: 1))
        limits.headerBytes = 20
        #expect(try parse("A * RTSP/1.0\r\nCSeq: 1\r\nB: 456789\r\n\r\n", limits: limits).count == 1)
        for end in ["\r\n\r\n", ""] {
            let long = try error("A * RTSP/1.0\r\nCSeq: 1\r\n 2345678901x" + end, limits: limits)
            #expect(long == ParseError(kind: .headersTooLong(limit: 20), offset: 23, cseq: 1))
        }
    }

    @Test func refusesALongFrameAndAByteThatStartsNothing() throws {
        var limits = ParserLimits()
        limits.interleavedFrameBytes = 3
        #expect(try parse("$\u{0}\u{0}\u{3}abc", limits: limits).count == 1)
        let long = try error("$\u{0}\u{0}\u{4}abcd", limits: limits)
        #expect(long.kind == .interleavedFrameTooLong(length: 4, limit: 3))
        #expect(try error("\u{16}\u{3}\u{1}").kind == .unexpectedByte(0x16))
    }

    @Test func staysPoisonedAndHoldsNothing() throws {
        var parser = MessageParser()
        parser.append([0x24, 0, 0, 0, 0x16])
        #expect(try parser.next() != nil)
        let expected = ParseError(kind: .unexpectedByte(0x16), offset: 4)
        for _ in 0..<2 {
            #expect(throws: expected) { try parser.next() }
            parser.append(CapturedRequests.ffmpegTCP)
            #expect(parser.bufferedBytes == 0)
        }
    }

    @Test func readsBytesThatAreNotUTF8() throws {
        let head = Array("DESCRIBE rtsp://h/caf".utf8) + [0xE9] + Array(" RTSP/1.0\r\nX: caf".utf8) + [0xE9]
        let messages = try parse(head + Array("\r\nY: é\r\n\r\n".utf8))
        let request = Request(method: .describe, uri: "rtsp://h/caf%E9", headers: ["X": "café", "Y": "é"])
        #expect(messages == [.request(request)])
    }

    @Test func looksAtEveryByteOnce() throws {
        // Scanning the line anew for each of its bytes would look at five thousand million.
        var limits = ParserLimits()
        limits.startLineBytes = 300_000
        var parser = MessageParser(limits: limits)
        parser.append(Array("OPTIONS ".utf8))
        for _ in 0..<100_000 {
            parser.append([0x61])
            #expect(try parser.next() == nil)
        }
        parser.append(Array(" RTSP/1.0\r\n\r\n".utf8))
        #expect(try parser.next() != nil)
    }

    @Test func neverTrapsNorOutgrowsItsLimitsOnRandomBytes() {
        var generator = SplitMix64(state: 2_326)
        let alphabet = Array("$\r\n :/*aA0,;=\"OPTIONS * RTSP/1.0\r\nContent-Length: 3\r\n\r\n".utf8) + [0, 0xFF, 0x80]
        var limits = ParserLimits()
        limits.startLineBytes = 64
        limits.headerBytes = 128
        limits.headerCount = 4
        limits.bodyBytes = 32
        limits.interleavedFrameBytes = 48
        for round in 0..<800 {
            var parser = MessageParser(limits: limits)
            if round.isMultiple(of: 2) { parser.append(Array("OPTIONS * RTSP/1.0\r\n".utf8)) }
            for _ in 0..<20 {
                let count = Int.random(in: 0..<40, using: &generator)
                parser.append((0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
                do {
                    while let message = try parser.next() {
                        if case .interleaved(_, let payload) = message { #expect(payload.count <= 48) }
                    }
                } catch { #expect(error.offset <= 820) }
                #expect(parser.bufferedBytes <= 130)
            }
        }
    }

    @Test func neverTrapsOnMutatedCaptures() {
        var generator = SplitMix64(state: 7_826)
        for round in 0..<600 {
            var bytes = CapturedRequests.all[round % CapturedRequests.all.count]
            for _ in 0..<4 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            var parser = MessageParser()
            parser.append(bytes)
            while let message = try? parser.next() {
                guard case .request(let request) = message else { continue }
                _ = try? RequestTarget(parsing: request.uri)
                _ = try? request.headers.typed(TransportHeader.self)
                _ = try? request.headers.typed(RangeHeader.self)
                // What was read can be written, and reads as one message.
                #expect((try? parse(request.serialize()).count) == 1)
            }
        }
    }
}

/// A small random number generator with a seed (Vigna's SplitMix64), so that a failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
