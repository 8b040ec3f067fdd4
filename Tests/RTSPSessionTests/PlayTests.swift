import MediaCore
import RTP
import RTSP
import RTSPSession
import Testing

@Suite struct PlayTests {
    /// While ready at 4 s: what is to be done.
    static let ranges: [(String?, seek: MediaTime?, end: MediaTime?)] = [
        (nil, nil, nil),
        ("npt=now-", nil, nil),
        ("npt=0-", .zero, nil),
        ("npt=0.000-", .zero, nil),
        ("npt=7.5-", .milliseconds(7500), nil),
        // Old builds of VLC.
        ("npt=1,5-", .milliseconds(1500), nil),
        ("npt=0:00:07.25-", .milliseconds(7250), nil),
        ("npt=2-5", .seconds(2), .seconds(5)),
        ("npt=-5", nil, .seconds(5)),
        ("npt=now-5", nil, .seconds(5)),
        ("npt=12.04-", .milliseconds(12_040), nil),
        // To the end, as SDP states it or as clients round it; and not quite.
        ("npt=2-3600", .seconds(2), nil),
        ("npt=2-12.04", .seconds(2), nil),
        ("npt=2-12.039999999", .seconds(2), nil),
        ("npt=2-12.039", .seconds(2), .milliseconds(12_039)),
        ("npt=2-;time=19970123T143720Z", .seconds(2), nil),
    ]

    @Test(arguments: ranges)
    func whileReady(_ range: String?, _ seek: MediaTime?, _ end: MediaTime?) throws {
        var session = try SessionFixture.readySession()
        let outcome = try session.play(range, position: .seconds(4))
        #expect(outcome.range == .init(seek: seek, end: end))
        #expect(session.state == .ready)
    }

    static let refusals: [(String, StatusCode)] = [
        ("npt=12.041-", .invalidRange),
        ("npt=3600-", .invalidRange),
        ("npt=5-5", .invalidRange),
        ("npt=5-2", .invalidRange),
        ("npt=-4", .invalidRange),
        // RFC 2326 12.29: a time format that is not understood.
        ("clock=19961108T142300Z-", .notImplemented),
        ("smpte=0:10:00-", .notImplemented),
        ("smpte-25=0:10:00-", .notImplemented),
        ("parsecs=3-", .notImplemented),
        ("npt=x-", .badRequest),
        ("npt=", .badRequest),
        ("7", .badRequest),
        ("npt=99999999999999999999-", .badRequest),
    ]

    @Test(arguments: refusals)
    func refused(_ range: String, _ status: StatusCode) throws {
        for ready in [try SessionFixture.readySession(), try SessionFixture.playingSession()] {
            var session = ready
            let reply = try #require(try session.play(range, position: .seconds(4)).reply)
            #expect(reply.status == status)
            #expect(reply.headers["Session"] == "abc123;timeout=60")
            #expect(reply.headers["CSeq"] == "3")
            #expect(session.state == ready.state)
            #expect(!session.isStarting)
        }
    }

    @Test func aTitleThatCannotSeekPlaysFromItsStart() throws {
        let presentation = try SessionFixture.presentation(isSeekable: false)
        var session = try SessionFixture.readySession(presentation)
        #expect(try session.play("npt=1-", position: .zero).reply?.status == .headerFieldNotValid)
        #expect(try session.play("npt=0-", position: .zero).range == .init(seek: .zero, end: nil))
    }

    @Test func anUnknownDurationBoundsNothing() throws {
        var session = try SessionFixture.readySession(try SessionFixture.presentation(duration: nil))
        #expect(try session.play("npt=3600-", position: .zero).range == .init(seek: .seconds(3600), end: nil))
    }

    @Test func withoutASetup() throws {
        var session = try SessionFixture.session()
        #expect(try session.play("npt=0-", position: .zero).reply?.status == .methodNotValidInThisState)
    }

    // MARK: While playing

    @Test func withARangeItIsASeek() throws {
        var session = try SessionFixture.playingSession()
        #expect(try session.play("npt=6-", position: .seconds(4)).range == .init(seek: .seconds(6), end: nil))
        #expect(session.state == .playing)
    }

