import RTSP
import RTSPSession
import Testing

@Suite struct OptionsTests {
    @Test func publicListsTheMethodsThatAreServed() {
        let reply = Options.reply(to: Request(method: .options, uri: "*", headers: ["CSeq": "1"]))
        #expect(reply.status == .ok)
        #expect(
            reply.headers["Public"]
                == "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER")
        #expect(reply.headers["CSeq"] == "1")
        #expect(reply.headers["Session"] == nil)
    }

    @Test func aSessionIsNamed() {
        let reply = Options.reply(
            to: Request(method: .options, uri: "*", headers: ["CSeq": "2"]),
            session: SessionHeader(id: "a1", timeout: 60))
        #expect(reply.headers["Session"] == "a1;timeout=60")
    }
}
