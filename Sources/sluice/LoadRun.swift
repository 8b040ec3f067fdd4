import Glibc
import MediaCore
import NIOCore
import NIOPosix
import RTSPClient

/// Carries out a load run: starts the viewers, watches the server and itself, collects the results.
struct LoadRun: Sendable {
    let plan: LoadPlan
    private let progress = LoadProgress()

    init(_ plan: LoadPlan) { self.plan = plan }

    /// The server's process over the run.
    struct ServerUse: Sendable {
        var start: LoadServerProcess.Reading
        var end: LoadServerProcess.Reading
        /// The largest of the samples taken four times a second.
        var peakResidentBytes: Int64
        var peakThreads: Int
    }

    /// - Throws: `LoadProcessError` if the server's process cannot be read.
    func run() async throws -> LoadReport {
        Self.raiseDescriptorLimit()
        let process = plan.serverProcess.map { LoadServerProcess(id: $0) }
        let start = try process?.read()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: plan.threads ?? max(1, System.coreCount / 2))
        let loops = Array(group.makeIterator())
        let watches = try await watch(loops)
        let began = MediaTime.now
        let watcher = Task { await observe(process) }
        let results = await runViewers(on: loops)
        let elapsed = MediaTime.now - began
        watcher.cancel()
        let observed = await watcher.value
        var server: ServerUse?
        if let process, let start {
            // A server that has died meanwhile is the viewers' failure; what was read last still counts.
            let end = (try? process.read()) ?? observed.last ?? start
            server = ServerUse(
                start: start, end: end,
                peakResidentBytes: max(observed.peakResidentBytes, start.residentBytes, end.residentBytes),
                peakThreads: max(observed.peakThreads, start.threads, end.threads))
        }
        var readings: [LoadLoopWatch.Reading] = []
        for watch in watches { readings.append(try await watch.eventLoop.submit { watch.bound.value.stop() }.get()) }
        try await group.shutdownGracefully()
        return LoadReport(plan: plan, results: results, elapsed: elapsed, server: server, generator: readings)
    }

    // MARK: Viewers

    private func runViewers(on loops: [any EventLoop]) async -> [LoadViewerResult] {
        await withTaskGroup(of: LoadViewerResult.self) { tasks in
            let clock = ContinuousClock()
            let began = clock.now
            for index in 0..<plan.clients {
                let viewer = LoadViewer(
                    url: plan.urls[index % plan.urls.count], plan: plan, eventLoop: loops[index % loops.count],
                    progress: progress)
                let due = began + .seconds(Double(index) / plan.startRate)
                tasks.addTask {
                    try? await clock.sleep(until: due)
                    return await viewer.run()
                }
            }
            var results: [LoadViewerResult] = []
            for await result in tasks { results.append(result) }
            return results
        }
    }

    /// Two descriptors per stream and one per viewer: the soft limit is often 1,024.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    // MARK: Watching

    private struct Watch: Sendable {
        let eventLoop: any EventLoop
        let bound: NIOLoopBound<LoadLoopWatch>
    }

    private func watch(_ loops: [any EventLoop]) async throws -> [Watch] {
        var watches: [Watch] = []
        for loop in loops {
            let bound = try await loop.submit { NIOLoopBound(LoadLoopWatch(loop), eventLoop: loop) }.get()
            watches.append(Watch(eventLoop: loop, bound: bound))
        }
        return watches
    }

    private struct Observed: Sendable {
        var last: LoadServerProcess.Reading?
        var peakResidentBytes: Int64 = 0
        var peakThreads = 0
    }

    /// Until cancelled: looks at the server four times a second, and shows the progress once a second if somebody
    /// watches.
    private func observe(_ process: LoadServerProcess?) async -> Observed {
        var observed = Observed()
        var tick = 0
        var lastBytes = 0
        while (try? await Task.sleep(for: .milliseconds(250))) != nil {
            tick += 1
            if let reading = try? process?.read() {
                observed.last = reading
                observed.peakResidentBytes = max(observed.peakResidentBytes, reading.residentBytes)
                observed.peakThreads = max(observed.peakThreads, reading.threads)
            }
            if LoadProgress.isVisible, tick % 4 == 0 {
                let bytes = progress.byteCount
                progress.show(seconds: tick / 4, of: plan.clients, bytesPerSecond: bytes - lastBytes)
                lastBytes = bytes
            }
        }
        if LoadProgress.isVisible { LoadProgress.clear() }
        return observed
    }
}
