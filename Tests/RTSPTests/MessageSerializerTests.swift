import Testing

@testable import RTSP

@Suite struct MessageSerializerTests {
    @Test func writesARequest() {
        let request = Request(
            method: .setParameter, uri: "rtsp://h/f", headers: ["CSeq": "2", "content-length": "99"],
            body: Array("ab".utf8))
        let text = "SET_PARAMETER rtsp://h/f RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 2\r\n\r\nab"
        #expect(String(decoding: request.serialize(), as: UTF8.self) == text)
    }

    @Test func writesAResponse() {
        var bytes: [UInt8] = [1]
        Response(status: .sessionNotFound, headers: ["CSeq": "2"]).serialize(into: &bytes)
        #expect(bytes == [1] + Array("RTSP/1.0 454 Session Not Found\r\nCSeq: 2\r\n\r\n".utf8))
        let custom = Response(status: StatusCode(rawValue: 499), reason: "So", version: .rtsp20).serialize()
        #expect(String(decoding: custom, as: UTF8.self) == "RTSP/2.0 499 So\r\n\r\n")
    }

    @Test func noFieldBreaksOutOfItsLine() {
        let request = Request(
            method: .other("A\r\nB"), uri: "rtsp://h/a\r\nEvil: 1\u{0} b", headers: ["N\nA": "v\r\nEvil: 1\u{0}"])
        let text = "A__B rtsp://h/a%0D%0AEvil:%201%00%20b RTSP/1.0\r\nN_A: v  Evil: 1 \r\n\r\n"
        #expect(String(decoding: request.serialize(), as: UTF8.self) == text)
        let response = Response(status: .ok, reason: "OK\r\nEvil: 1").serialize()
        #expect(String(decoding: response, as: UTF8.self) == "RTSP/1.0 200 OK  Evil: 1\r\n\r\n")
    }

    @Test func whatIsWrittenIsRead() throws {
        let response = Response(
            status: .ok, reason: "OK", headers: ["CSeq": "4", "Content-Length": "3"], body: [0, 0x0A, 0xFF])
        var parser = MessageParser()
        parser.append(response.serialize())
        #expect(try parser.next() == .response(response))
    }
}
