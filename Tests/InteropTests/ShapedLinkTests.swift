import Foundation
import Testing

extension Interop {
    /// A link not much wider than the stream, whose queue is a tenth of a key frame: what is sent at once is lost there.
    @Suite("Shaped link")
    struct ShapedLinkTests {
        private static let title = "keys.mp4"
        private static let seconds = 12

        /// Flags of `serve` for such a link: a key frame may take 800 ms to leave (what is read ahead grows with it), and no more than 16
        /// packets leave at once: of a larger segmented datagram the shaper would take only what its queue holds.
        private static let spread = ["--lead", "800", "--burst", "16"]

        /// What came over the link, and how much was sent.
        private struct Passage: Sendable {
            let viewer: RawViewer
            let sent: Int
            /// Bytes of the title's key frames.
            let keyFrames: [Int]

            var received: Int { viewer.tracks.reduce(0) { $0 + $1.packets } }
            var lost: Int { viewer.tracks.reduce(0) { $0 + $1.lost } }
        }

        /// A clip of about 8 Mbit/s: a still, grainy picture, which makes key frames large, under a little moving noise.
        ///
        /// - Returns: its bits per second, and the bytes of its key frames.
        private static func clip(_ file: URL) async throws -> (bitRate: Int, keyFrames: [Int]) {
            let picture =
                "testsrc2=size=1280x720:rate=25:duration=\(seconds),noise=alls=37:allf=u,noise=alls=15:allf=t+u"
            try await Tool.require([
                "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i",
                "sine=440:duration=\(seconds)", "-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p",
                "-qp", "30", "-x264-params", "keyint=50:min-keyint=50:scenecut=0:bframes=0", "-c:a", "aac", "-b:a",
                "96k", "-y", file.path,
            ])
            let probe = [
                "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=size,flags", "-of",
                "csv=p=0",
            ]
            let units = try await Tool.require(probe + [file.path]).split(separator: "\n").compactMap { line in
                let fields = line.split(separator: ",")
                return fields.count < 2 ? nil : Int(fields[0]).map { (bytes: $0, isKey: fields[1].hasPrefix("K")) }
            }
            let bytes = units.reduce(0) { $0 + $1.bytes }
            return (bytes * 8 / seconds, units.filter(\.isKey).map(\.bytes))
        }

        /// Plays the title over UDP and a link of 1.5 times its bitrate, with a burst and a queue of 32 kB.
        private func play(flags: [String]) async throws -> Passage {
            try await Place.withScratch { scratch in
                let media = scratch.appending(path: "media")
                try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
                let file = media.appending(path: Self.title)
                let clip = try await Self.clip(file)
                return try await NarrowLink.serving(
                    media, rate: clip.bitRate * 3 / 2, queue: (burst: 32, limit: 32),
                    log: scratch.appending(path: "server.log"), options: flags
                ) { link in
                    let viewer = try await RawViewer.watch(
                        link.url(Self.title), .udp, seconds: Double(Self.seconds) + 15, prefix: link.viewer)
                    let sent = try await link.server.packetsOfEndedSession()
                    return Passage(viewer: viewer, sent: sent, keyFrames: clip.keyFrames)
                }
            }
        }

        @Test("key frames of 300 kB arrive whole when they may start early", .timeLimit(.minutes(2)))
        func spread() async throws {
            let passage = try await play(flags: Self.spread)
            #expect(passage.keyFrames.count >= 5 && passage.keyFrames.allSatisfy { $0 > 280_000 }, "\(passage)")
            #expect(passage.viewer.ended, "BYE came on every track")
            #expect(passage.lost == 0, "\(passage)")
            #expect(passage.received == passage.sent, "\(passage)")
        }

        @Test("sent at once, they lose packets on the same link", .timeLimit(.minutes(2)))
        func atOnce() async throws {
            let passage = try await play(flags: ["--lead", "0", "--burst", "65536"])
            #expect(passage.lost > 0 && passage.received < passage.sent, "\(passage)")
        }
    }
}

extension Server {
    /// Packets that the only session sent, once it has ended.
    fileprivate func packetsOfEndedSession() async throws -> Int {
        for _ in 0..<50 {
            if let session = endedSessions().first { return session.packets }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Missing("the session's end in the log: \(logText().suffix(2000))")
    }
}
