import Foundation
import Testing

extension Interop {
    /// Every H.264 and AAC title in MP4 and MOV, played and sought by every client over UDP and TCP.
    @Suite("Playback")
    struct PlaybackTests {
        /// Jobs at once: the long titles, which need little of the processor, occupy a dozen of these nearly all the time.
        private static let jobsAtOnce = 18

        @Test("every title plays, seeks and ends exactly", .timeLimit(.minutes(14)))
        func everyTitle() async throws {
            let corpus = try Place.corpus
            let clients = [FFmpegPlayer.system, try await FFmpegPlayer.packaged()]
            try await Place.withScratch { scratch in
                let generated = scratch.appending(path: "generated")
                try FileManager.default.createDirectory(at: generated, withIntermediateDirectories: true)
                try await Titles.generate(in: generated, scratch: scratch)
                let files = try Titles.corpus() + Titles.files(in: generated)
                let references = try await Self.references(of: files, scratch: scratch)
                try #require(!references.isEmpty)

                // Two servers for each directory: the counters of those that only play are judged by their ratio too.
                let directories = [corpus, corpus, generated, generated]
                let report = try await Server.serving(each: directories, scratch: scratch) { servers in
                    let isMade: @Sendable (Reference) -> Bool = { $0.path.hasPrefix(generated.path) }
                    return try await Self.playAll(
                        references, clients: clients, scratch: scratch, play: { servers[isMade($0) ? 2 : 0] },
                        seek: { servers[isMade($0) ? 3 : 1] })
                }
                try report.publish()
                for row in report.rows where !row.differences.isEmpty {
                    Issue.record(
                        "\(row.title), \(row.client), \(row.transport): \(row.differences.joined(separator: "; "))")
                }
            }
        }

        private static func references(of files: [URL], scratch: URL) async throws -> [Reference] {
            var queue = JobQueue<Result<Reference?, any Error>>()
            for file in files where Place.only.map(file.lastPathComponent.contains) ?? true {
                let size = (try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0
                queue.add(seconds: Double(size)) {
                    do {
                        return .success(try await Reference(file: file, name: file.lastPathComponent, scratch: scratch))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return try await queue.run(atOnce: 3).compactMap { try $0.get() }.filter {
                $0.duration <= Place.maximumSeconds
            }
        }

        private static func playAll(
            _ references: [Reference], clients: [FFmpegPlayer], scratch: URL,
            play: @escaping @Sendable (Reference) -> Server,
            seek: @escaping @Sendable (Reference) -> Server
        ) async throws -> Report {
            var queue = JobQueue<Report.Row>()
            for reference in references {
                queue.add(seconds: 0) { await PlaybackJobs.offer(reference, from: seek(reference)) }
                for transport in Transport.allCases {
                    for client in clients {
                        queue.add(seconds: reference.duration) {
                            await PlaybackJobs.play(reference, client: client.name, transport: transport) { limit in
                                let url = play(reference).url(reference.name)
                                return try await client.play(
                                    reference, url: url, transport: transport, limit: limit, scratch: scratch)
                            }
                        }
                    }
                    let gstreamer = GStreamerPlayer()
                    queue.add(seconds: reference.duration) {
                        await PlaybackJobs.play(reference, client: gstreamer.name, transport: transport) { limit in
                            let url = play(reference).url(reference.name)
                            return try await gstreamer.play(
                                reference, url: url, transport: transport, limit: limit, scratch: scratch)
                        }
                    }
                    queue.add(seconds: 15) {
                        await PlaybackJobs.seek(reference, client: gstreamer.name, transport: transport) {
                            positions, limit in
                            try await gstreamer.seekRuns(
                                seek(reference).url(reference.name), transport: transport, positions: positions,
                                limit: limit, scratch: scratch)
                        }
                    }
                    let pyav = PyAVPlayer()
                    queue.add(seconds: 15) {
                        await PlaybackJobs.seek(reference, client: pyav.name, transport: transport) {
                            positions, limit in
                            try await pyav.seekRuns(
                                seek(reference).url(reference.name), transport: transport, positions: positions,
                                limit: limit, scratch: scratch)
                        }
                    }
                }
            }
            var report = Report()
            for row in await queue.run(atOnce: jobsAtOnce) { report.add(row) }
            // The last sessions may still be on their way out.
            try await Task.sleep(for: .seconds(1))
            for reference in references {
                let plays = clients.count + 1
                for row in Counters.rows(reference, play: play(reference), seek: seek(reference), plays: plays) {
                    report.add(row)
                }
            }
            return report
        }
    }
}
