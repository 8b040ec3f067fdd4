import MediaCore
import RTSP
import RTSPSession
import Testing

/// RFC 2326 A.2: what each method answers in each state, and the state after it.
@Suite struct StateMachineTests {
    /// A state, with how it was come to where that makes a difference.
    enum Place: String, CaseIterable, Sendable {
        case initial, ready, playing, paused, ended

        var state: Session.State {
            switch self {
            case .initial: .initial
            case .ready, .paused, .ended: .ready
            case .playing: .playing
            }
        }
    }

    struct Pair: Sendable, CustomTestStringConvertible {
        let place: Place
        let method: Method
        let status: StatusCode
        let next: Session.State
        var testDescription: String { "\(method) while \(place)" }
    }

    /// One row per method, one column per place: initial, ready, playing, paused, ended.
    private static let table: [(Method, [(StatusCode, Session.State)])] = {
        let stays: [Session.State] = Place.allCases.map(\.state)
        func always(_ status: StatusCode) -> [(StatusCode, Session.State)] { stays.map { (status, $0) } }
        return [
            (.options, always(.ok)),
            (.describe, always(.ok)),
            (.setup, [(.ok, .ready), (.ok, .ready), (.ok, .playing), (.ok, .ready), (.ok, .ready)]),
            (
                .play,
                [
                    (.methodNotValidInThisState, .initial), (.ok, .playing), (.ok, .playing), (.ok, .playing),
                    (.ok, .playing),
                ]
            ),
            (
                .pause,
                [(.methodNotValidInThisState, .initial), (.ok, .ready), (.ok, .ready), (.ok, .ready), (.ok, .ready)]
            ),
            (.teardown, Place.allCases.map { _ in (.ok, .initial) }),
            (.getParameter, always(.ok)),
            (.setParameter, always(.ok)),
            (.announce, always(.methodNotAllowed)),
            (.record, always(.methodNotAllowed)),
            (.redirect, always(.methodNotAllowed)),
            (.other("FROBNICATE"), always(.notImplemented)),
        ]
    }()

    static let pairs = table.flatMap { method, row in
        zip(Place.allCases, row).map { Pair(place: $0, method: method, status: $1.0, next: $1.1) }
    }

    @Test func theTableIsWhole() {
        #expect(Self.pairs.count == Place.allCases.count * (Method.known.count + 1))
        for method in Method.known { #expect(Self.table.contains { $0.0 == method }) }
    }

    @Test(arguments: pairs)
    func everyPair(_ pair: Pair) throws {
        var session = try Self.session(pair.place)
        #expect(session.state == pair.place.state)
        let reply = try Self.perform(pair.method, &session)
        #expect(reply.status == pair.status)
        #expect(session.state == pair.next)
        #expect(reply.headers["CSeq"] == "3")
        if pair.status == .methodNotAllowed { #expect(reply.headers["Allow"]?.contains("PLAY") == true) }
    }

    private static func session(_ place: Place) throws -> Session {
        switch place {
        case .initial: return try SessionFixture.session()
        case .ready: return try SessionFixture.readySession()
        case .playing: return try SessionFixture.playingSession()
        case .paused:
            var session = try SessionFixture.playingSession()
            _ = session.pause(
                SessionFixture.request(.pause), try PresentationURI(parsing: SessionFixture.base), position: .seconds(2)
            )
            return session
        case .ended:
            var session = try SessionFixture.playingSession()
            session.ended()
            return session
        }
    }

    /// As a server does that finds media wherever it is asked to play.
    private static func perform(_ method: Method, _ session: inout Session) throws -> Response {
        let track = method == .setup ? "/trackID=0" : ""
        var request = SessionFixture.request(method, SessionFixture.base + track)
        if let error = request.generalError() { return error }
        let uri = try PresentationURI(parsing: request.uri)
        switch method {
        case .options: return Options.reply(to: request, session: session.header)
        case .describe: return Describe.reply(to: request, uri, session.presentation, isIPv6: false)
        case .setup:
            request.headers.append("Transport", "RTP/AVP;unicast;client_port=5000-5001")
            return session.setup(
                request, uri,
                Session.SetupOptions(offer: .everything, serverPort: 6970, packetSize: 1372, ssrc: 1)
            ).reply
        case .play:
            switch session.play(request, uri, position: .zero) {
            case .reply(let reply): return reply
            case .play(_, let end): return session.played(request, from: .zero, end: end, streams: [])
            case .join: return session.joined(request, at: .zero, streams: [])
            }
        case .pause: return session.pause(request, uri, position: .zero).reply
        case .teardown:
            switch session.teardown(request, uri) {
            case .reply(let reply), .remove(_, let reply), .end(let reply): return reply
            }
        default: return Parameters.reply(to: request, session: session.header)
        }
    }
}
