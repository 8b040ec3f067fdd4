import Testing

@testable import RTSP

@Suite struct RTSPURITests {
    @Test(arguments: [
        ("rtsp://h", RTSPURI.Scheme.rtsp, nil as String?, "h", nil as UInt16?, "", nil as String?),
        ("RTSPS://Host:322/a%20b?x=1?y", .rtsps, nil, "Host", 322, "/a%20b", "x=1?y"),
        ("rtspu://u:p@w@10.0.0.1:/a#b", .rtspu, "u:p@w", "10.0.0.1", nil, "/a#b", nil),
        ("rtsp://[fe80::1%25eth0]:65535?q", .rtsp, nil, "fe80::1%25eth0", 65_535, "", "q"),
    ])
    func parses(
        _ text: String, _ scheme: RTSPURI.Scheme, _ userInfo: String?, _ host: String, _ port: UInt16?, _ path: String,
        _ query: String?
    ) throws {
        let uri = try RTSPURI(parsing: text)
        #expect(uri.scheme == scheme)
        #expect(uri.userInfo == userInfo)
        #expect(uri.host == host)
        #expect(uri.port == port)
        #expect(uri.path == path)
        #expect(uri.query == query)
        #expect(uri.description == text)
    }

    @Test(arguments: [
        ("/film.mp4", URIError.notAbsolute), ("", .notAbsolute), ("rtsp:film", .notAbsolute), ("*", .notAbsolute),
        ("http://h/", .unknownScheme), ("rtsp:///f", .invalidHost), ("rtsp://[::1/f", .invalidHost),
        ("rtsp://[abc]/f", .invalidHost), ("rtsp://[::1]x/f", .invalidHost), ("rtsp://a b/f", .invalidHost),
        ("rtsp://h:65536/", .invalidPort), ("rtsp://h:-1/", .invalidPort), ("rtsp://h:1:2/", .invalidPort),
    ])
    func refuses(_ text: String, _ error: URIError) {
        #expect(throws: error) { try RTSPURI(parsing: text) }
    }
}
