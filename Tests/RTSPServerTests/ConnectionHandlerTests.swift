import MediaCore
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// Bytes in, replies out.
@Suite(.serialized) struct ConnectionHandlerTests {
    // MARK: Order

    @Test func pipelinedRepliesKeepTheirOrder() async throws {
        let library = HeldLibrary(FakeLibrary(["film.mp4": FakeTitle.small(seconds: 1)]))
        try await RunningServer.run(library) { server in
            let client = try server.connect()
            // The first cannot be answered yet; a malformed one stands among those that could.
            let requests = [
                client.text("DESCRIBE", server.uri()), client.text("OPTIONS", "*"),
                "OPTIONS * RTSP/1.0\r\nCSeq: 3\r\nno colon\r\n\r\n", client.text("GET_PARAMETER", server.uri()),
            ]
            try client.send(requests.joined())
            #expect(try !client.receive(within: 0.3) { !$0.replies.isEmpty })
            library.release()
            let replies = try (0..<4).map { _ in try client.reply() }
            #expect(replies.map(\.status) == [.ok, .ok, .badRequest, .ok])
            #expect(replies.map { $0.headers["CSeq"] } == ["1", "2", "3", "3"])
            #expect(replies[0].headers["Content-Type"] == "application/sdp")
        }
    }

    /// What ends the connection waits for its turn too, and is the last that is answered.
    @Test func aFatalErrorIsAnsweredInItsTurnAndOnce() async throws {
        let library = HeldLibrary(FakeLibrary(["film.mp4": FakeTitle.small(seconds: 1)]))
        try await RunningServer.run(library) { server in
            let client = try server.connect()
            try client.send(client.text("DESCRIBE", server.uri()) + "\u{1}\u{2}\u{3}\r\n\r\n")
            Clock.sleep(0.1)
            try client.send("more of it\r\n\r\n" + client.text("OPTIONS", "*"))
            Clock.sleep(0.1)
            library.release()
            #expect(client.isClosedByServer(within: 5))
            #expect(client.replies.map(\.status) == [.ok, .badRequest])
        }
    }

