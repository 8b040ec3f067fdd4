import Testing

@testable import RTSP

@Suite struct VersionTests {
    @Test(arguments: [
        ("RTSP/1.0", Version.rtsp10), ("rtsp/2.0", .rtsp20),
        ("HTTP/1.1", Version(protocolName: "HTTP", major: 1, minor: 1)),
    ])
    func parses(_ text: String, _ version: Version) { #expect(Version(text) == version) }

    @Test(arguments: ["", "RTSP", "RTSP/", "RTSP/1", "/1.0", "RTSP/1.256", "RTSP/-1.0", "RT SP/1.0", "RTSP/1.0.0"])
    func refuses(_ text: String) { #expect(Version(text) == nil) }

    @Test func knowsMethodsByCase() {
        for method in Method.known { #expect(Method(method.name) == method) }
        #expect(Method("play") == .other("play"))
        #expect(Method.known.count == 11)
    }
}
