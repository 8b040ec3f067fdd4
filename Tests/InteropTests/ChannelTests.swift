import Foundation
import Testing

extension Interop {
    /// Channels from playlists, as several clients receive them at once.
    @Suite("Channels")
    struct ChannelTests {
        /// Of each entry.
        private static let seconds = 2
        private static let pictures = 25 * seconds
        private static let encoding = Titles.x264 + ["-bf", "2", "-g", "25"] + Titles.aac

        /// Serves a folder with the entries `one.mp4` and `two.mp4`, which follow one another as they are, what `more` puts there, and the
        /// channel `tv` of `tv.m3u`.
        private func withChannel(
            _ list: [String] = ["one.mp4", "two.mp4"], prefix: [String] = [],
            options: [String] = ["--channel", "tv=tv.m3u"],
            more: @escaping @Sendable (URL) async throws -> Void = { _ in },
            _ body: @escaping @Sendable (Server, URL, URL) async throws -> Void
        ) async throws {
            try await Place.withScratch { scratch in
                let media = scratch.appending(path: "media")
                try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
                for (name, filter) in [("one", "null"), ("two", "negate")] {
                    try await Tool.require(
                        Titles.source(seconds: Self.seconds) + ["-vf", filter] + Self.encoding
                            + ["-y", media.appending(path: "\(name).mp4").path])
                }
                try await more(media)
                try Self.write(list, media)
                let flags = options.map { $0.replacingOccurrences(of: "MEDIA", with: media.path) }
                try await Server.serving(
                    media, prefix: prefix, log: scratch.appending(path: "server.log"), options: flags
                ) { server in
                    try await body(server, media, scratch)
                }
            }
        }

        private static func write(_ list: [String], _ media: URL) throws {
            try (list.joined(separator: "\n") + "\n").write(
                to: media.appending(path: "tv.m3u"), atomically: true, encoding: .utf8)
        }

        /// The decoded pictures of a file.
        private static func decoded(_ file: String) async throws -> [UInt32] {
            let text = try await Tool.require(
                ["ffmpeg", "-nostdin", "-v", "error", "-i", file, "-map", "0:v"] + pass + ["-f", "framecrc", "-"])
            return FrameList(text).entries.map(\.hash)
        }

        private static let pass = ["-fps_mode", "passthrough", "-enc_time_base", "1/90000"]

        /// What FFmpeg got: pictures as it decoded them, audio units as they came, and its complaints.
        private struct Received {
            var pictures: [FrameList.Entry]
            var units: [FrameList.Entry]
            var complaints: String
        }

        /// - Parameter count: of pictures, after which it leaves; nil: it plays to the end.
        private func watch(
            _ url: String, _ transport: Transport, by player: String = "ffmpeg", count: Int?, name: String,
            _ scratch: URL
        ) async throws -> Received {
            let files = ["v", "a"].map { scratch.appending(path: "\(name).\($0)").path }
            let ends = count.map { (["-frames:v", "\($0)"], ["-t", "\(Double($0) / 25)"]) } ?? ([], [])
            let outcome = try await Tool.run(
                Tool.urgently + [
                    player, "-nostdin", "-v", "warning", "-threads", "1", "-rtsp_transport", transport.rawValue, "-i",
                    url,
                    "-map", "0:v",
                ] + Self.pass + ends.0 + ["-f", "framecrc", "-y", files[0], "-map", "0:a", "-c", "copy"] + ends.1
                    + ["-f", "framecrc", "-y", files[1]], seconds: 60)
            guard outcome.status == 0 else { throw ToolFailure(command: [player, url], outcome: outcome) }
            let lists = try files.map { FrameList(try String(contentsOfFile: $0, encoding: .utf8)).entries }
            return Received(pictures: lists[0], units: lists[1], complaints: outcome.error)
        }

        /// - Returns: how many pictures follow one another as in `round`, over and over, from the first on.
        private func consecutive(_ pictures: [UInt32], in round: [UInt32]) -> Int {
            guard let first = pictures.first.flatMap({ round.firstIndex(of: $0) }) else { return 0 }
            return pictures.indices.first { pictures[$0] != round[(first + $0) % round.count] } ?? pictures.count
        }

