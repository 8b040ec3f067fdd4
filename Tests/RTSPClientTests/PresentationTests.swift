import MediaCore
import RTSP
import RTSPClient
import Testing

@Suite struct PresentationTests {
    private static let text = """
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=film
        t=0 0
        a=control:*
        a=range:npt=0-12.5
        m=video 0 RTP/AVP 96
        a=rtpmap:96 H264/90000
        a=control:trackID=0
        m=audio 0 RTP/AVP 0
        a=control:rtsp://h/other/trackID=1
        m=application 0 TCP/MRCPv2 1
        a=control:trackID=2
        m=audio 0 RTP/SAVP 97
        a=rtpmap:97 MPEG4-GENERIC/44100/2
        a=control:trackID=3

        """

    private static func reply(_ headers: Headers = [:], _ body: String = text) -> Response {
        Response(status: .ok, headers: headers, body: Array(body.utf8))
    }

    @Test func readsStreamsAgainstContentBase() throws {
        let presentation = try Presentation(
            Self.reply([HeaderName.contentBase: "rtsp://h/base/"]), url: "rtsp://h/asked")
        #expect(presentation.controlURL == "rtsp://h/base/")
        #expect(presentation.end == 12_500_000_000)
        #expect(
            presentation.streams.map(\.controlURL) == [
                "rtsp://h/base/trackID=0", "rtsp://h/other/trackID=1", "rtsp://h/base/trackID=3",
            ])
        #expect(presentation.streams.map(\.clockRate.hertz) == [90_000, 8_000, 44_100])
        #expect(presentation.streams.map(\.payloadType) == [96, 0, 97])
        #expect(presentation.streams.map(\.encodingName) == ["H264", "", "MPEG4-GENERIC"])
    }

    @Test func fallsBackToContentLocationThenToTheRequest() throws {
        let located = try Presentation(
            Self.reply([HeaderName.contentLocation: "rtsp://h/located"]), url: "rtsp://h/asked")
        #expect(located.streams[0].controlURL == "rtsp://h/located/trackID=0")
        let plain = try Presentation(Self.reply(), url: "rtsp://h/asked")
        #expect(plain.streams[0].controlURL == "rtsp://h/asked/trackID=0")
    }

    @Test func refusesWhatHasNoStream() {
        #expect(throws: ClientError.malformedReply(.describe, reason: "no RTP stream")) {
            try Presentation(Self.reply([:], "v=0\no=- 1 1 IN IP4 h\ns=-\nt=0 0\n"), url: "rtsp://h/a")
        }
        #expect(throws: ClientError.self) { try Presentation(Self.reply([:], "not sdp"), url: "rtsp://h/a") }
    }
}
