import MediaCore
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// What one client can make the server hold or wait for, and that nobody beside it notices.
@Suite(.serialized) struct ConnectionLimitsTests {
    /// Plays while `body` does its worst, and must have received every packet.
    private static func besideAViewer(
        library: FakeLibrary = FakeLibrary(["film.mp4": FakeTitle.small(seconds: 60)]),
        configure: @escaping (inout Server.Configuration) -> Void, _ body: (RunningServer) async throws -> Void
    ) async throws {
        try await RunningServer.run(library, configure: configure) { server in
            let viewer = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            _ = try viewer.setupDatagram(server.uri(), receivers)
            _ = try viewer.play(server.uri())
            try await body(server)
            for receiver in receivers {
                #expect(receiver.receive { $0.media.count > 10 })
                #expect(areConsecutive(try receiver.media.map { try $0.header }))
            }
            #expect(try viewer.request("PAUSE", server.uri()).status == .ok)
        }
    }

    // MARK: Slow clients

    static let beginnings = [
        "O", "OPTIONS * RTSP/1.0\r\n", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX-Header: a",
        "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 10\r\n\r\nabc", "$", "$\u{0}\u{0}\u{7F}abc",
    ]

    /// A byte now and then, never a whole request: 408, and the connection is closed.
    @Test func aRequestMustComeToItsEnd() async throws {
        try await Self.besideAViewer(configure: { $0.limits.requestTimeout = .milliseconds(500) }) { server in
            let clients = try Self.beginnings.map { _ in try server.connect() }
            let begin = Clock.now
            for (client, text) in zip(clients, Self.beginnings) { try client.send(text) }
            while Clock.now - begin < 0.8 {
                for client in clients { try? client.send("a") }
                Clock.sleep(0.1)
            }
            for client in clients {
                #expect(client.isClosedByServer(within: 3))
                #expect(client.replies.map(\.status) == [.requestTimeout])
            }
            #expect(Clock.now - begin < 5)
        }
    }

    /// Each request has its own time, and pauses between them count for none.
    @Test func slowButWholeRequestsAreAnswered() async throws {
        try await RunningServer.run(configure: { $0.limits.requestTimeout = .milliseconds(500) }) { server in
            let client = try server.connect()
            for _ in 0..<3 {
                let text = Array(client.text("OPTIONS", "*").utf8)
                for piece in [text[..<5], text[5..<20], text[20...]] {
                    try client.send(Array(piece))
                    Clock.sleep(0.1)
                }
                #expect(try client.reply().status == .ok)
                Clock.sleep(0.6)
            }
            // The end of one and the beginning of the next in one piece.
            let first = Array(client.text("OPTIONS", "*").utf8)
            let second = Array(client.text("OPTIONS", "*").utf8)
            try client.send(Array(first[..<10]))
            Clock.sleep(0.35)
            try client.send(Array(first[10...] + second[..<10]))
            Clock.sleep(0.35)
            try client.send(Array(second[10...]))
            #expect(try client.reply().status == .ok)
            #expect(try client.reply().status == .ok)
        }
    }

    /// Blank lines are no sign of life.
    @Test func blankLinesKeepNothingOpen() async throws {
        try await RunningServer.run(configure: { $0.limits.idleConnectionTimeout = .milliseconds(400) }) { server in
            let client = try server.connect()
            let begin = Clock.now
            while Clock.now - begin < 0.9 {
                try? client.send("\r\n")
                Clock.sleep(0.1)
            }
            #expect(client.isClosedByServer(within: 2))
        }
    }

    /// A client that has vanished: it neither reads nor closes. Its window fills, and then its session and its connection end.
    @Test func aHalfOpenConnectionEnds() async throws {
        let film = FakeTitle.film(seconds: 60, keyPackets: 200, packets: 100)
        try await RunningServer.run(
            FakeLibrary(["film.mp4": film]),
            configure: {
                $0.limits.sessionTimeout = .seconds(1)
                $0.limits.idleConnectionTimeout = .seconds(1)
            }
        ) { server in
            let gone = try server.connect(receiveBuffer: 4096)
            _ = try gone.setupInterleaved(server.uri())
            try gone.send(gone.text("PLAY", server.uri(), ["Range: npt=0-"]))
            #expect(server.log.sessions(1).map { $0["reason"] } == ["timeout"])
            #expect(server.log.sessions.first?["transport"] == "tcp")
            #expect(gone.isClosedByServer(within: 10))
        }
    }

