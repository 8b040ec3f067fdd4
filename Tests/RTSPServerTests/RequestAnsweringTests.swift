import MediaCore
import RTP
import RTSP
import RTSPServer
import SDP
import TestSupport
import Testing

/// What each request is answered with, by a real server.
@Suite(.serialized) struct RequestAnsweringTests {
    // MARK: DESCRIBE

    @Test func describe() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            let reply = try client.request("DESCRIBE", server.uri(), ["Accept: application/sdp"])
            #expect(reply.status == .ok)
            #expect(reply.headers["Content-Base"] == server.uri() + "/")
            #expect(reply.headers["Content-Type"] == "application/sdp")
            let text = String(decoding: reply.body, as: UTF8.self)
            #expect(text.contains("\r\na=control:*\r\n"))
            #expect(text.contains("\r\na=range:npt=0-30"))
            #expect(text.contains("c=IN IP4 0.0.0.0\r\n"))
            #expect(text.components("a=control:trackID=") == 2)
            let describeAgain = try client.request("DESCRIBE", server.uri(), ["Accept: text/plain"])
            #expect(describeAgain.status == .notAcceptable)
        }
    }

    /// What a client knows is not described to it again.
    @Test func ifModifiedSince() async throws {
        let film = FakeTitle(units: FakeTitle.small(seconds: 1).units, modified: 784_111_777)
        try await RunningServer.run(FakeLibrary(["film.mp4": film])) { server in
            let client = try server.connect()
            let date = try #require(try client.request("DESCRIBE", server.uri()).headers["Last-Modified"])
            #expect(date == "Sun, 06 Nov 1994 08:49:37 GMT")
            let known = try client.request("DESCRIBE", server.uri(), ["If-Modified-Since: \(date)"])
            #expect(known.status == .notModified)
            #expect(known.body.isEmpty)
            let setup = try client.request(
                "SETUP", server.uri() + "/trackID=0",
                ["Transport: RTP/AVP/TCP;interleaved=0-1", "If-Modified-Since: \(date)"])
            #expect(setup.status == .notModified)
            // No session was made.
            #expect(setup.headers["Session"] == nil)
            let older = try client.request(
                "DESCRIBE", server.uri(), ["If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT"])
            #expect(older.status == .ok)
            #expect(!older.body.isEmpty)
        }
    }

    @Test func errorsOfTheLibrary() async throws {
        let failures: [String: MediaError] = [
            "secret.mp4": .forbidden, "text.mp4": .unsupported("no tracks"), "bad.mp4": .unreadable("I/O error"),
            "many.mp4": .overloaded("open files"),
        ]
        try await RunningServer.run(FakeLibrary([:], failures: failures)) { server in
            let client = try server.connect()
            let statuses: [(String, StatusCode)] = [
                ("none.mp4", .notFound), ("secret.mp4", .forbidden), ("text.mp4", .unsupportedMediaType),
                ("bad.mp4", .internalServerError), ("many.mp4", .serviceUnavailable),
            ]
            for (path, status) in statuses {
                #expect(try client.request("DESCRIBE", server.uri(path)).status == status)
                let setup = try client.request(
                    "SETUP", server.uri(path) + "/trackID=0", ["Transport: RTP/AVP/TCP;interleaved=0-1"])
                #expect(setup.status == status)
                #expect(setup.headers["Session"] == nil)
            }
        }
    }

    // MARK: Control URLs

    static let forms: [(base: String, track: String)] = [
        ("film.mp4", "film.mp4/trackID=#"),
        ("film.mp4/", "film.mp4/trackID=#/"),
        ("film.mp4?loop", "film.mp4?loop/trackID=#"),
        ("film.mp4/?loop/", "film.mp4/trackID=#?loop"),
        ("film.mp4?loop", "film.mp4?loop/trackID=#?loop"),
        ("film%2Emp4", "film%2emp4/trackid=#"),
        ("a dir/fïlm+1.mp4", "a%20dir/f%C3%AFlm+1.mp4/trackID=#"),
        ("a%20dir/f%c3%aflm%2B1.mp4", "a dir/fïlm+1.mp4/trackID=#"),
    ]

    @Test(arguments: forms)
    func controlURLs(_ base: String, _ track: String) async throws {
        let library = FakeLibrary([
            "film.mp4": FakeTitle.small(seconds: 5), "a dir/fïlm+1.mp4": FakeTitle.small(seconds: 5),
        ])
        try await RunningServer.run(library) { server in
            let client = try server.connect()
            let describe = try client.request("DESCRIBE", server.uri(base))
            #expect(describe.status == .ok)
            for id in 0...1 {
                let uri = server.uri(track.replacing("#", with: "\(id)"))
                let setup = try client.request(
                    "SETUP", uri, ["Transport: RTP/AVP/TCP;interleaved=\(2 * id)-\(2 * id + 1)"])
                try #require(setup.status == .ok, "\(uri)")
            }
            for uri in [server.uri(base), server.uri(base) + "/"] {
                #expect(try client.request("GET_PARAMETER", uri).status == .ok)
                #expect(try client.request("PLAY", uri, ["Range: npt=0-"]).status == .ok)
                #expect(try client.request("PAUSE", uri).status == .ok)
            }
            #expect(try client.request("TEARDOWN", server.uri(base)).status == .ok)
        }
    }

    @Test func aBareTrackIsSetUpByTheTitlesURL() async throws {
        try await RunningServer.run(FakeLibrary(["film.mp4": FakeTitle.small(seconds: 5, audio: false)])) { server in
            let client = try server.connect()
            #expect(try client.request("SETUP", server.uri(), ["Transport: RTP/AVP/TCP"]).status == .ok)
            let info = try client.play(server.uri())
            #expect(info.map(\.url) == [server.uri()])
        }
    }

    // MARK: SETUP

    @Test func theTransportOfTheReply() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            let receiver = try DatagramReceiver()
            let reply = try client.request(
                "SETUP", server.uri() + "/trackID=0",
                ["Transport: RTP/AVP;multicast,RTP/AVP/UDP;unicast;\(receiver.clientPort),RTP/AVP/TCP;interleaved=0-1"])
            let transport = try #require(reply.headers["Transport"])
            let prefix =
                "RTP/AVP/UDP;unicast;\(receiver.clientPort);server_port=\(server.rtpPort)-\(server.rtpPort + 1);ssrc="
            #expect(transport.hasPrefix(prefix))
            #expect(transport.hasSuffix(";mode=\"PLAY\""))
            let session = try #require(reply.headers["Session"])
            #expect(session.wholeMatch(of: /[A-Za-z0-9]{16};timeout=60/) != nil)
            #expect(try client.request("OPTIONS", "*").headers["Session"] == session)
        }
    }

    @Test func publicIsWhatKeepAliveIsChosenFrom() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            for uri in ["*", server.uri(), server.uri("none.mp4")] {
                let methods = try client.request("OPTIONS", uri).headers.typed(PublicHeader.self)?.methods
                #expect(
                    methods
                        == [.options, .describe, .setup, .play, .pause, .teardown, .getParameter, .setParameter])
            }
        }
    }

    /// FFmpeg asks for UDP first, for each track.
    @Test func withUDPOffTheFirstSetupSaysSo() async throws {
        try await RunningServer.run(configure: { $0.rtpPort = nil }) { server in
            let client = try server.connect()
            for track in 0...1 {
                let refusal = try client.request(
                    "SETUP", server.uri() + "/trackID=\(track)", ["Transport: RTP/AVP;unicast;client_port=5000-5001"])
                #expect(refusal.status == .unsupportedTransport)
                #expect(refusal.headers["Session"] == nil)
            }
            _ = try client.setupInterleaved(server.uri())
            _ = try client.play(server.uri())
            #expect(try client.receive { $0.frames.count > 10 })
        }
    }

    @Test func withTCPOffTheFirstSetupSaysSo() async throws {
        try await RunningServer.run(configure: { $0.allowsInterleaved = false }) { server in
            let client = try server.connect()
            let refusal = try client.request(
                "SETUP", server.uri() + "/trackID=0", ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1"])
            #expect(refusal.status == .unsupportedTransport)
            let receiver = try DatagramReceiver()
            _ = try client.setupDatagram(server.uri(), [receiver])
            _ = try client.play(server.uri())
            #expect(receiver.receive { $0.media.count > 5 })
        }
    }

    /// No UDP arrived: the same again over TCP, on the same connection, without a TEARDOWN and without the old session's id.
    @Test func aSecondSetupOverTCPEndsTheFirstSession() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            _ = try client.setupDatagram(server.uri(), receivers)
            _ = try client.play(server.uri())
            let first = try #require(client.session)
            _ = try client.request("PAUSE", server.uri())
            client.session = nil
            _ = try client.setupInterleaved(server.uri())
            #expect(client.session != first)
            _ = try client.play(server.uri())
            #expect(try client.receive { $0.frames.count > 20 })
            #expect(server.log.sessions(1).map { $0["reason"] } == ["replaced over TCP"])
            #expect(server.log.sessions.first?["session"] == first)
            #expect(try client.request("PLAY", server.uri(), ["Session: \(first)"]).status == .sessionNotFound)
        }
    }

    /// A refused SETUP leaves nothing behind, also no place among the sessions.
    @Test func refusedSetupsAreForgotten() async throws {
        try await RunningServer.run(configure: { $0.limits.sessions = 2 }) { server in
            let client = try server.connect()
            for _ in 0..<20 {
                let refusal = try client.request("SETUP", server.uri() + "/trackID=0", ["Transport: RTP/AVP;multicast"])
                #expect(refusal.status == .unsupportedTransport)
                #expect(
                    try client.request("SETUP", server.uri() + "/trackID=9", ["Transport: RTP/AVP/TCP"]).status
                        == .notFound)
            }
            _ = try client.setupInterleaved(server.uri())
        }
    }

    @Test func sessionsAreBounded() async throws {
        try await RunningServer.run(configure: { $0.limits.sessions = 2 }) { server in
            let clients = try (0..<3).map { _ in try server.connect() }
            let transport = ["Transport: RTP/AVP/TCP;interleaved=0-1"]
            #expect(try clients[0].request("SETUP", server.uri() + "/trackID=0", transport).status == .ok)
            #expect(try clients[1].request("SETUP", server.uri() + "/trackID=0", transport).status == .ok)
            #expect(
                try clients[2].request("SETUP", server.uri() + "/trackID=0", transport).status == .notEnoughBandwidth)
            #expect(try clients[0].request("TEARDOWN", server.uri()).status == .ok)
            #expect(try clients[2].request("SETUP", server.uri() + "/trackID=0", transport).status == .ok)
        }
    }

    /// All ask while the title is being opened: the limit holds all the same.
    @Test func sessionsAreBoundedHoweverManyAskAtOnce() async throws {
        let library = HeldLibrary(FakeLibrary(["film.mp4": FakeTitle.small(seconds: 5)]))
        try await RunningServer.run(library, threads: 2, configure: { $0.limits.sessions = 2 }) { server in
            let clients = try (0..<8).map { _ in try server.connect() }
            for client in clients {
                try client.send(
                    client.text("SETUP", server.uri() + "/trackID=0", ["Transport: RTP/AVP/TCP;interleaved=0-1"]))
            }
            for _ in 0..<100 where library.waiting < 8 { Clock.sleep(0.02) }
            library.release()
            let statuses = try clients.map { try $0.reply().status }
            #expect(statuses.filter { $0 == .ok }.count == 2)
            #expect(statuses.filter { $0 == .notEnoughBandwidth }.count == 6)
        }
    }

    @Test func sessionsOfOneConnectionAreBounded() async throws {
        try await RunningServer.run(configure: { $0.limits.sessionsPerConnection = 3 }) { server in
            let client = try server.connect()
            let statuses = try (0..<5).map { _ in
                client.session = nil
                return try client.request("SETUP", server.uri() + "/trackID=0", ["Transport: RTP/AVP/TCP"]).status
            }
            #expect(statuses == [.ok, .ok, .ok, .notEnoughBandwidth, .notEnoughBandwidth])
            let other = try server.connect()
            #expect(try other.request("SETUP", server.uri() + "/trackID=0", ["Transport: RTP/AVP/TCP"]).status == .ok)
        }
    }

    /// Two sessions on one connection ask for the same ids.
    @Test func interleavedIDsAreNotGivenTwice() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            let first = try client.setupInterleaved(server.uri())
            client.session = nil
            let second = try client.setupInterleaved(server.uri())
            #expect(first.map(\.interleaved) == [.init(rtp: 0, rtcp: 1), .init(rtp: 2, rtcp: 3)])
            #expect(second.map(\.interleaved) == [.init(rtp: 4, rtcp: 5), .init(rtp: 6, rtcp: 7)])
            #expect(Set((first + second).map(\.ssrc)).count == 4)
        }
    }

    @Test func blocksizeBoundsThePackets() async throws {
        let units = (0..<50).map { FakeUnit.video($0, packets: 1, isKey: true) }
        try await RunningServer.run(FakeLibrary(["film.mp4": SizedTitle(FakeTitle(units: units))])) { server in
            let client = try server.connect()
            let reply = try client.request(
                "SETUP", server.uri(), ["Transport: RTP/AVP/TCP;interleaved=0-1", "Blocksize: 500"])
            #expect(reply.headers["Blocksize"] == "500")
            _ = try client.play(server.uri())
            try client.receive { $0.frames.contains { $0.id == 0 } }
            #expect(client.frames.first { $0.id == 0 }?.payload.count == 512)
        }
    }
}

extension String {
    /// How often `part` occurs.
    func components(_ part: String) -> Int { split(separator: part, omittingEmptySubsequences: false).count - 1 }
}