    @Test func manyRequestsInOneSegment() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            try client.send((0..<2000).map { _ in client.text("OPTIONS", "*") }.joined())
            for index in 1...2000 { #expect(try client.reply().headers["CSeq"] == "\(index)") }
        }
    }

    // MARK: Forms of requests

    @Test(arguments: ["\r\n", "\n"])
    func lineEndsAndTheCaseOfNames(_ end: String) async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            for name in ["CSeq", "cseq", "CSEQ", "cSeQ "] {
                try client.send(
                    "\(end)\(end)OPTIONS \(server.uri()) RTSP/1.0\(end)\(name): 17\(end)x-unknown: a\(end)\(end)")
                let reply = try client.reply()
                #expect(reply.status == .ok)
                #expect(reply.headers["CSeq"] == "17")
            }
        }
    }

    @Test(arguments: ["OPTIONS", "DESCRIBE", "GET_PARAMETER", "SET_PARAMETER", "PAUSE", "NONSENSE"])
    func aBodyIsReadWhateverTheRequest(_ method: String) async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            let body = "OPTIONS * RTSP/1.0\r\nCSeq: 99\r\n\r\n"
            let first = try client.request(method, server.uri(), body: body)
            #expect(first.headers["CSeq"] == "1")
            let second = try client.request("OPTIONS", "*")
            #expect(second.headers["CSeq"] == "2")
        }
    }

    @Test func byteByByte() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            for byte in client.text("DESCRIBE", server.uri(), ["Accept: application/sdp"]).utf8 {
                try client.send([byte])
            }
            #expect(try client.reply().status == .ok)
        }
    }

    @Test func interleavedFramesBetweenRequests() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            for id in [UInt8(0), 1, 77] {
                try client.send(frame: Array(repeating: 0x24, count: 300), id: id)
                try client.send(frame: [], id: id)
                #expect(try client.request("OPTIONS", "*").status == .ok)
            }
        }
    }

    @Test func repliesFromAClientAreIgnored() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            try client.send("RTSP/1.0 200 OK\r\nCSeq: 5\r\n\r\n")
            #expect(try client.request("OPTIONS", "*").headers["CSeq"] == "1")
        }
    }

    // MARK: What is wrong

    static let malformed: [(String, StatusCode, cseq: String?, closes: Bool)] = [
        ("OPTIONS * RTSP/1.0\r\n\r\n", .badRequest, nil, false),
        ("OPTIONS * RTSP/1.0\r\nCSeq: x\r\n\r\n", .badRequest, "x", false),
        ("OPTIONS *\r\nCSeq: 4\r\n\r\n", .badRequest, "4", false),
        ("DESCRIBE film.mp4 RTSP/1.0\r\nCSeq: 4\r\n\r\n", .badRequest, "4", false),
        ("DESCRIBE http://h/film.mp4 RTSP/1.0\r\nCSeq: 4\r\n\r\n", .badRequest, "4", false),
        ("DESCRIBE rtsp://h/a%00b RTSP/1.0\r\nCSeq: 4\r\n\r\n", .badRequest, "4", false),
        ("DESCRIBE * RTSP/1.0\r\nCSeq: 4\r\n\r\n", .methodNotAllowed, "4", false),
        ("DESCRIBE rtsp://h/../secret RTSP/1.0\r\nCSeq: 4\r\n\r\n", .notFound, "4", false),
        ("DESCRIBE rtsp://h/%2e%2e/secret RTSP/1.0\r\nCSeq: 4\r\n\r\n", .notFound, "4", false),
        ("DESCRIBE rtsp://h/ RTSP/1.0\r\nCSeq: 4\r\n\r\n", .notFound, "4", false),
        ("OPTIONS * RTSP/2.0\r\nCSeq: 4\r\n\r\n", .versionNotSupported, "4", false),
        ("ANNOUNCE rtsp://h/a RTSP/1.0\r\nCSeq: 4\r\n\r\n", .methodNotAllowed, "4", false),
        ("FROBNICATE rtsp://h/a RTSP/1.0\r\nCSeq: 4\r\n\r\n", .notImplemented, "4", false),
        ("OPTIONS * RTSP/1.0\r\nCSeq: 4\r\nRequire: x\r\n\r\n", .optionNotSupported, "4", false),
        ("PLAY rtsp://h/a RTSP/1.0\r\nCSeq: 4\r\nSession: nobody\r\n\r\n", .sessionNotFound, "4", false),
        ("PLAY rtsp://h/a RTSP/1.0\r\nCSeq: 4\r\n\r\n", .sessionNotFound, "4", false),
        ("SETUP rtsp://h/a RTSP/1.0\r\nCSeq: 4\r\nSession: nobody\r\n\r\n", .sessionNotFound, "4", false),
        ("GET_PARAMETER rtsp://h/a RTSP/1.0\r\nCSeq: 4\r\nSession: a b\r\n\r\n", .sessionNotFound, "4", false),
        ("OPTIONS * RTSP/1.0\r\nCSeq: 4\r\nContent-Length: x\r\n\r\n", .badRequest, "4", true),
        ("OPTIONS * RTSP/1.0\r\nCSeq: 4\r\nContent-Length: 99999999999\r\n\r\n", .requestEntityTooLarge, "4", true),
        ("OPTIONS rtsp://h/" + String(repeating: "a", count: 17_000), .requestURITooLong, nil, true),
        ("OPTIONS * RTSP/1.0\r\nCSeq: 4\r\nX: " + String(repeating: "a", count: 17_000), .badRequest, "4", true),
        ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", .versionNotSupported, nil, true),
        ("\u{16}\u{3}\u{1}", .badRequest, nil, true),
    ]

    /// On one server: none disturbs the viewer beside them.
    @Test func malformedRequestsGetTheirStatus() async throws {
        try await RunningServer.run { server in
            let viewer = try server.connect()
            _ = try viewer.setupInterleaved(server.uri())
            _ = try viewer.play(server.uri())
            for (text, status, sequence, closes) in Self.malformed {
                let client = try server.connect()
                try client.send(text)
                let reply = try client.reply()
                #expect(reply.status == status, "\(text.prefix(80))")
                #expect(reply.headers["CSeq"] == sequence, "\(text.prefix(80))")
                #expect(reply.headers["Server"] == "Sluice")
                if closes {
                    #expect(client.isClosedByServer(within: 5), "\(text.prefix(80))")
                    #expect(client.replies.count == 1)
                } else {
                    #expect(try client.request("OPTIONS", "*").status == .ok, "\(text.prefix(80))")
                }
            }
            let before = viewer.frames.count
            try #require(try viewer.receive { $0.frames.count > before + 20 })
            #expect(try areConsecutive(viewer.frames.filter { $0.id == 0 }.map { try $0.header }))
        }
    }

    // MARK: Limits

    @Test func pipelinedRequestsAreBounded() async throws {
        let library = HeldLibrary(FakeLibrary([:]))
        try await RunningServer.run(library, configure: { $0.limits.pipelinedRequests = 8 }) { server in
            let client = try server.connect()
            try client.send((0..<20).map { _ in client.text("DESCRIBE", server.uri()) }.joined())
            Clock.sleep(0.2)
            #expect(library.waiting == 1)
            library.release()
            #expect(client.isClosedByServer(within: 5))
            // One under way, eight that wait, and the one too many.
            #expect(client.replies.map(\.status) == Array(repeating: .notFound, count: 9) + [.badRequest])
            #expect(client.replies.map { $0.headers["CSeq"] } == (1...10).map { "\($0)" })
        }
    }

    /// Others go on; this one is cut off once its replies pile up.
    @Test func aClientThatReadsNoRepliesIsClosed() async throws {
        try await RunningServer.run(configure: { $0.limits.unreadReplyBytes = 64 * 1024 }) { server in
            // Not less than a loopback segment: a full buffer that none fits in can stall both directions for minutes.
            let client = try server.connect(receiveBuffer: 64 * 1024, sendSeconds: 10)
            let request = client.text("OPTIONS", "*")
            var isCutOff = false
            for _ in 0..<5000 where !isCutOff {
                do { try client.send(String(repeating: request, count: 100)) } catch { isCutOff = true }
                Clock.sleep(0.001)
            }
            #expect(isCutOff)
            func isLogged() -> Bool { server.log.all.contains { $0.message == "client does not read its replies" } }
            for _ in 0..<200 where !isLogged() { Clock.sleep(0.05) }
            #expect(isLogged(), "\(server.log.all.suffix(4))")
            let other = try server.connect()
            #expect(try other.request("OPTIONS", "*").status == .ok)
        }
    }

    @Test func aConnectionThatSaysNothingIsClosed() async throws {
        try await RunningServer.run(configure: { $0.limits.idleConnectionTimeout = .milliseconds(400) }) { server in
            let idle = try server.connect()
            let busy = try server.connect()
            let viewer = try server.connect()
            _ = try viewer.setupDatagram(server.uri(), [try DatagramReceiver()])
            for _ in 0..<6 {
                Clock.sleep(0.15)
                #expect(try busy.request("OPTIONS", "*").status == .ok)
            }
            #expect(idle.isClosedByServer(within: 2))
            // One with a session stays, however quiet.
            #expect(try viewer.request("OPTIONS", "*").status == .ok)
        }
    }

    @Test func connectionsAreBounded() async throws {
        try await RunningServer.run(threads: 2, configure: { $0.limits.connections = 3 }) { server in
            let clients = try (0..<3).map { _ in try server.connect() }
            for client in clients { #expect(try client.request("OPTIONS", "*").status == .ok) }
            let fourth = try server.connect()
            #expect(fourth.isClosedByServer(within: 5))
            #expect(fourth.replies.isEmpty)
            clients[0].close()
            // Its place is free again, as soon as the server has noticed.
            var isServed = false
            for _ in 0..<50 where !isServed {
                let next = try server.connect()
                isServed = (try? next.request("OPTIONS", "*").status) == .ok
                if !isServed { Clock.sleep(0.05) }
            }
            #expect(isServed)
            #expect(try clients[1].request("OPTIONS", "*").status == .ok)
        }
    }
}
