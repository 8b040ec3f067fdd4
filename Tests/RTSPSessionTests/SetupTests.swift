import MediaCore
import RTSP
import RTSPSession
import Testing

@Suite struct SetupTests {
    private static let udp = "RTP/AVP;unicast;client_port=5000-5001"

    @Test func aStreamIsSetUp() throws {
        var session = try SessionFixture.session()
        let outcome = try session.setup(1, transport: Self.udp)
        #expect(outcome.reply.status == .ok)
        #expect(outcome.reply.headers["CSeq"] == "3")
        #expect(outcome.reply.headers["Session"] == "abc123;timeout=60")
        #expect(
            outcome.reply.headers["Transport"]
                == "RTP/AVP;unicast;client_port=5000-5001;server_port=6970-6971;ssrc=00ABCDEF;mode=\"PLAY\"")
        let stream = try #require(outcome.stream)
        #expect(stream.track == 1)
        #expect(stream.transport == .datagram(rtpPort: 5000, rtcpPort: 5001))
        #expect(stream.url == SessionFixture.base + "/trackID=1")
        #expect(stream.packetSize == 1372)
        #expect(session.streams == [stream])
        #expect(session.state == .ready)
    }

    @Test func setUpAgainItHasANewTransport() throws {
        var session = try SessionFixture.session()
        _ = try session.setup(0, transport: Self.udp)
        _ = try session.setup(1, transport: Self.udp)
        let outcome = try session.setup(0, transport: "RTP/AVP/TCP;unicast;interleaved=0-1")
        #expect(outcome.reply.status == .ok)
        #expect(session.streams.map(\.track).sorted() == [0, 1])
        #expect(session.streams.first { $0.track == 0 }?.transport == .interleaved(rtp: 0, rtcp: 1))
    }

    @Test func aBareTrackNeedsNoTrackInItsURI() throws {
        var session = try SessionFixture.session(try SessionFixture.presentation(codecs: [SessionFixture.audio]))
        let outcome = try session.setup(nil, transport: Self.udp)
        #expect(outcome.reply.status == .ok)
        #expect(outcome.stream?.url == SessionFixture.base)
    }

    /// A query that was lost on the way (RFC 3986 drops a base's), or is not ours, changes nothing; another one is of another presentation.
    @Test(arguments: [
        ("?audio=0", StatusCode.ok), ("", .ok), ("?token=x", .ok), ("?audio=0&token=x", .ok), ("?audio=1", .notFound),
        ("?audio=x", .notFound), ("?as=ts", .notFound), ("?text", .notFound),
    ])
    func laterSetupsNeedNotRepeatTheQuery(_ query: String, _ status: StatusCode) throws {
        var session = Session(
            id: "abc123", path: SessionFixture.path, query: try TitleQuery(parsing: "audio=0"),
            presentation: try SessionFixture.presentation(), timeout: .seconds(60), now: .zero)
        let request = SessionFixture.request(
            .setup, SessionFixture.base + "/trackID=1" + query, [("Transport", Self.udp)])
        let outcome = session.setup(
            request, try PresentationURI(parsing: request.uri),
            Session.SetupOptions(offer: .everything, serverPort: 6970, packetSize: 1372, ssrc: 1))
        #expect(outcome.reply.status == status)
    }

    /// Of what is offered.
    @Test func tracksThatAreNotOfferedAreNotSetUp() throws {
        var presentation = try SessionFixture.presentation()
        try presentation.choose(try TitleQuery(parsing: "video=off"))
        var session = try SessionFixture.session(presentation)
        #expect(try session.setup(0, transport: Self.udp).reply.status == .notFound)
        let bare = try session.setup(nil, transport: Self.udp)
        #expect(bare.reply.status == .ok)
        #expect(bare.stream?.track == 1)
    }

    static let refusals: [(track: Int?, transport: String?, StatusCode)] = [
        (nil, udp, .aggregateOperationNotAllowed),
        (2, udp, .notFound),
        (999_999_999, udp, .notFound),
        (0, nil, .badRequest),
        (0, "", .badRequest),
        (0, "RTP/AVP;client_port=x", .badRequest),
        (0, "RTP/AVP;multicast", .unsupportedTransport),
        (0, "RTP/AVP;unicast;client_port=0-0", .unsupportedTransport),
    ]

    @Test(arguments: refusals)
    func refused(_ track: Int?, _ transport: String?, _ status: StatusCode) throws {
        var session = try SessionFixture.session()
        let outcome = try session.setup(track, transport: transport)
        #expect(outcome.reply.status == status)
        #expect(outcome.stream == nil)
        #expect(session.state == .initial)
        // A session that was never made is not named.
        #expect(outcome.reply.headers["Session"] == nil)
        #expect(outcome.reply.headers["CSeq"] == "3")

        var ready = try SessionFixture.readySession()
        let before = ready.streams
        let second = try ready.setup(track, transport: transport)
        #expect(second.reply.status == status)
        #expect(second.reply.headers["Session"] == "abc123;timeout=60")
        #expect(ready.streams == before)
    }

    @Test func anotherPresentationIsNotFound() throws {
        var session = try SessionFixture.session()
        #expect(try session.setup(0, transport: Self.udp, base: "rtsp://h/other.mp4").reply.status == .notFound)
    }

    @Test(arguments: [
        (datagram: false, interleaved: true, StatusCode.unsupportedTransport, StatusCode.ok),
        (true, false, .ok, .unsupportedTransport), (false, false, .unsupportedTransport, .unsupportedTransport),
    ])
    func aTransportThatIsOff(_ datagram: Bool, _ interleaved: Bool, _ overUDP: StatusCode, _ overTCP: StatusCode) throws
    {
        let offer = TransportOffer(allowsDatagram: datagram, allowsInterleaved: interleaved, usedIDs: [])
        var session = try SessionFixture.session()
        #expect(try session.setup(0, transport: Self.udp, offer: offer).reply.status == overUDP)
        #expect(
            try session.setup(0, transport: "RTP/AVP/TCP;unicast;interleaved=0-1", offer: offer).reply.status == overTCP
        )
    }

    @Test func notWhileAPlayIsUnderWay() throws {
        var session = try SessionFixture.readySession()
        _ = try session.play("npt=0-", position: .zero)
        #expect(try session.setup(0, transport: Self.udp).reply.status == .methodNotValidInThisState)
        _ = session.played(SessionFixture.request(.play), from: .zero, end: nil, streams: [])
        #expect(try session.setup(0, transport: Self.udp).reply.status == .ok)
    }

    /// RFC 2326 A.2: SETUP while playing leaves the state as it is.
    @Test func whilePlayingTheStateStays() throws {
        var session = try SessionFixture.playingSession()
        let outcome = try session.setup(1, transport: "RTP/AVP/TCP;unicast;interleaved=0-1")
        #expect(outcome.reply.status == .ok)
        #expect(outcome.stream?.transport == .interleaved(rtp: 0, rtcp: 1))
        #expect(session.state == .playing)
        #expect(session.streams.count == 2)
    }

    @Test func aPresentationThatCannotSeekTakesNoStreamInMidSession() throws {
        var session = try SessionFixture.playingSession()
        let request = SessionFixture.request(.setup, SessionFixture.base + "/trackID=0", [("Transport", Self.udp)])
        let outcome = session.setup(
            request, try PresentationURI(parsing: request.uri),
            Session.SetupOptions(offer: .everything, serverPort: 6970, packetSize: 1372, ssrc: 1, isFixed: true))
        #expect(outcome.reply.status == .methodNotValidInThisState)
        #expect(outcome.stream == nil)
    }

    @Test func afterAFirstPlayThatFailed() throws {
        var session = try SessionFixture.readySession()
        _ = try session.play("npt=0-", position: .zero)
        _ = session.playFailed(SessionFixture.request(.play), .unreadable("disk"))
        #expect(try session.setup(0, transport: Self.udp).reply.status == .ok)
    }

    /// Media bytes asked for, RTP packet bytes, media bytes promised. RFC 2326 12.7.
    @Test(arguments: [
        ("1000", 1012, "1000"), ("4096", 1372, "1360"), ("1360", 1372, "1360"), ("4294967295", 1372, "1360"),
        ("10", 128, "116"), ("0", 128, "116"),
    ])
    func blocksize(_ asked: String, _ packetSize: Int, _ promised: String) throws {
        var session = try SessionFixture.session()
        let outcome = try session.setup(0, transport: Self.udp, headers: [("Blocksize", asked)])
        #expect(outcome.stream?.packetSize == packetSize)
        #expect(outcome.reply.headers["Blocksize"] == promised)
    }

    @Test func aBlocksizeThatIsNoNumberIsIgnored() throws {
        var session = try SessionFixture.session()
        let outcome = try session.setup(0, transport: Self.udp, headers: [("Blocksize", "large")])
        #expect(outcome.reply.status == .ok)
        #expect(outcome.stream?.packetSize == 1372)
    }
}
