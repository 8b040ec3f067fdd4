import Foundation
import Testing

extension Interop {
    /// Viewers behind a link that is too narrow: `--slow thin` over TCP, `--adapt` over UDP. What is left out is what nobody needs.
    @Suite("Thinning")
    struct ThinningTests {
        private static let title = "wide.mp4"
        private static let seconds = 24

        /// - Returns: FFmpeg's outcome, the pictures that it decoded, those of the title, and the server's log.
        private func play(
            _ transport: Transport, rate: Double, flags: [String]
        ) async throws -> (outcome: Outcome, got: [UInt32], all: [UInt32], log: String) {
            try await Place.withScratch { scratch in
                let media = scratch.appending(path: "media")
                try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
                let file = media.appending(path: Self.title).path
                let encoding = [
                    "-vf", "noise=alls=20:allf=t", "-bf", "2", "-b_strategy", "0", "-g", "25", "-b:v", "2M", "-maxrate",
                    "2M",
                    "-bufsize", "1M",
                ]
                try await Tool.require(
                    Titles.source(seconds: Self.seconds) + Titles.x264 + encoding + Titles.aac + ["-y", file])
                let list = [
                    "-map", "0:v", "-fps_mode", "passthrough", "-enc_time_base", "1/90000", "-f", "framecrc", "-",
                ]
                let read = ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1"]
                let all = FrameList(try await Tool.require(read + ["-i", file] + list)).entries.map(\.hash)
                return try await Network.with(["server", "viewer"]) { network in
                    try await network.connect("server", "10.214.1.1/24", "viewer", "10.214.1.2/24")
                    try await Tool.require(
                        network.inside("server") + ["tc", "qdisc", "add", "dev", "viewer", "root", "tbf"]
                            + ["rate", "\(Int(rate * 2.1e6))", "burst", "16kb", "limit", "48kb"])
                    return try await Server.serving(
                        media, host: "0.0.0.0", prefix: network.inside("server"),
                        log: scratch.appending(path: "server.log"),
                        port: 8554, rtpPort: 6970, options: flags
                    ) { server in
                        let outcome = try await Tool.run(
                            network.inside("viewer") + read + ["-rtsp_transport", transport.rawValue]
                                + ["-i", "rtsp://10.214.1.1:8554/\(Self.title)"] + list, seconds: 70)
                        return (outcome, FrameList(outcome.output).entries.map(\.hash), all, server.logText())
                    }
                }
            }
        }

        @Test("over TCP, every picture that is sent can be decoded, and is the title's", .timeLimit(.minutes(3)))
        func thin() async throws {
            let (outcome, got, all, log) = try await play(.tcp, rate: 0.6, flags: ["--slow", "thin"])
            #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.lastErrors)")
            // In the title's order, none twice.
            var rest = all[...]
            #expect(
                got.allSatisfy { hash in
                    guard let index = rest.firstIndex(of: hash) else { return false }
                    rest = rest[(index + 1)...]
                    return true
                })
            #expect(got.count > Self.seconds && got.count < all.count, "\(got.count)")
            #expect(log.contains("level changed"))
            #expect(log.contains(/thinned-unreferenced=[1-9]/))
            // It is not late in the end: what it cannot have is not sent.
            #expect(outcome.seconds < Double(Self.seconds) + 8, "\(outcome.seconds)")
        }

        @Test("over UDP, receiver reports of loss do the same", .timeLimit(.minutes(3)))
        func adapt() async throws {
            let (outcome, got, all, log) = try await play(.udp, rate: 0.7, flags: ["--adapt"])
            #expect(log.contains("level changed"), "\(outcome.lastErrors)")
            #expect(log.contains(/thinned-unreferenced=[1-9]/))
            #expect(got.count > Self.seconds && got.count < all.count)
        }
    }
}
