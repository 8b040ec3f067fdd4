import RTSP
import RTSPSession
import Testing

/// If-Modified-Since, RFC 2326 12.23.
@Suite struct NotModifiedTests {
    private static let modified = "Sun, 06 Nov 1994 08:49:37 GMT"

    static let cases: [(String?, StatusCode)] = [
        (nil, .ok), (modified, .notModified), ("Sunday, 06-Nov-94 08:49:37 GMT", .notModified),
        ("Sun, 06 Nov 1994 08:49:38 GMT", .notModified), ("Sun, 06 Nov 1994 08:49:36 GMT", .ok),
        // A date that cannot be read is as none.
        ("the other day", .ok), ("", .ok),
    ]

    private static func headers(_ since: String?) -> [(String, String)] {
        since.map { [("If-Modified-Since", $0)] } ?? []
    }

    @Test(arguments: cases)
    func describe(_ since: String?, _ status: StatusCode) throws {
        var presentation = try SessionFixture.presentation()
        presentation.modified = HTTPDate(Self.modified)
        let request = SessionFixture.request(.describe, SessionFixture.base, Self.headers(since))
        let reply = Describe.reply(
            to: request, try PresentationURI(parsing: request.uri), presentation, isIPv6: false)
        #expect(reply.status == status)
        #expect(reply.headers["Last-Modified"] == Self.modified)
        #expect(reply.headers["CSeq"] == "3")
        #expect(reply.body.isEmpty == (status == .notModified))
    }

    @Test(arguments: cases)
    func setup(_ since: String?, _ status: StatusCode) throws {
        var presentation = try SessionFixture.presentation()
        presentation.modified = HTTPDate(Self.modified)
        var session = try SessionFixture.session(presentation)
        let outcome = try session.setup(
            0, transport: "RTP/AVP;unicast;client_port=5000-5001", headers: Self.headers(since))
        #expect(outcome.reply.status == status)
        // No stream is set up.
        #expect((outcome.stream == nil) == (status == .notModified))
        #expect((session.state == .initial) == (status == .notModified))
    }

    @Test func whatHasNoDateIsDescribed() throws {
        let request = SessionFixture.request(
            .describe, SessionFixture.base, [("If-Modified-Since", "Fri, 31 Dec 9999 23:59:59 GMT")])
        let reply = Describe.reply(
            to: request, try PresentationURI(parsing: request.uri), try SessionFixture.presentation(), isIPv6: false)
        #expect(reply.status == .ok)
        #expect(reply.headers["Last-Modified"] == nil)
    }
}
