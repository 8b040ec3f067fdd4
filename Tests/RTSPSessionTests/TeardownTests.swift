import RTSP
import RTSPSession
import Testing

@Suite struct TeardownTests {
    private static func teardown(_ session: inout Session, _ uri: String = SessionFixture.base) throws -> (
        ends: Bool, Response
    ) {
        switch session.teardown(SessionFixture.request(.teardown, uri), try PresentationURI(parsing: uri)) {
        case .reply(let reply), .remove(_, let reply): (false, reply)
        case .end(let reply): (true, reply)
        }
    }

    @Test(arguments: ["", "/"])
    func theWholeSession(_ suffix: String) throws {
        for ready in [try SessionFixture.readySession(), try SessionFixture.playingSession()] {
            var session = ready
            let (ends, reply) = try Self.teardown(&session, SessionFixture.base + suffix)
            #expect(ends)
            #expect(reply.status == .ok)
            #expect(reply.headers["CSeq"] == "3")
            #expect(session.state == .initial)
        }
    }

    @Test func oneOfTwoTracksBeforePlay() throws {
        var session = try SessionFixture.readySession()
        let first = try Self.teardown(&session, SessionFixture.base + "/trackID=0")
        #expect(!first.ends)
        #expect(first.1.status == .ok)
        #expect(session.streams.map(\.track) == [1])
        // The last one ends the session.
        #expect(try Self.teardown(&session, SessionFixture.base + "/trackID=1").ends)
    }

    /// VLC, when a track is switched off.
    @Test func oneOfTwoTracksWhilePlaying() throws {
        var session = try SessionFixture.playingSession()
        let uri = SessionFixture.base + "/trackID=0"
        guard
            case .remove(let track, let reply) = session.teardown(
                SessionFixture.request(.teardown, uri), try PresentationURI(parsing: uri))
        else { return #expect(Bool(false), "one stream ends") }
        #expect(track == 0)
        #expect(reply.status == .ok)
        #expect(reply.headers["Session"] == "abc123;timeout=60")
        #expect(session.state == .playing)
        #expect(session.streams.map(\.track) == [1])
        // It is gone.
        #expect(try Self.teardown(&session, uri).1.status == .notFound)
    }

    @Test(arguments: ["rtsp://h/other.mp4", "rtsp://h/dir/film.mp4/trackID=5"])
    func whatIsNotOfTheSession(_ uri: String) throws {
        var session = try SessionFixture.readySession()
        let (ends, reply) = try Self.teardown(&session, uri)
        #expect(!ends)
        #expect(reply.status == .notFound)
        #expect(reply.headers["Session"] == "abc123;timeout=60")
        #expect(session.streams.count == 2)

        var single = try SessionFixture.session()
        _ = try single.setup(1, transport: "RTP/AVP;unicast;client_port=5000-5001")
        #expect(try !Self.teardown(&single, uri).ends)
    }
}