    @Test(arguments: [nil, "npt=now-"])
    func withoutOneItGoesOn(_ range: String?) throws {
        var session = try SessionFixture.playingSession()
        let reply = try #require(try session.play(range, position: .seconds(4)).reply)
        #expect(reply.status == .ok)
        #expect(reply.headers["Range"] == "npt=4-")
        #expect(session.state == .playing)
        #expect(!session.isStarting)
    }

    // MARK: Streams that come in mid-session

    private static let track0 = SessionFixture.base + "/trackID=0"

    /// VLC, when a track is switched on again: SETUP, then PLAY without a Range, of the presentation or of the track.
    @Test(arguments: [(SessionFixture.base, nil), (SessionFixture.base, "npt=now-"), (track0, nil)])
    func withoutARangeItBeginsWhatWasSetUpMeanwhile(_ uri: String, _ range: String?) throws {
        var session = try SessionFixture.playingSession()
        _ = session.teardown(SessionFixture.request(.teardown, Self.track0), try PresentationURI(parsing: Self.track0))
        _ = try session.setup(0, transport: "RTP/AVP;unicast;client_port=7000-7001")
        guard case .join = try session.play(range, position: .seconds(4), uri: uri) else {
            return #expect(Bool(false), "the stream joins")
        }
        let reply = session.joined(SessionFixture.request(.play), at: .seconds(4), streams: Self.starts)
        #expect(reply.status == .ok)
        #expect(reply.headers["Range"] == "npt=4-")
        let base = SessionFixture.base
        #expect(
            reply.headers["RTP-Info"]
                == "url=\(base)/trackID=1;seq=7;rtptime=0,url=\(base)/trackID=0;seq=65535;rtptime=4294967295")
        #expect(session.state == .playing)
        // Once.
        #expect(try session.play(nil, position: .seconds(5)).reply?.headers["RTP-Info"] == nil)
    }

    @Test func aRangeTakesThemAlong() throws {
        var session = try SessionFixture.playingSession()
        _ = try session.setup(0, transport: "RTP/AVP;unicast;client_port=7000-7001")
        #expect(try session.play("npt=6-", position: .seconds(4)).range == .init(seek: .seconds(6), end: nil))
        _ = session.played(SessionFixture.request(.play), from: .seconds(6), end: nil, streams: [])
        #expect(try session.play(nil, position: .seconds(7)).reply?.status == .ok)
    }

    @Test func aTrackThatPlaysAlreadyIsNotPlayedAlone() throws {
        var session = try SessionFixture.playingSession()
        _ = try session.setup(1, transport: "RTP/AVP;unicast;client_port=7000-7001")
        let reply = try session.play(nil, position: .seconds(4), uri: Self.track0).reply
        #expect(reply?.status == .onlyAggregateOperationAllowed)
    }

    // MARK: The reply

    private static let starts = [
        Session.StreamStart(track: 0, sequenceNumber: SequenceNumber(65_535), timestamp: RTPTimestamp(4_294_967_295)),
        Session.StreamStart(track: 1, sequenceNumber: SequenceNumber(7), timestamp: RTPTimestamp(0)),
    ]

    static let rangeReplies: [(MediaTime, MediaTime?, duration: MediaTime?, String)] = [
        (.zero, nil, .milliseconds(12_040), "npt=0-"),
        (.milliseconds(3960), nil, .milliseconds(12_040), "npt=3.96-"),
        (.milliseconds(3960), .seconds(5), .milliseconds(12_040), "npt=3.96-5"),
        (.milliseconds(3960), nil, nil, "npt=3.96-"),
        (.milliseconds(3960), .seconds(5), nil, "npt=3.96-5"),
    ]

    @Test(arguments: rangeReplies)
    func rangeIsWhatIsPlayed(_ from: MediaTime, _ end: MediaTime?, _ duration: MediaTime?, _ expected: String) throws {
        var session = try SessionFixture.readySession(try SessionFixture.presentation(duration: duration))
        _ = try session.play(nil, position: .zero)
        let reply = session.played(SessionFixture.request(.play), from: from, end: end, streams: Self.starts)
        #expect(reply.headers["Range"] == expected)
        #expect(session.state == .playing)
    }

    @Test(arguments: [
        "rtsp://h:8554/dir/film.mp4/trackID=%d", "rtsp://h:8554/dir/film.mp4/trackID=%d/",
        "RTSP://user@h/dir/film%2Emp4/trackID=%d", "rtsp://h/dir/film.mp4?token=7/trackID=%d",
        "rtsp://h/dir/film.mp4/trackID=%d?token=7",
    ])
    func urlsAreInTheFormOfSetup(_ form: String) throws {
        var session = try SessionFixture.session()
        let uris = (0...1).map { form.replacing("%d", with: "\($0)") }
        // RTP-Info follows the order of the SETUPs.
        for uri in uris.reversed() {
            let request = SessionFixture.request(
                .setup, uri, [("Transport", "RTP/AVP;unicast;client_port=5000-5001")])
            let outcome = session.setup(
                request, try PresentationURI(parsing: uri),
                Session.SetupOptions(offer: .everything, serverPort: 6970, packetSize: 1372, ssrc: 1))
            try #require(outcome.reply.status == .ok)
        }
        _ = try session.play("npt=0-", position: .zero)
        let reply = session.played(SessionFixture.request(.play), from: .zero, end: nil, streams: Self.starts)
        #expect(
            reply.headers["RTP-Info"]
                == "url=\(uris[1]);seq=7;rtptime=0,url=\(uris[0]);seq=65535;rtptime=4294967295")
        #expect(reply.headers["Session"] == "abc123;timeout=60")
        #expect(reply.headers["CSeq"] == "3")
    }

    @Test func scaleAndSpeedAreAnsweredWithWhatHolds() throws {
        var session = try SessionFixture.readySession()
        _ = try session.play(nil, position: .zero)
        let request = SessionFixture.request(.play, SessionFixture.base, [("Scale", "2.0"), ("Speed", "4")])
        let reply = session.played(request, from: .zero, end: nil, streams: Self.starts)
        #expect(reply.headers["Scale"] == "1.0")
        #expect(reply.headers["Speed"] == "1.0")
        #expect(
            session.played(SessionFixture.request(.play), from: .zero, end: nil, streams: []).headers["Scale"] == nil)
    }

    // MARK: Failure and the end

    @Test func afterAFailedSeekNothingPlays() throws {
        var session = try SessionFixture.playingSession()
        _ = try session.play("npt=6-", position: .seconds(4))
        let reply = session.playFailed(SessionFixture.request(.play), .unreadable("disk"))
        #expect(reply.status == .internalServerError)
        #expect(reply.headers["Session"] == "abc123;timeout=60")
        #expect(session.state == .ready)
        // A PLAY without a Range begins again: it must not be told that all is well.
        #expect(try session.play(nil, position: .seconds(4)).range == .init(seek: nil, end: nil))
    }

    @Test func aSeekThatOvertakesAnotherIsStillStarting() throws {
        var session = try SessionFixture.playingSession()
        _ = try session.play("npt=6-", position: .seconds(4))
        _ = try session.play("npt=8-", position: .seconds(4))
        _ = session.playFailed(SessionFixture.request(.play), .cancelled)
        #expect(session.isStarting)
        _ = session.played(SessionFixture.request(.play), from: .seconds(8), end: nil, streams: [])
        #expect(!session.isStarting)
        #expect(session.state == .playing)
    }

    @Test func afterTheEndItCanPlayAgain() throws {
        var session = try SessionFixture.playingSession()
        session.ended()
        #expect(session.state == .ready)
        #expect(try session.play(nil, position: .milliseconds(12_040)).range == .init(seek: nil, end: nil))
    }

    // MARK: URIs

    @Test func uris() throws {
        var session = try SessionFixture.readySession()
        #expect(try session.play(nil, position: .zero, uri: SessionFixture.base + "/").range != nil)
        #expect(
            try session.play(nil, position: .zero, uri: SessionFixture.base + "/trackID=0").reply?.status
                == .onlyAggregateOperationAllowed)
        #expect(
            try session.play(nil, position: .zero, uri: SessionFixture.base + "/trackID=5").reply?.status == .notFound)
        #expect(try session.play(nil, position: .zero, uri: "rtsp://h/other.mp4").reply?.status == .notFound)
    }

    @Test func aSingleStreamMayBeNamed() throws {
        var session = try SessionFixture.session()
        _ = try session.setup(1, transport: "RTP/AVP;unicast;client_port=5000-5001")
        #expect(try session.play(nil, position: .zero, uri: SessionFixture.base + "/trackID=1").range != nil)
        #expect(
            try session.play(nil, position: .zero, uri: SessionFixture.base + "/trackID=0").reply?.status == .notFound)
    }
}
