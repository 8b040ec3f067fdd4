import Foundation
import Testing

extension Interop {
    /// Programs that people have at hand: each does with a title what it is used for.
    @Suite("Tools")
    struct ToolTests {
        private static let title = "clip with spaces é.mp4"

        private func withServer(_ body: @escaping @Sendable (Server, String) async throws -> Void) async throws {
            try await Place.withScratch { scratch in
                let media = scratch.appending(path: "media")
                try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
                try await Titles.busy(media.appending(path: Self.title), seconds: 4)
                try await Server.serving(media, log: scratch.appending(path: "server.log")) { server in
                    try await body(server, server.url(Self.title))
                }
            }
        }

        @Test("curl: OPTIONS and DESCRIBE", .timeLimit(.minutes(1)))
        func curl() async throws {
            try await withServer { server, url in
                let options = try await Tool.require(
                    ["curl", "-s", "-i", "-X", "OPTIONS", "--max-time", "10", url], seconds: 15)
                #expect(options.contains("RTSP/1.0 200"))
                for method in ["DESCRIBE", "SETUP", "PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER"] {
                    #expect(options.contains(method), "Public lists \(method)")
                }
                // curl's command line knows no DESCRIBE: it is typed in, as people do with telnet. Time ends that.
                let typed = #"printf 'DESCRIBE %s RTSP/1.0\r\nCSeq: 1\r\n\r\n' "$1" | curl -s -m 2 "telnet://$2"; true"#
                let description = try await Tool.require(
                    ["sh", "-c", typed, "sh", url, "\(server.host):\(server.port)"], seconds: 15)
                #expect(description.contains("RTSP/1.0 200") && description.contains("application/sdp"))
                #expect(description.contains("m=video") && description.contains("m=audio"))
                #expect(description.contains("a=control:*") && description.contains("a=range:npt=0-"))
            }
        }

        @Test("ffprobe shows the tracks", .timeLimit(.minutes(1)), arguments: Transport.allCases)
        func ffprobe(transport: Transport) async throws {
            try await withServer { _, url in
                let command = [
                    "ffprobe", "-v", "error", "-rtsp_transport", transport.rawValue, "-show_entries",
                    "stream=codec_name,width,height,sample_rate,channels", "-of", "csv=p=0", url,
                ]
                let lines = try await Tool.require(command, seconds: 20).split(separator: "\n")
                #expect(lines.contains("h264,640,360"))
                #expect(lines.contains("aac,48000,1"))
            }
        }

        @Test("mpv plays to the end", .timeLimit(.minutes(1)), arguments: Transport.allCases)
        func mpv(transport: Transport) async throws {
            try await withServer { _, url in
                let command = [
                    "mpv", "--no-config", "--vo=null", "--ao=null", "--rtsp-transport=\(transport)",
                    "--msg-level=all=warn,cplayer=info", "--term-status-msg=", url,
                ]
                let outcome = try await Tool.run(Tool.urgently + command, seconds: 30)
                let text = outcome.output + outcome.error
                #expect(outcome.status == 0 && text.contains("End of file"), "\(text.suffix(1000))")
                #expect(text.contains("(h264 640x360") && text.contains("(aac 1ch 48000Hz)"), "\(text.suffix(1000))")
                #expect((3.0...15).contains(outcome.seconds), "four seconds of media, and mpv's start")
            }
        }

        @Test("aiortsp plays", .timeLimit(.minutes(1)), arguments: Transport.allCases)
        func aiortsp(transport: Transport) async throws {
            struct Count: Decodable {
                let play: Int
                let packets: Int
                let reports: Int
            }
            try await withServer { _, url in
                let command = [try Place.clientsPython, Place.script("aiortsp_play.py"), url, transport.rawValue, "2"]
                let count = try JSONDecoder().decode(
                    Count.self, from: Data(try await Tool.require(command, seconds: 20).utf8))
                #expect(count.play == 200)
                // 4 Mbit/s in packets of 1,372 bytes at most: about 360 a second.
                #expect(count.packets > 500, "packets in two seconds")
                #expect(count.reports > 0, "sender reports in two seconds")
            }
        }
    }
}