        @Test("six clients at once get every picture of every entry", .timeLimit(.minutes(4)))
        func everyPicture() async throws {
            let newer = try await FFmpegPlayer.packaged()
            try await withChannel { server, media, scratch in
                var round: [UInt32] = []
                for name in ["one.mp4", "two.mp4"] { round += try await Self.decoded(media.appending(path: name).path) }
                #expect(Set(round).count == 2 * Self.pictures)
                let (pictures, url) = (round, server.url("channels/tv"))
                let count = 3 * pictures.count
                try await withThrowingTaskGroup(of: (String, [UInt32], [Double], Int).self) { group in
                    for transport in Transport.allCases {
                        for player in [FFmpegPlayer.system, newer] {
                            group.addTask {
                                let got = try await watch(
                                    url, transport, by: player.path, count: count,
                                    name: player.name.suffix(1) + transport.rawValue, scratch)
                                let times = got.units.map(\.pts).filter(\.isFinite)
                                return ("\(player.name) \(transport)", got.pictures.map(\.hash), times, count)
                            }
                        }
                        group.addTask {
                            let output = scratch.appending(path: "gst-\(transport).json").path
                            _ = try await Tool.run(
                                Tool.urgently + [
                                    Place.systemPython, Place.script("gst_play.py"), url, transport.rawValue, output,
                                    "--timeout", "\(count / 25 + 2)",
                                ], seconds: 60)
                            let data = try #require(FileManager.default.contents(atPath: output))
                            let run = try #require(
                                try JSONDecoder().decode([GStreamerPlayer.Run].self, from: data).first)
                            let track = try #require(run.tracks["audio"])
                            let times = track.units.indices.compactMap(track.presentation)
                            // It goes in the midst of things, after a start that takes its time.
                            return ("GStreamer \(transport)", try await Self.decoded(run.capture), times, count - 60)
                        }
                    }
                    for try await (client, got, times, least) in group {
                        // What was cut off in the end may lack a reference.
                        #expect(
                            got.count >= least && consecutive(got, in: pictures) >= least, "\(client): \(got.count)")
                        let steps = zip(times.sorted(), times.sorted().dropFirst()).map { $1 - $0 }
                        #expect(
                            steps.count > 250 && steps.allSatisfy { $0 < 2 * 1024.0 / 48_000 + 0.0015 }, "\(client)")
                    }
                }
            }
        }

        @Test("an entry that does not fit is transcoded, one that is broken left out", .timeLimit(.minutes(4)))
        func unfit() async throws {
            let list = ["one.mp4", "broken.mp4", "other.mkv"]
            let other = [
                "-s", "480x360", "-r", "25", "-c:v", "mpeg4", "-q:v", "3", "-c:a", "libmp3lame", "-ar", "44100",
            ]
            try await withChannel(list) { media in
                try await Tool.require(
                    Titles.source(seconds: Self.seconds) + other + ["-y", media.appending(path: "other.mkv").path])
                try Data("not a film".utf8).write(to: media.appending(path: "broken.mp4"))
            } _: { server, media, scratch in
                let own = try await Self.decoded(media.appending(path: "one.mp4").path)
                async let overUDP = watch(server.url("channels/tv"), .udp, count: 240, name: "udp", scratch)
                async let overTCP = watch(server.url("channels/tv"), .tcp, count: 240, name: "tcp", scratch)
                for got in try await [overUDP, overTCP] {
                    #expect(
                        !got.complaints.contains("error") && !got.complaints.contains("missed"), "\(got.complaints)")
                    // The other entry's pictures lie between whole rounds of one's own.
                    let laps = got.pictures.map(\.hash).split { !own.contains($0) }
                    #expect(laps.count >= 2 && laps.dropFirst().dropLast().allSatisfy { Array($0) == own })
                    let foreign = got.pictures.map(\.hash).split { own.contains($0) }
                    #expect(foreign.contains { (Self.pictures - 1...Self.pictures + 1).contains($0.count) })
                    for entries in [got.pictures, got.units] {
                        let times = entries.map(\.pts).filter(\.isFinite).dropFirst(2).sorted()
                        let steps = zip(times, times.dropFirst()).map { $1 - $0 }
                        #expect(times.count > 200 && steps.allSatisfy { $0 < 0.1 }, "\(steps.max() ?? 0)")
                    }
                }
                #expect(server.logText().split(separator: "\n").contains { $0.contains("broken.mp4") })
            }
        }

        @Test("an edited list counts from the next entry on", .timeLimit(.minutes(3)))
        func edited() async throws {
            try await withChannel(["one.mp4"]) { server, media, scratch in
                let one = Set(try await Self.decoded(media.appending(path: "one.mp4").path))
                let two = Set(try await Self.decoded(media.appending(path: "two.mp4").path))
                async let watching = watch(server.url("channels/tv"), .tcp, count: 300, name: "edited", scratch)
                try await Task.sleep(for: .seconds(5))
                try Self.write(["two.mp4"], media)
                let got = try await watching.pictures.map(\.hash)
                let change = try #require(got.firstIndex(where: two.contains))
                #expect(got[..<change].allSatisfy(one.contains) && got[change...].allSatisfy(two.contains))
                #expect(change > Self.pictures && got.count - change > Self.pictures)
            }
        }

        /// How a channel is named to the server.
        enum Way: CaseIterable {
            case flag, environment, file
        }

        @Test(
            "flag, environment and file name a channel that ends once", .timeLimit(.minutes(3)), arguments: Way.allCases
        )
        func once(_ way: Way) async throws {
            let option = "tv=tv.m3u,once"
            try await withChannel(
                prefix: way == .environment ? ["env", "SLUICE_CHANNEL=\(option)"] : [],
                options: way == .flag
                    ? ["--channel", option] : way == .file ? ["--config", "MEDIA/sluice.yaml"] : []
            ) { media in
                try "channel:\n  - \(option)\n".write(
                    to: media.appending(path: "sluice.yaml"), atomically: true, encoding: .utf8)
            } _: { server, media, scratch in
                var round: [UInt32] = []
                for name in ["one.mp4", "two.mp4"] { round += try await Self.decoded(media.appending(path: name).path) }
                let got = try await watch(server.url("channels/tv"), .udp, count: nil, name: "once", scratch)
                #expect(got.pictures.map(\.hash) == round)
            }
        }
    }
}
