import MediaCore
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// Every status that a client can bring about, over a real connection, while somebody else plays and loses nothing.
@Suite(.serialized) struct StatusTests {
    /// What a client has done before the request that counts.
    enum Place: String, CaseIterable, Sendable {
        /// Connected.
        case nothing
        /// Both tracks are set up.
        case ready
        case playing
        case paused
        /// Played to the end of the Range.
        case ended
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let status: StatusCode
        let place: Place
        let method: String
        var path = "film.mp4"
        var headers: [String] = []
        var body = ""
        /// A header that the reply must have.
        var answers: String?
        var testDescription: String { "\(status.rawValue): \(method) \(path) \(headers) while \(place)" }
    }

    private static let transport = "Transport: RTP/AVP/TCP;unicast;interleaved=10-11"

    static let cases: [Case] = [
        Case(status: .badRequest, place: .nothing, method: "SETUP", path: "film.mp4/trackID=0"),
        Case(
            status: .badRequest, place: .nothing, method: "SETUP", path: "film.mp4/trackID=0", headers: ["Transport: ;"]
        ),
        Case(status: .badRequest, place: .ready, method: "PLAY", headers: ["Range: npt=5,5,5-"]),
        Case(status: .badRequest, place: .playing, method: "PLAY", headers: ["Range: x"]),
        Case(status: .notFound, place: .nothing, method: "DESCRIBE", path: "other.mp4"),
        Case(status: .notFound, place: .ready, method: "SETUP", path: "film.mp4/trackID=7", headers: [transport]),
        Case(status: .notFound, place: .ready, method: "SETUP", path: "tape.mp4/trackID=0", headers: [transport]),
        Case(status: .notFound, place: .playing, method: "PAUSE", path: "tape.mp4"),
        Case(status: .notFound, place: .playing, method: "TEARDOWN", path: "film.mp4/trackID=7"),
        Case(status: .methodNotAllowed, place: .nothing, method: "ANNOUNCE", answers: "Allow"),
        Case(status: .methodNotAllowed, place: .playing, method: "RECORD", answers: "Allow"),
        Case(status: .methodNotAllowed, place: .playing, method: "REDIRECT", answers: "Allow"),
        Case(
            status: .notAcceptable, place: .nothing, method: "DESCRIBE", headers: ["Accept: application/rtsl, text/xml"]
        ),
        Case(status: .unsupportedMediaType, place: .nothing, method: "DESCRIBE", path: "text.mp4"),
        Case(
            status: .unsupportedMediaType, place: .nothing, method: "SETUP", path: "text.mp4/trackID=0",
            headers: [transport]),
        Case(
            status: .parameterNotUnderstood, place: .playing, method: "GET_PARAMETER", body: "packets_received\r\n",
            answers: "Content-Type"),
        Case(status: .parameterNotUnderstood, place: .ready, method: "SET_PARAMETER", body: "volume: 11\r\n"),
        Case(status: .sessionNotFound, place: .nothing, method: "PLAY"),
        Case(status: .sessionNotFound, place: .nothing, method: "PAUSE"),
        Case(status: .sessionNotFound, place: .nothing, method: "TEARDOWN"),
        Case(status: .sessionNotFound, place: .playing, method: "PLAY", headers: ["Session: nobody"]),
        Case(status: .sessionNotFound, place: .playing, method: "GET_PARAMETER", headers: ["Session: "]),
        Case(
            status: .sessionNotFound, place: .nothing, method: "SETUP", path: "film.mp4/trackID=0",
            headers: [transport, "Session: " + String(repeating: "a", count: 5000)]),
        Case(
            status: .methodNotValidInThisState, place: .playing, method: "SETUP", path: "tape.mp4/trackID=0",
            headers: [transport]),
        Case(status: .headerFieldNotValid, place: .ready, method: "PLAY", path: "tape.mp4", headers: ["Range: npt=2-"]),
        Case(status: .invalidRange, place: .ready, method: "PLAY", headers: ["Range: npt=3600-"]),
        Case(status: .invalidRange, place: .playing, method: "PLAY", headers: ["Range: npt=8-4"]),
        Case(
            status: .aggregateOperationNotAllowed, place: .nothing, method: "SETUP", headers: [transport]),
        Case(status: .onlyAggregateOperationAllowed, place: .ready, method: "PLAY", path: "film.mp4/trackID=0"),
        Case(status: .onlyAggregateOperationAllowed, place: .playing, method: "PAUSE", path: "film.mp4/trackID=1"),
        Case(
            status: .unsupportedTransport, place: .nothing, method: "SETUP", path: "film.mp4/trackID=0",
            headers: ["Transport: RTP/SAVP;unicast;client_port=5000-5001, RTP/AVP;multicast"]),
        Case(status: .notImplemented, place: .ready, method: "PLAY", headers: ["Range: clock=19961108T142300Z-"]),
        Case(status: .notImplemented, place: .playing, method: "SPEAK", answers: "Allow"),
        Case(
            status: .optionNotSupported, place: .ready, method: "PLAY", headers: ["Require: play.scale"],
            answers: "Unsupported"),
        Case(
            status: .optionNotSupported, place: .nothing, method: "OPTIONS", headers: ["Proxy-Require: a, b"],
            answers: "Unsupported"),
    ]

