import Testing

@testable import RTSP

@Suite struct StatusCodeTests {
    @Test func hasAllOfRFC2326() {
        // RFC 2326 7.1.1.
        #expect(StatusCode.reasonPhrases.count == 44)
        #expect(StatusCode.ok.description == "200 OK")
        #expect(StatusCode.unsupportedTransport.reasonPhrase == "Unsupported transport")
        #expect(StatusCode(rawValue: 470).reasonPhrase == "Client Error")
        #expect(StatusCode(rawValue: 7).reasonPhrase == "Unknown")
        #expect(StatusCode.lowOnStorageSpace.isSuccess && !StatusCode.movedPermanently.isSuccess)
    }
}
