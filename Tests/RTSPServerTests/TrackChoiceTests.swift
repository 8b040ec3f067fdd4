import MediaCore
import RTSP
import SDP
import TestSupport
import Testing

/// Queries that choose tracks, from the request to the library and back.
@Suite struct TrackChoiceTests {
    /// Video and three tracks of audio.
    private static func title() -> FakeTitle {
        FakeTitle(
            units: (0..<50).map { FakeUnit.video($0, packets: 1, isKey: $0 % 25 == 0) }
                + (0..<90).flatMap { index in (1...3).map { FakeUnit.audio(index, track: $0) } })
    }

    @Test func chosenTracksAreDescribedAndPlayed() async throws {
        let library = FakeLibrary(["film.mp4": Self.title()])
        try await RunningServer.run(library) { server in
            let client = try server.connect()
            let describe = try client.request("DESCRIBE", server.uri() + "?video=off&audio=1&audio=2&x=y")
            try #require(describe.status == .ok)
            let base = try #require(describe.headers["Content-Base"])
            let sdp = try SessionDescription(parsing: describe.body)
            let controls = sdp.media.compactMap { $0.attributes.value("control") }
            #expect(controls == [2, 3].map { "trackID=\($0)?video=off&audio=1&audio=2&x=y" })
            #expect(
                try client.request("SETUP", base + "trackID=1?video=off&audio=1&audio=2", ["Transport: RTP/AVP/TCP"])
                    .status == .notFound)
            for control in controls {
                #expect(try client.request("SETUP", base + control, ["Transport: RTP/AVP/TCP"]).status == .ok)
            }
            let info = try client.play(base)
            #expect(info.map(\.url) == controls.map { base + $0 })
            #expect(library.queries.allSatisfy { $0.video == .only([]) && $0.audio == .only([1, 2]) })
        }
    }

    @Test(arguments: [
        ("audio=3", "no audio track 3: the title has 3, from 0 to 2"),
        ("video=1", "no video track 1: the title has one, video=0"),
        ("audio=eng", "audio=eng: a track's number, from 0, or off"),
        ("video=off&audio=off", "all tracks of the title are off"),
        ("as=mkv", "as=mkv: a title is offered as=ts alone"),
    ])
    func whatIsNotThereIsNotFound(_ query: String, _ reason: String) async throws {
        try await RunningServer.run(FakeLibrary(["film.mp4": Self.title()])) { server in
            let client = try server.connect()
            for (method, path, headers) in [
                ("DESCRIBE", "", [String]()), ("SETUP", "/trackID=0", ["Transport: RTP/AVP/TCP;interleaved=0-1"]),
            ] {
                let reply = try client.request(method, server.uri() + path + "?" + query, headers)
                #expect(reply.status == .notFound)
                #expect(String(decoding: reply.body, as: UTF8.self) == reason + "\r\n")
                #expect(reply.headers["Session"] == nil)
            }
        }
    }
}
