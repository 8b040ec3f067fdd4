import Foundation
import Testing

extension Interop {
    /// URLs whose query chooses tracks: each client joins them with the control attributes in its own way, and gets exactly the tracks chosen.
    @Suite("Choosing tracks")
    struct TrackChoiceTests {
        /// Two pictures, AAC in German, AC-3 with a title.
        private static func film(_ file: URL) async throws {
            let inputs = [
                "testsrc2=s=320x240:r=25:d=4", "testsrc=s=160x120:r=25:d=4", "sine=440:r=48000:d=4",
                "sine=880:r=48000:d=4",
            ]
            try await Tool.require(
                ["ffmpeg", "-nostdin", "-v", "error"] + inputs.flatMap { ["-f", "lavfi", "-i", $0] } + [
                    "-map", "0", "-map", "1", "-map", "2", "-map", "3", "-c:v", "libx264", "-preset", "superfast",
                    "-pix_fmt",
                    "yuv420p", "-g", "25", "-c:a:0", "aac", "-c:a:1", "ac3", "-metadata:s:a:0", "language=ger",
                    "-metadata:s:a:1", "title=Commentary", "-y", file.path,
                ])
        }

        private func withFilm(_ body: @escaping @Sendable (Server, String, URL) async throws -> Void) async throws {
            try await Place.withScratch { scratch in
                let media = scratch.appending(path: "media")
                try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
                let film = media.appending(path: "film é.mkv")
                try await Self.film(film)
                try await Server.serving(media, log: scratch.appending(path: "server.log")) { server in
                    try await body(server, server.url(film.lastPathComponent), film)
                }
            }
        }

        static let choices: [(query: String, streams: [String])] = [
            ("", ["0:0", "0:1", "0:2", "0:3"]), ("?audio=1", ["0:0", "0:1", "0:3"]),
            ("?video=1&audio=0", ["0:1", "0:2"]),
            ("?audio=off&token=a%26b", ["0:0", "0:1"]), ("?video=off&audio=1&audio=0", ["0:2", "0:3"]),
        ]

        /// Bytes of all units, compared with the file's own tracks.
        @Test("FFmpeg gets the tracks chosen", .timeLimit(.minutes(2)), arguments: choices, Transport.allCases)
        func ffmpeg(_ choice: (query: String, streams: [String]), _ transport: Transport) async throws {
            try await withFilm { _, url, film in
                func hashes(_ input: [String], _ maps: [String]) async throws -> [String: [Substring]] {
                    let output = try await Tool.require(
                        ["ffmpeg", "-nostdin", "-v", "error"] + input + maps.flatMap { ["-map", $0] } + [
                            "-c", "copy", "-bsf:v", "h264_mp4toannexb,filter_units=remove_types=6-9", "-f", "framecrc",
                            "-",
                        ], seconds: 40)
                    let lines = output.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
                        $0.split(separator: ",").map { $0.filter { $0 != " " } }
                    }
                    return Dictionary(grouping: lines) { $0[0] }.mapValues { $0.map { $0[5][...] } }
                }
                let got = try await hashes(
                    ["-rtsp_transport", transport.rawValue, "-i", url + choice.query], ["0"])
                let expected = try await hashes(["-i", film.path], choice.streams)
                #expect(got.keys.sorted() == expected.keys.sorted())
                for (stream, units) in expected {
                    #expect(got[stream]?.count == units.count, "stream \(stream)")
                    #expect(got[stream] == units, "stream \(stream)")
                }
            }
        }

        @Test("GStreamer gets the track chosen", .timeLimit(.minutes(1)), arguments: Transport.allCases)
        func gstreamer(_ transport: Transport) async throws {
            try await withFilm { _, url, film in
                let directory = film.deletingLastPathComponent()
                let (got, expected) = (directory.appending(path: "got.ac3"), directory.appending(path: "expected.ac3"))
                try await Tool.require(
                    [
                        "gst-launch-1.0", "-q", "rtspsrc", "location=\(url)?video=off&audio=1",
                        "protocols=\(transport.rawValue)",
                        "!", "rtpac3depay", "!", "filesink", "location=\(got.path)",
                    ], seconds: 30)
                try await Tool.require(
                    ["ffmpeg", "-v", "error", "-i", film.path, "-map", "0:a:1", "-c", "copy", expected.path])
                #expect(try Data(contentsOf: got) == (try Data(contentsOf: expected)))
            }
        }

        @Test("mpv and aiortsp play what is chosen", .timeLimit(.minutes(1)), arguments: Transport.allCases)
        func others(_ transport: Transport) async throws {
            try await withFilm { _, url, _ in
                let mpv = try await Tool.run(
                    [
                        "mpv", "--no-config", "--vo=null", "--ao=null", "--rtsp-transport=\(transport.rawValue)",
                        "--msg-level=all=warn,cplayer=info", "--term-status-msg=", url + "?video=1&audio=1",
                    ], seconds: 30)
                let text = mpv.output + mpv.error
                #expect(
                    mpv.status == 0 && text.contains("(h264 160x120") && text.contains("(ac3 1ch"),
                    "\(text.suffix(1000))")
                #expect(!text.contains("aac") && !text.contains("320x240"))
                let aiortsp = try await Tool.require(
                    [
                        try Place.clientsPython, Place.script("aiortsp_play.py"), url + "?video=1&audio=off",
                        transport.rawValue, "1",
                    ], seconds: 20)
                #expect(aiortsp.contains(#""play": 200"#))
            }
        }

        @Test("languages and titles are told, and what is not there is not found", .timeLimit(.minutes(1)))
        func describe() async throws {
            try await withFilm { server, url, _ in
                func describe(_ query: String) async throws -> String {
                    let typed =
                        #"printf 'DESCRIBE %s RTSP/1.0\r\nCSeq: 1\r\n\r\n' "$1" | curl -s -m 2 "telnet://$2"; true"#
                    return try await Tool.require(
                        ["sh", "-c", typed, "sh", url + query, "\(server.host):\(server.port)"], seconds: 15)
                }
                let all = try await describe("")
                #expect(all.contains("a=lang:de\r\n") && all.contains("i=Commentary\r\n"))
                let none = try await describe("?audio=2")
                #expect(
                    none.contains("RTSP/1.0 404") && none.contains("no audio track 2: the title has 2, from 0 to 1"))
            }
        }
    }
}