    /// Every other pair of A.2's table, over a connection.
    static let states: [Case] = Place.allCases.flatMap { place -> [Case] in
        let hasSession = place != .nothing
        return ["OPTIONS", "DESCRIBE", "GET_PARAMETER", "SET_PARAMETER"].map {
            Case(status: .ok, place: place, method: $0)
        } + [
            Case(status: .ok, place: place, method: "SETUP", path: "film.mp4/trackID=0", headers: [transport]),
            Case(status: hasSession ? .ok : .sessionNotFound, place: place, method: "PLAY"),
            Case(status: hasSession ? .ok : .sessionNotFound, place: place, method: "PAUSE"),
            Case(status: hasSession ? .ok : .sessionNotFound, place: place, method: "TEARDOWN"),
        ]
    }

    private static let library: FakeLibrary = {
        let tape = FakeTitle(units: FakeTitle.small(seconds: 30).units, isSeekable: false)
        return FakeLibrary(
            ["film.mp4": FakeTitle.small(seconds: 30), "tape.mp4": tape],
            failures: ["text.mp4": .unsupported("plain text")])
    }()

    @Test func theTableHasThemAll() {
        let reached = Set((Self.cases + Self.states).map(\.status.rawValue))
        // 505 and 400s of the parser: `ConnectionHandlerTests.malformed`; 453: `sessionsAreBounded`.
        #expect(
            reached.isSuperset(of: [200, 400, 404, 405, 406, 415, 451, 454, 455, 456, 457, 459, 460, 461, 501, 551]))
    }

    @Test func everyStatus() async throws {
        try await RunningServer.run(Self.library) { server in
            let viewer = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            _ = try viewer.setupDatagram(server.uri(), receivers)
            _ = try viewer.play(server.uri())
            for item in Self.cases + Self.states { try Self.perform(item, server) }
            for receiver in receivers {
                receiver.receive(for: 0.1)
                #expect(receiver.media.count > 10)
                #expect(areConsecutive(try receiver.media.map { try $0.header }))
            }
        }
    }

    private static func perform(_ item: Case, _ server: RunningServer) throws {
        let client = try server.connect()
        // The title that the path names, unless it is about another than the session's.
        let isAboutAnother = item.status == .notFound
        let title = item.path.hasPrefix("tape.mp4") && !isAboutAnother ? "tape.mp4" : "film.mp4"
        try prepare(client, item.place, server.uri(title))
        let session = client.session
        let reply = try client.request(item.method, server.uri(item.path), item.headers, body: item.body)
        #expect(reply.status == item.status, "\(item.testDescription)")
        #expect(reply.headers["CSeq"] != nil)
        #expect(reply.headers["Server"] == "Sluice")
        if let name = item.answers { #expect(reply.headers[name] != nil, "\(item.testDescription)") }
        // A refusal ends nothing: the session is there, and the connection too.
        client.session = session
        let next = try client.request(session == nil ? "OPTIONS" : "GET_PARAMETER", server.uri(title))
        let isOver = item.method == "TEARDOWN" && item.status == .ok
        #expect(next.status == (isOver ? .sessionNotFound : .ok), "\(item.testDescription)")
        if item.place == .playing, !item.status.isSuccess {
            let count = client.frames.count
            #expect(try client.receive { $0.frames.count > count + 5 }, "\(item.testDescription)")
        }
    }

    private static func prepare(_ client: RawConnection, _ place: Place, _ uri: String) throws {
        guard place != .nothing else { return }
        _ = try client.setupInterleaved(uri)
        switch place {
        case .nothing, .ready: break
        case .playing: _ = try client.play(uri)
        case .paused:
            _ = try client.play(uri)
            _ = try client.request("PAUSE", uri)
        case .ended:
            _ = try client.play(uri, "npt=0-0.04")
            try #require(try client.receive { try $0.control(1).contains(where: \.isGoodbye) })
        }
    }
}
