import RTSP
import RTSPSession
import Testing

@Suite struct ParametersTests {
    @Test(arguments: [Method.getParameter, .setParameter], ["", "\r\n", " \n\t\r\n"])
    func withoutAParameterItIsASignOfLife(_ method: Method, _ body: String) {
        var request = SessionFixture.request(method)
        request.body = Array(body.utf8)
        let reply = Parameters.reply(to: request, session: SessionHeader(id: "a", timeout: 60))
        #expect(reply.status == .ok)
        #expect(reply.headers["Session"] == "a;timeout=60")
        #expect(reply.body.isEmpty)
    }

    @Test(arguments: [
        ("packets_received\r\njitter\r\n", "packets_received\r\njitter\r\n"),
        ("barparam: barstuff\r\n", "barparam\r\n"),
        ("a:b:c\n\nd", "a\r\nd\r\n"),
    ])
    func noParameterIsKnown(_ body: String, _ answer: String) {
        var request = SessionFixture.request(.getParameter)
        request.body = Array(body.utf8)
        let reply = Parameters.reply(to: request, session: nil)
        #expect(reply.status == .parameterNotUnderstood)
        #expect(reply.headers["Content-Type"] == "text/parameters")
        #expect(String(decoding: reply.body, as: UTF8.self) == answer)
    }

    @Test func bytesThatAreNoTextDoNoHarm() {
        var request = SessionFixture.request(.setParameter)
        request.body = Array(0...255)
        #expect(Parameters.reply(to: request, session: nil).status == .parameterNotUnderstood)
    }
}
