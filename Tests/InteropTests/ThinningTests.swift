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
                return try await NarrowLink.serving(
                    media, rate: Int(rate * 2.1e6), queue: (burst: 16, limit: 48),
                    log: scratch.appending(path: "server.log"), options: flags
                ) { link in
                    let outcome = try await Tool.run(
                        link.viewer + read + ["-rtsp_transport", transport.rawValue, "-i", link.url(Self.title)] + list,
                        seconds: 70)
                    return (outcome, FrameList(outcome.output).entries.map(\.hash), all, link.server.logText())
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
