import MediaCore
import RTSP
import RTSPSession
import Testing

@Suite struct PauseTests {
    private static func pause(
        _ session: inout Session, position: MediaTime = .seconds(4), uri: String = SessionFixture.base
    ) throws -> (reply: Response, stops: Bool) {
        session.pause(SessionFixture.request(.pause, uri), try PresentationURI(parsing: uri), position: position)
    }

    @Test func whilePlaying() throws {
        var session = try SessionFixture.playingSession()
        let outcome = try Self.pause(&session)
        #expect(outcome.stops)
        #expect(outcome.reply.status == .ok)
        #expect(outcome.reply.headers["Range"] == "npt=4-12.04")
        #expect(outcome.reply.headers["Session"] == "abc123;timeout=60")
        #expect(session.state == .ready)
        // Again: nothing more to stop.
        #expect(try !Self.pause(&session).stops)
    }

    @Test func theEndOfTheRangeIsKept() throws {
        var session = try SessionFixture.readySession()
        _ = try session.play("npt=0-5", position: .zero)
        _ = session.played(SessionFixture.request(.play), from: .zero, end: .seconds(5), streams: [])
        #expect(try Self.pause(&session).reply.headers["Range"] == "npt=4-5")
    }

    @Test func beforePlay() throws {
        var session = try SessionFixture.readySession()
        let outcome = try Self.pause(&session, position: .zero)
        #expect(outcome.reply.status == .ok)
        #expect(!outcome.stops)
        #expect(outcome.reply.headers["Range"] == nil)
    }

    /// From a second connection: the PLAY must not begin after PAUSE was answered.
    @Test func whileAPlayIsStarting() throws {
        var session = try SessionFixture.readySession()
        _ = try session.play("npt=0-", position: .zero)
        #expect(try Self.pause(&session, position: .zero).stops)
    }

    @Test func refused() throws {
        var session = try SessionFixture.session()
        #expect(try Self.pause(&session).reply.status == .methodNotValidInThisState)
        var playing = try SessionFixture.playingSession()
        #expect(try Self.pause(&playing, uri: "rtsp://h/other.mp4").reply.status == .notFound)
        #expect(
            try Self.pause(&playing, uri: SessionFixture.base + "/trackID=0").reply.status
                == .onlyAggregateOperationAllowed)
        #expect(playing.state == .playing)
    }
}
