import MediaCore
import RTPPayload
import RTSP
import RTSPSession
import SDP
import Testing

@Suite struct DescribeTests {
    private static let video = """
        m=video 0 RTP/AVP 96
        b=AS:501
        a=rtpmap:96 H264/90000
        a=fmtp:96 packetization-mode=1;profile-level-id=42C01E;sprop-parameter-sets=Z0LAHtoCgL/lwEQ=,aM48gA==
        a=control:trackID=0

        """

    @Test func theDescriptionToTheLetter() throws {
        let request = SessionFixture.request(.describe)
        let reply = Describe.reply(
            to: request, try PresentationURI(parsing: request.uri), try SessionFixture.presentation(), isIPv6: false)
        let expected = """
            v=0
            o=- 7 7 IN IP4 0.0.0.0
            s=dir/film.mp4
            c=IN IP4 0.0.0.0
            t=0 0
            a=tool:Sluice
            a=control:*
            a=range:npt=0-12.04
            \(Self.video)m=audio 0 RTP/AVP 97
            a=rtpmap:97 mpeg4-generic/48000/2
            a=fmtp:97 streamtype=5;profile-level-id=41;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1190
            a=lang:en
            a=control:trackID=1

            """
        #expect(reply.status == .ok)
        #expect(reply.headers["CSeq"] == "3")
        #expect(reply.headers["Content-Type"] == "application/sdp")
        #expect(reply.headers["Content-Base"] == "rtsp://h:8554/dir/film.mp4/")
        #expect(
            String(decoding: reply.body, as: UTF8.self)
                == expected.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n"))
    }

    /// What the container calls a track: RFC 8866 5.4. No text ends its line.
    @Test func tracksHaveTitles() throws {
        let track = Track(
            id: 0, codec: SessionFixture.audio, timeBase: TimeBase(1, 48_000), end: nil, language: "de",
            title: "Kommentar\r\nder Regie")
        let presentation = Presentation(
            name: "f", version: 1, tracks: [track], formats: [try PayloadFormat.make(for: SessionFixture.audio)],
            duration: nil, isSeekable: true)
        let text = presentation.sessionDescription(isIPv6: false).serialize()
        #expect(text.contains("m=audio 0 RTP/AVP 96\r\ni=Kommentar  der Regie\r\na=rtpmap:96"))
        #expect(text.contains("\r\na=lang:de\r\n"))
    }

    /// The query comes along in the control attributes, not in Content-Base.
    @Test func queriesStayWithTheTracks() throws {
        let request = SessionFixture.request(.describe, SessionFixture.base + "?audio=0&token=x")
        let reply = Describe.reply(
            to: request, try PresentationURI(parsing: request.uri), try SessionFixture.presentation(), isIPv6: false)
        #expect(reply.headers["Content-Base"] == "rtsp://h:8554/dir/film.mp4/")
        let text = String(decoding: reply.body, as: UTF8.self)
        #expect(text.contains("\r\na=control:*\r\n"))
        #expect(text.contains("\r\na=control:trackID=1?audio=0&token=x\r\n"))
    }

    @Test func aStillPictureHasNoRange() throws {
        let description = try SessionFixture.presentation(duration: .microseconds(11)).sessionDescription(isIPv6: false)
        #expect(!description.attributes.contains { $0.name == "range" })
    }

    @Test func withoutADurationThereIsNoRange() throws {
        let description = try SessionFixture.presentation(duration: nil).sessionDescription(isIPv6: true)
        #expect(!description.attributes.contains { $0.name == "range" })
        #expect(description.serialize().contains("o=- 7 7 IN IP6 ::\r\n"))
        #expect(description.connection?.address == "::")
    }

    /// A file may claim any bit rate.
    @Test(arguments: [
        (Int64.max, "AS:9223372036854776"), (1, "AS:1"), (1000, "AS:1"), (1001, "AS:2"),
    ])
    func bitRatesAreRoundedUp(_ bitRate: Int64, _ expected: String) throws {
        var codec = SessionFixture.video
        codec.bitRate = bitRate
        let text = try SessionFixture.presentation(codecs: [codec]).sessionDescription(isIPv6: false).serialize()
        #expect(text.contains("b=\(expected)\r\n"))
    }

    @Test(arguments: [0, -1, Int64.min])
    func unknownBitRatesAreNotTold(_ bitRate: Int64) throws {
        var codec = SessionFixture.video
        codec.bitRate = bitRate
        #expect(
            try SessionFixture.presentation(codecs: [codec]).sessionDescription(isIPv6: false).media[0].bandwidths
                .isEmpty)
    }

    static let accepts: [([String], Bool)] = [
        ([], true),
        (["application/sdp"], true),
        (["Application/SDP"], true),
        (["text/plain, application/sdp;level=2"], true),
        (["text/plain", "application/sdp"], true),
        (["application/rtsl, application/sdp;q=0.5"], true),
        (["*/*"], true),
        (["application/*"], true),
        (["text/*"], false),
        (["application/rtsl, application/mheg"], false),
        (["application/sdpx"], false),
    ]

    @Test(arguments: accepts)
    func onlySDPIsServed(_ accept: [String], _ isServed: Bool) {
        let request = SessionFixture.request(.describe, SessionFixture.base, accept.map { ("Accept", $0) })
        let refusal = Describe.refusal(of: request)
        #expect((refusal == nil) == isServed)
        if let refusal {
            #expect(refusal.status == .notAcceptable)
            #expect(refusal.headers["CSeq"] == "3")
        }
    }
}
