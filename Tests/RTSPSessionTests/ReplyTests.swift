import RTSP
import RTSPSession
import Testing

@Suite struct ReplyTests {
    @Test func everyReplyHasItsSequenceNumberAndTheServersName() {
        let reply = Response(
            to: SessionFixture.request(.options), .notFound, session: SessionHeader(id: "a", timeout: 60))
        #expect(reply.headers.fields.map(\.name) == ["CSeq", "Server", "Session"])
        #expect(reply.headers["CSeq"] == "3")
        #expect(reply.explaining("why").headers["Content-Type"] == "text/plain; charset=utf-8")
        #expect(String(decoding: reply.explaining("why").body, as: UTF8.self) == "why\r\n")
    }

    @Test func aGoodRequestHasNoGeneralError() {
        for method in supportedMethods { #expect(SessionFixture.request(method).generalError() == nil) }
    }

    @Test(arguments: [
        Version.rtsp20, Version(protocolName: "RTSP", major: 1, minor: 1),
        Version(protocolName: "HTTP", major: 1, minor: 1),
    ])
    func otherVersions(_ version: Version) {
        var request = SessionFixture.request(.describe)
        request.version = version
        let reply = request.generalError()
        #expect(reply?.status == .versionNotSupported)
        #expect(reply?.version == .rtsp10)
        #expect(reply?.headers["CSeq"] == "3")
    }

    @Test(arguments: [nil, "", "x", "-1", "4294967296", "1 2"])
    func aSequenceNumberIsNeeded(_ sequence: String?) {
        var request = SessionFixture.request(.options)
        request.headers["CSeq"] = sequence
        #expect(request.generalError()?.status == .badRequest)
    }

    @Test(arguments: [
        ([("Require", "onvif-replay")], "onvif-replay"),
        ([("require", "a, b"), ("Proxy-Require", "c")], "a, b, c"),
    ])
    func requiredOptionsAreUnsupported(_ headers: [(String, String)], _ unsupported: String) {
        let reply = SessionFixture.request(.setup, SessionFixture.base, headers).generalError()
        #expect(reply?.status == .optionNotSupported)
        #expect(reply?.headers["Unsupported"] == unsupported)
    }

    private static let all = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER"

    @Test(arguments: [
        (Method.announce, StatusCode.methodNotAllowed), (.record, .methodNotAllowed), (.redirect, .methodNotAllowed),
        (.other("PLAY_NOTIFY"), .notImplemented), (.other("play"), .notImplemented),
    ])
    func methodsThatAreNotServed(_ method: Method, _ status: StatusCode) {
        let reply = SessionFixture.request(method).generalError()
        #expect(reply?.status == status)
        #expect(reply?.headers["Allow"] == Self.all)
    }
}
