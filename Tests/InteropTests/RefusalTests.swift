import Foundation
import Testing

extension Interop {
    /// Files of the corpus that have nothing to serve.
    @Suite("Refusals")
    struct RefusalTests {
        @Test("what cannot be served gets 415 and one line in the log, and the server goes on", .timeLimit(.minutes(5)))
        func refusals() async throws {
            try await Place.withScratch { scratch in
                let refused = try Self.unservable()
                try #require(!refused.isEmpty)
                try await Server.serving(try Place.corpus, log: scratch.appending(path: "server.log")) { server in
                    for name in refused {
                        let description = try await Description(of: name, from: server)
                        #expect(description.status == 415, "\(name)")
                        let lines = server.logText().split(separator: "\n").filter {
                            $0.contains(name) && $0.contains("cannot open")
                        }
                        #expect(lines.count == 1 && lines[0].contains("reason="), "\(name): \(lines)")
                    }
                    let served = try await Description(of: "mp4-h264-aac-1s.mp4", from: server)
                    #expect(served.status == 200)
                }
            }
        }

        /// By what the corpus' list says of containers and streams: images, encrypted files, and those without a track of a codec that is served.
        private static func unservable() throws -> [String] {
            let list = try String(contentsOf: try Place.corpus.appending(path: "MANIFEST.tsv"), encoding: .utf8)
            let lines = list.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
            guard let header = lines.first, let container = header.firstIndex(of: "container"),
                let streams = header.firstIndex(of: "streams"), let why = header.firstIndex(of: "why")
            else { throw Missing("the columns container, streams and why in MANIFEST.tsv") }
            return lines.dropFirst().filter { fields in
                FileStreams.isImage(String(fields[container])) || fields[why].contains("encrypted")
                    || !fields[streams].split(separator: "|").contains { isServed(String($0)) }
            }.map { String($0[0]) }
        }

        /// - Parameter stream: `opus 48000/6`, `h264(High) 640x480 b2`, `PIC:mjpeg 0x0`.
        private static func isServed(_ stream: String) -> Bool {
            let text = stream.trimmingCharacters(in: .whitespaces)
            let codec = String(text.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
            if codec == "opus", let channels = text.firstMatch(of: /\/(\d+)/).flatMap({ Int($0.1) }), channels > 2 {
                return false
            }
            let isKnown =
                ServedCodecs.video[codec] != nil || ServedCodecs.audio[codec] != nil
                || ServedCodecs.notCompared.contains(codec)
            return isKnown && !text.hasPrefix(codec + ":")
        }
    }
}
