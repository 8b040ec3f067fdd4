import Testing

@testable import RTSP

@Suite struct PresentationURITests {
    @Test(arguments: [
        ("/dir/film.mp4", "dir/film.mp4", nil as String?, nil as Int?, "/dir/film.mp4"),
        ("/film.mp4/", "film.mp4", nil, nil, "/film.mp4/"),
        ("/film.mp4/trackID=1", "film.mp4", nil, 1, "/film.mp4"),
        ("/film.mp4/trackid%3D10/", "film.mp4", nil, 10, "/film.mp4"),
        ("/film.mp4?loop/trackID=0", "film.mp4", "loop", 0, "/film.mp4?loop"),
        ("/film.mp4/?loop/trackID=0", "film.mp4", "loop", 0, "/film.mp4/?loop"),
        ("/film.mp4/trackID=2?loop", "film.mp4", "loop", 2, "/film.mp4?loop"),
        ("/film.mp4?loop/trackID=2?loop", "film.mp4", "loop", 2, "/film.mp4?loop"),
        ("/film.mp4/?a=0&b/trackID=2?a=0&b", "film.mp4", "a=0&b", 2, "/film.mp4/?a=0&b"),
        ("/film.mp4?loop/trackID=2/?loop", "film.mp4", "loop", 2, "/film.mp4?loop"),
        ("/film.mp4?loop?trackID=2", "film.mp4", "loop?trackID=2", nil, "/film.mp4?loop?trackID=2"),
        ("/film.mp4?loop", "film.mp4", "loop", nil, "/film.mp4?loop"),
        ("/film.mp4/?loop/", "film.mp4", "loop", nil, "/film.mp4/?loop/"),
        ("/film.mp4?", "film.mp4", nil, nil, "/film.mp4?"),
        ("/a%20b+c%C3%A9%2Fx%2f..", "a b+cé/x/..", nil, nil, "/a%20b+c%C3%A9%2Fx%2f.."),
        ("/my film.mp4", "my film.mp4", nil, nil, "/my film.mp4"),
        ("/a#1%3F.mp4", "a#1?.mp4", nil, nil, "/a#1%3F.mp4"),
        ("/trackID=x", "trackID=x", nil, nil, "/trackID=x"),
        ("/f/trackID=", "f/trackID=", nil, nil, "/f/trackID="),
        (
            "/f/trackID=99999999999999999999", "f/trackID=99999999999999999999", nil, nil,
            "/f/trackID=99999999999999999999"
        ),
        ("/trackID=0", "", nil, 0, ""),
        ("", "", nil, nil, ""),
    ])
    func parses(_ sent: String, _ path: String, _ query: String?, _ track: Int?, _ base: String) throws {
        let uri = try PresentationURI(parsing: "rtsp://h:8554" + sent)
        #expect(String(decoding: uri.path, as: UTF8.self) == path)
        #expect(uri.query == query)
        #expect(uri.track == track)
        #expect(uri.base == "rtsp://h:8554" + base)
    }

    /// To Content-Base as text or by RFC 3986 5.2.3 (which is the same), and to the request's URI as text.
    @Test(arguments: ["/f.mp4", "/f.mp4/", "/f.mp4?loop", "/f.mp4/?loop/", "/f.mp4?audio=0&audio=2&x", "/f.mp4?", ""])
    func joinsTracksInEveryWay(_ sent: String) throws {
        let uri = try PresentationURI(parsing: "rtsp://h" + sent)
        #expect(uri.contentBase.hasSuffix("/"))
        #expect(!uri.contentBase.contains("?"))
        let attribute = PresentationURI.control(track: 3, query: uri.query)
        #expect(uri.controlURI(track: 3) == uri.contentBase + attribute)
        for joined in [uri.controlURI(track: 3), "rtsp://h" + sent + "/" + attribute] {
            let control = try PresentationURI(parsing: joined)
            #expect(control.path == uri.path)
            #expect(control.query == uri.query)
            #expect(control.track == 3)
        }
    }

    @Test func refusesNUL() {
        #expect(throws: URIError.nulInPath) { try PresentationURI(parsing: "rtsp://h/a%00.mp4") }
        #expect(throws: URIError.nulInPath) { try PresentationURI(parsing: "rtsp://h/a\u{0}/trackID=1") }
    }

    @Test func knowsTheServer() throws {
        #expect(try RequestTarget(parsing: "*") == .server)
        #expect(throws: URIError.notAbsolute) { try RequestTarget(parsing: "/f") }
    }
}
