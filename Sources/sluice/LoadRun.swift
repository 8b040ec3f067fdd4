import Glibc
import MediaCore
import NIOCore
import RTSPClient

/// Carries out a load run: starts the viewers, watches the server, the kernel and itself, collects the results.
struct LoadRun: Sendable {
    let plan: LoadPlan

    init(_ plan: LoadPlan) { self.plan = plan }

    /// - Throws: `LoadProcessError` if the server's process cannot be read; `ClientError.noPorts`.
    func run() async throws -> LoadReport {
        raiseDescriptorLimit()
        let process = plan.serverProcess.map { LoadServerProcess(id: $0) }
        let start = try process?.read()
        let threads = try await LoadThreads(plan)
        let progress = LoadProgress(plan, counter: threads.counter)
        let kernel = LoadKernelCounters.read()
        let began = MediaTime.now
        let watcher = Task { await observe(process, from: start, progress) }
        let results = await runViewers(on: threads, progress)
        let elapsed = MediaTime.now - began
        watcher.cancel()
        var server = await watcher.value
        // A server that has died meanwhile is the viewers' failure; what was read last still counts.
        if let last = try? process?.read() { server?.add(last, playing: 0) }
        let counted = LoadKernelCounters.read()
        let use = try await threads.stop()
        return LoadReport(
            plan: plan, results: results, elapsed: elapsed, server: server, generator: use,
            kernel: kernel.flatMap { before in counted.map { $0 - before } })
    }

    // MARK: Viewers

    private func runViewers(on threads: LoadThreads, _ progress: LoadProgress) async -> [LoadViewerResult] {
        await withTaskGroup(of: LoadViewerResult.self) { tasks in
            let clock = ContinuousClock()
            let began = clock.now
            for index in 0..<plan.clients {
                let viewer = LoadViewer(
                    url: plan.urls[index % plan.urls.count], plan: plan,
                    carrier: plan.carrier.carrier(of: index, urls: plan.urls.count), isSlow: index < plan.slow,
                    eventLoop: threads.loop(of: index), configuration: threads.configuration(of: index),
                    progress: progress)
                let due = began + .seconds(Double(index) / plan.ramp)
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

    /// Two descriptors per stream and one per viewer: the soft limit is often 1,024. The hard one is raised where
    /// that is permitted; a viewer for whom none is left fails, and says so.
    private func raiseDescriptorLimit() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(resource, &limit)
        let wanted = rlim_t(plan.clients * 9 + 256)
        guard limit.rlim_max < wanted else { return }
        limit = rlimit(rlim_cur: wanted, rlim_max: wanted)
        _ = setrlimit(resource, &limit)
    }

    // MARK: Watching

    /// Until cancelled: looks at the server four times a second, and shows the progress once a second if somebody
    /// watches.
    private func observe(
        _ process: LoadServerProcess?, from start: LoadServerProcess.Reading?, _ progress: LoadProgress
    ) async -> LoadServerUse? {
        var server = start.map { LoadServerUse($0) }
        var tick = 0
        var previous = progress.received
        while (try? await Task.sleep(for: .milliseconds(250))) != nil {
            tick += 1
            if let reading = try? process?.read() { server?.add(reading, playing: progress.playingCount) }
            if LoadProgress.isVisible, tick % 4 == 0 {
                progress.show(seconds: tick / 4, since: previous)
                previous = progress.received
            }
        }
        if LoadProgress.isVisible { LoadProgress.clear() }
        return server
    }
}
