import Testing

@testable import RTSP

@Suite struct RTPInfoTests {
    static let cases: [(String, [RTPInfoHeader.Stream], String)] = [
        (
            "url=rtsp://h/f/trackID=0;seq=65535;rtptime=4294967295, URL = rtsp://h/f/trackID=1 ; RTPTIME=7",
            [
                .init(url: "rtsp://h/f/trackID=0", seq: 65_535, rtptime: 4_294_967_295),
                .init(url: "rtsp://h/f/trackID=1", seq: nil, rtptime: 7),
            ], "url=rtsp://h/f/trackID=0;seq=65535;rtptime=4294967295,url=rtsp://h/f/trackID=1;rtptime=7"
        ),
        (
            "url=\"rtsp://h/a,b;c\";seq=1", [.init(url: "rtsp://h/a,b;c", seq: 1, rtptime: nil)],
            "url=rtsp://h/a%2Cb%3Bc;seq=1"
        ),
        (
            "url=rtsp://h/a,b;c=d;seq=1", [.init(url: "rtsp://h/a,b;c=d", seq: 1, rtptime: nil)],
            "url=rtsp://h/a%2Cb%3Bc=d;seq=1"
        ),
        ("url=trackID=0;seq=65536", [.init(url: "trackID=0", seq: nil, rtptime: nil)], "url=trackID=0"),
        ("url=rtsp://h/my f;seq=2", [.init(url: "rtsp://h/my f", seq: 2, rtptime: nil)], "url=rtsp://h/my%20f;seq=2"),
    ]

    @Test(arguments: cases.indices) func readsAndWrites(_ index: Int) throws {
        let (text, streams, written) = Self.cases[index]
        let header = try RTPInfoHeader(parsing: text)
        #expect(header.streams == streams)
        #expect(header.serialize() == written)
    }

    @Test(arguments: ["", ",", "seq=1", "rtsp://h/f"]) func refuses(_ text: String) {
        #expect(throws: HeaderError.self) { try RTPInfoHeader(parsing: text) }
    }
}
