import Foundation
import Testing

extension Interop {
    /// Every title of a served codec, played and sought by every client over UDP and TCP.
    @Suite("Playback")
    struct PlaybackTests {
        /// Processors that may be occupied at once: most of this machine's, so that nobody comes late to a socket.
        private static let bearable = Double(ProcessInfo.processInfo.activeProcessorCount) * 0.85

        @Test("every title plays, seeks and ends exactly", .timeLimit(.minutes(50)))
        func everyTitle() async throws {
            let corpus = try Place.corpus
            let clients = [FFmpegPlayer.system, try await FFmpegPlayer.packaged()]
            try await Place.withScratch { scratch in
                let generated = scratch.appending(path: "generated")
                try FileManager.default.createDirectory(at: generated, withIntermediateDirectories: true)
                let joined = try await Titles.generate(in: generated, scratch: scratch)
                let files = try Titles.corpus() + Titles.files(in: generated)
                let references = try await Self.references(of: files, joined: joined, scratch: scratch)
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
                // What neighbours do to a client is rare.
                let retried = report.rows.count { !$0.firstDifferences.isEmpty }
                #expect(
                    retried <= report.rows.count / 10 + 2, "\(retried) of \(report.rows.count) rows were tried again")
            }
        }

        /// - Parameter joined: recordings, by the names of the titles that hold several.
        private static func references(of files: [URL], joined: [String: [URL]], scratch: URL) async throws
            -> [Reference]
        {
            var queue = JobQueue<Result<Reference?, any Error>>()
            for file in files
            where Titles.isWanted(file.lastPathComponent) {
                let size = (try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0
                queue.add(seconds: Double(size), load: 1) {
                    let name = file.lastPathComponent
                    do {
                        guard let parts = joined[name] else {
                            return .success(try await Reference(file: file, name: name, scratch: scratch))
                        }
                        var references: [Reference] = []
                        for part in parts {
                            let reference = try await Reference(file: part, name: name, scratch: scratch)
                            references.append(try #require(reference))
                        }
                        return .success(Reference(references, file: file, name: name))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return try await queue.run(load: 2).compactMap { try $0.get() }.filter {
                $0.duration <= Place.maximumSeconds
            }.sorted { $0.name < $1.name }
        }

        private static func playAll(
            _ references: [Reference], clients: [FFmpegPlayer], scratch: URL,
            play: @escaping @Sendable (Reference) -> Server,
            seek: @escaping @Sendable (Reference) -> Server
        ) async throws -> Report {
            let players: [any Player] = clients + [GStreamerPlayer()]
            let coverages = Coverage.of(references, players: players, seekers: [GStreamerPlayer(), PyAVPlayer()])
            var jobs: [PlaybackJob] = []
            for (reference, coverage) in zip(references, coverages) {
                jobs.append(.offer(reference, from: seek(reference)))
                jobs += coverage.plays.map {
                    .play(reference, by: $0.player, $0.transport, from: play(reference), scratch: scratch)
                }
                jobs += coverage.seeks.map {
                    .seek(reference, by: $0.seeker, $0.transport, from: seek(reference), scratch: scratch)
                }
            }
            let first = await rows(of: jobs, load: bearable)
            var report = await retrying(first)
            let counters = {
                zip(references, coverages).flatMap { reference, coverage in
                    Counters.rows(reference, play: play(reference), seek: seek(reference), coverage)
                }
            }
            var counted = counters()
            // The last sessions may still be on their way out: one whose client forgot to say TEARDOWN has a minute.
            let patience = ContinuousClock.now + .seconds(65)
            while counted.contains(where: { !$0.differences.isEmpty }), ContinuousClock.now < patience {
                try await Task.sleep(for: .seconds(2))
                counted = counters()
            }
            for row in counted { report.add(row) }
            return report
        }

        /// A client may have been starved by its neighbours, or by what else the machine does. What differs three times, twice of them
        /// alone, is the server's; whatever differed at all is shown.
        private static func retrying(_ first: [(job: PlaybackJob, row: Report.Row)]) async -> Report {
            var last = Dictionary(uniqueKeysWithValues: first.map { ($0.job.name, $0) })
            for _ in 0..<2 {
                let again = last.values.filter { !$0.row.differences.isEmpty }.map(\.job)
                for (job, row) in await rows(of: again, load: 0.5) { last[job.name] = (job, row) }
            }
            var report = Report()
            for (job, row) in first {
                var settled = last[job.name]?.row ?? row
                settled.firstDifferences = row.differences
                report.add(settled)
            }
            return report
        }

        private static func rows(of jobs: [PlaybackJob], load: Double) async -> [(job: PlaybackJob, row: Report.Row)] {
            var queue = JobQueue<(job: PlaybackJob, row: Report.Row)>()
            for job in jobs { queue.add(seconds: job.seconds, load: job.load) { (job, await job.run()) } }
            return await queue.run(load: load)
        }
    }
}
