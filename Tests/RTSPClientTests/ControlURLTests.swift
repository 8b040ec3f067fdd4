import RTSPClient
import Testing

@Suite struct ControlURLTests {
    @Test(arguments: [
        // A base that ends in a slash, as Content-Base should.
        ("trackID=1", "rtsp://h:8554/film.mp4/", "rtsp://h:8554/film.mp4/trackID=1"),
        // RFC 3986 would drop film.mp4; clients and servers agree on appending.
        ("trackID=1", "rtsp://h/film.mp4", "rtsp://h/film.mp4/trackID=1"),
        ("stream=0", "rtsp://h/film.mp4?loop", "rtsp://h/film.mp4?loop/stream=0"),
        ("rtsp://other/x", "rtsp://h/film.mp4/", "rtsp://other/x"),
        ("/root/track", "rtsp://h:8554/film.mp4/", "rtsp://h:8554/root/track"),
        ("/root/track", "rtsp://h", "rtsp://h/root/track"),
        ("*", "rtsp://h/film.mp4/", "rtsp://h/film.mp4/"),
        ("", "rtsp://h/film.mp4", "rtsp://h/film.mp4"),
        // A colon alone makes no scheme.
        ("track:1", "rtsp://h/film/", "rtsp://h/film/track:1"),
    ])
    func resolves(control: String, base: String, url: String) {
        #expect(ControlURL.resolve(control, base: base) == url)
    }

    @Test func withoutControlTheBaseItself() {
        #expect(ControlURL.resolve(nil, base: "rtsp://h/a") == "rtsp://h/a")
    }
}