    // MARK: Many

    @Test func connectionsPerAddressAreBounded() async throws {
        try await RunningServer.run(configure: {
            $0.host = "::"
            $0.limits.connectionsPerAddress = 2
        }) { server in
            let clients = try (0..<2).map { _ in try server.connect(host: "127.0.0.1") }
            for client in clients { #expect(try client.request("OPTIONS", "*").status == .ok) }
            let third = try server.connect(host: "127.0.0.1")
            #expect(third.isClosedByServer(within: 5))
            // Others are not others' business.
            let other = try server.connect(host: "::1")
            #expect(try other.request("OPTIONS", "*").status == .ok)
            clients[0].close()
            var isServed = false
            for _ in 0..<50 where !isServed {
                let next = try server.connect(host: "127.0.0.1")
                isServed = (try? next.request("OPTIONS", "*").status) == .ok
                if !isServed { Clock.sleep(0.05) }
            }
            #expect(isServed)
        }
    }

    @Test func sessionsPerAddressAreBounded() async throws {
        try await RunningServer.run(configure: {
            $0.host = "::"
            $0.limits.sessionsPerAddress = 2
        }) { server in
            let transport = ["Transport: RTP/AVP/TCP;interleaved=0-1"]
            func setup(_ host: String) throws -> (RawConnection, StatusCode) {
                let client = try server.connect(host: host)
                return (client, try client.request("SETUP", server.uri() + "/trackID=0", transport).status)
            }
            let first = try setup("127.0.0.1")
            let second = try setup("127.0.0.1")
            let third = try setup("127.0.0.1")
            let other = try setup("::1")
            #expect([first, second, third, other].map(\.1) == [.ok, .ok, .notEnoughBandwidth, .ok])
            #expect(try first.0.request("TEARDOWN", server.uri()).status == .ok)
            #expect(try third.0.request("SETUP", server.uri() + "/trackID=0", transport).status == .ok)
        }
    }

    @Test func waitingRequestsAreBoundedInBytes() async throws {
        let library = HeldLibrary(FakeLibrary([:]))
        try await RunningServer.run(library, configure: { $0.limits.pipelinedBytes = 10_000 }) { server in
            let client = try server.connect()
            let body = String(repeating: "x", count: 3000)
            try client.send((0..<8).map { _ in client.text("DESCRIBE", server.uri(), body: body) }.joined())
            for _ in 0..<100 where library.waiting == 0 { Clock.sleep(0.02) }
            library.release()
            #expect(client.isClosedByServer(within: 5))
            // One under way, three that wait, and the one too many.
            #expect(client.replies.map(\.status) == Array(repeating: .notFound, count: 4) + [.badRequest])
        }
    }

    /// A single one of the largest size may wait, whatever the bound.
    @Test func oneLargeRequestMayWait() async throws {
        let library = HeldLibrary(FakeLibrary([:]))
        try await RunningServer.run(library, configure: { $0.limits.pipelinedBytes = 10 }) { server in
            let client = try server.connect()
            let body = String(repeating: "x", count: 60_000)
            try client.send((0..<2).map { _ in client.text("DESCRIBE", server.uri(), body: body) }.joined())
            for _ in 0..<100 where library.waiting == 0 { Clock.sleep(0.02) }
            library.release()
            for _ in 0..<2 { #expect(try client.reply().status == .notFound) }
            #expect(try client.request("OPTIONS", "*").status == .ok)
        }
    }

    @Test func partsOfARequestAreBounded() async throws {
        try await Self.besideAViewer(configure: {
            $0.limits.parser.startLineBytes = 200
            $0.limits.parser.headerCount = 10
            $0.limits.parser.headerBytes = 500
            $0.limits.parser.bodyBytes = 100
        }) { server in
            let long = String(repeating: "a", count: 300)
            let requests: [(String, StatusCode)] = [
                ("OPTIONS rtsp://h/\(long) RTSP/1.0\r\n", .requestURITooLong),
                ("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nA: \(long)\r\nB: \(long)\r\n", .badRequest),
                ("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n" + String(repeating: "A: b\r\n", count: 11), .badRequest),
                ("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 101\r\n\r\n", .requestEntityTooLarge),
            ]
            for (text, status) in requests {
                let client = try server.connect()
                try client.send(text)
                #expect(try client.reply().status == status, "\(text.prefix(60))")
                #expect(client.isClosedByServer(within: 5))
            }
        }
    }
}
