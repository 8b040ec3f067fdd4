import Foundation
import Testing

extension Interop {
    /// `?loop`: fifty laps of a short clip, as FFmpeg and GStreamer receive them.
    @Suite("Loops")
    struct LoopTests {
        private static let laps = 50
        /// Of one lap: 12 pictures of 40 ms, and 23 units of AAC of 1,024 samples at 48 kHz, 491 ms.
        private static let pictures = 12
        private static let seconds = 0.48

        private func withClip(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
            try await Place.withScratch { scratch in
                let media = scratch.appending(path: "media")
                try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
                let inputs = ["testsrc2=s=320x240:r=25:d=\(Self.seconds)", "sine=440:r=48000:d=\(Self.seconds)"]
                try await Tool.require(
                    ["ffmpeg", "-nostdin", "-v", "error"] + inputs.flatMap { ["-f", "lavfi", "-i", $0] } + Titles.x264
                        + ["-bf", "2", "-g", "12"] + Titles.aac + ["-y", media.appending(path: "clip.mp4").path])
                try await Server.serving(media, log: scratch.appending(path: "server.log")) { server in
                    try await body(server.url("clip.mp4") + "?loop")
                }
            }
        }

        @Test("FFmpeg gets fifty laps in one, over UDP and TCP", .timeLimit(.minutes(3)), arguments: Transport.allCases)
        func ffmpeg(_ transport: Transport) async throws {
            try await withClip { url in
                let output = try await Tool.require(
                    [
                        "ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", transport.rawValue, "-i", url, "-t",
                        "\(Double(Self.laps + 1) * 0.5)", "-map", "0", "-c", "copy", "-f", "framecrc", "-",
                    ], seconds: 90)
                for stream in 0..<2 {
                    let lines = output.split(separator: "\n").filter {
                        $0.hasPrefix("#tb \(stream)") || $0.hasPrefix("\(stream),")
                    }
                    // FFmpeg does not know the time of the first picture.
                    let units = FrameList(lines.joined(separator: "\n")).entries.dropFirst()
                    let length = stream == 0 ? Self.pictures : Set(units.prefix(40).map(\.hash)).count
                    #expect(units.count >= Self.laps * length, "stream \(stream)")
                    // Each lap is the one before.
                    let hashes = units.map(\.hash)
                    #expect(Array(hashes.dropFirst(length)) == Array(hashes.dropLast(length)), "stream \(stream)")
                    check(units.map(\.pts).sorted(), stream: stream)
                }
            }
        }

        @Test("GStreamer gets fifty laps in one", .timeLimit(.minutes(3)), arguments: Transport.allCases)
        func gstreamer(_ transport: Transport) async throws {
            try await withClip { url in
                try await Place.withScratch { scratch in
                    let output = scratch.appending(path: "loop.json").path
                    _ = try await Tool.run(
                        Tool.urgently + [
                            Place.systemPython, Place.script("gst_play.py"), url, transport.rawValue, output,
                            "--timeout",
                            "\(Double(Self.laps + 1) * 0.5 + 2)",
                        ], seconds: 90)
                    let data = try #require(FileManager.default.contents(atPath: output))
                    let run = try #require(try JSONDecoder().decode([GStreamerPlayer.Run].self, from: data).first)
                    for (stream, kind) in ["video", "audio"].enumerated() {
                        let track = try #require(run.tracks[kind])
                        #expect(track.units.count >= Self.laps * Self.pictures, "\(kind)")
                        check(track.units.indices.compactMap(track.presentation).sorted(), stream: stream)
                    }
                }
            }
        }

        /// No gap and no overlap of a unit or more: the container gives the last unit of a track the duration that is left.
        private func check(_ times: [Double], stream: Int) {
            let unit = stream == 0 ? 0.04 : 1024.0 / 48_000
            let steps = zip(times, times.dropFirst()).map { $1 - $0 }
            #expect(
                steps.allSatisfy { $0 > 0 && $0 < 2 * unit + 0.0015 },
                "stream \(stream): \(steps.max() ?? 0)")
        }
    }
}
