import Foundation
import Testing

extension Interop {
    /// Files of the corpus that have nothing to serve.
    @Suite("Refusals")
    struct RefusalTests {
        /// By FFmpeg's reading of each file, not by name: no track of a codec that is served, or no media at all.
        @Test("what cannot be served gets 415 and one line in the log, and the server goes on", .timeLimit(.minutes(5)))
        func refusals() async throws {
            try await Place.withScratch { scratch in
                let refused = try await Self.unservable()
                try #require(!refused.isEmpty)
                let log = scratch.appending(path: "server.log")
                try await Server.serving(try Place.corpus, log: log) { server in
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

        private static func unservable() async throws -> [String] {
            var queue = JobQueue<Result<String?, any Error>>()
            for file in try Titles.corpus() {
                queue.add(seconds: 1, load: 1) {
                    do {
                        let isServed = try await FileStreams(of: file.path) != nil
                        return .success(isServed ? nil : file.lastPathComponent)
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return try await queue.run(load: 2).compactMap { try $0.get() }.sorted()
        }
    }
}
