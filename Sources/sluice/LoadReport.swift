import MediaCore
import RTP
import RTSPClient

/// The figures of a load run.
struct LoadReport: Sendable {
    /// How many viewers fared the same way.
    struct Cause: Hashable, Sendable {
        var text: String
        var viewers: Int
    }

    let carrier: Carrier
    let clients: Int
    var completed = 0
    var endedEarly = 0
    var failed = 0
    /// Of those that ended early or failed, the most frequent first.
    var causes: [Cause] = []
    /// From the first viewer's start to the last one's end.
    let seconds: Double
    var packets: Int64 = 0
    var bytes: Int64 = 0
    var units = 0
    var lost: Int64 = 0
    var duplicates: Int64 = 0
    var reordered: Int64 = 0
    /// The time in which media came, of all viewers together.
    private var playedSeconds = 0.0
    /// In microseconds.
    var firstPacket: Distribution?
    var lateness: Distribution?
    var spread: Distribution?
    var clockOffset: Distribution?
    /// How many streams got their zero in which way.
    var zeros: [SessionLateness.Source: Int] = [:]
    let server: LoadRun.ServerUse?
    let generator: [LoadLoopWatch.Reading]
    /// How late the generator's own timers fired.
    let generatorDelay: Distribution?

    init(
        plan: LoadPlan, results: [LoadViewerResult], elapsed: MediaTime, server: LoadRun.ServerUse?,
        generator: [LoadLoopWatch.Reading]
    ) {
        self.carrier = plan.carrier
        self.clients = plan.clients
        self.seconds = Double(elapsed.nanoseconds) / 1e9
        self.server = server
        self.generator = generator
        self.generatorDelay = Distribution(generator.map(\.delays))
        count(results)
        measure(results)
    }

    private mutating func count(_ results: [LoadViewerResult]) {
        var causes: [String: Int] = [:]
        for result in results {
            switch result.outcome {
            case .completed: completed += 1
            case .endedEarly(let text):
                endedEarly += 1
                causes["ended early: \(text)", default: 0] += 1
            case .failed(let text):
                failed += 1
                causes["failed: \(text)", default: 0] += 1
            }
            for meter in result.meters {
                packets += meter.packets
                bytes += meter.bytes
                units += meter.units
                duplicates += meter.ledger.duplicates
                reordered += meter.ledger.reordered
            }
            lost += result.lost
            if let first = result.meters.compactMap(\.firstArrival).min(),
                let last = result.meters.compactMap(\.lastArrival).max()
            {
                playedSeconds += Double((last - first).nanoseconds) / 1e9
            }
        }
        self.causes = causes.map { Cause(text: $0.key, viewers: $0.value) }
            .sorted { ($1.viewers, $0.text) < ($0.viewers, $1.text) }
    }

    private mutating func measure(_ results: [LoadViewerResult]) {
        var differences: [(series: Samples, shift: Int32)] = []
        var firsts = Samples()
        var offsets = Samples()
        for result in results {
            if let first = result.firstPacket { firsts.add(nanoseconds: first.nanoseconds) }
            guard let session = result.lateness else { continue }
            if let offset = session.clockOffset { offsets.add(offset) }
            for (meter, zero) in zip(result.meters, session.zeros) {
                guard let zero else { continue }
                differences.append((meter.differences, 0 &- zero.difference))
                zeros[zero.source, default: 0] += 1
            }
        }
        lateness = Distribution(differences)
        spread = Distribution(results.flatMap { $0.meters.map(\.spread) })
        firstPacket = Distribution([firsts])
        clockOffset = Distribution([offsets])
    }

    /// Nobody failed or ended early, and nothing was lost.
    var isClean: Bool { failed == 0 && endedEarly == 0 && lost == 0 }

    /// All viewers together, while they played.
    var megabitsPerSecond: Double { seconds > 0 ? Double(bytes) * 8 / 1e6 / seconds : 0 }
    /// A single viewer's mean.
    var megabitsPerViewer: Double { playedSeconds > 0 ? Double(bytes) * 8 / 1e6 / playedSeconds : 0 }
    var lossPercent: Double {
        let expected = packets - duplicates + lost
        return expected > 0 ? Double(lost) * 100 / Double(expected) : 0
    }

    // MARK: Server and generator

    var serverCPUSeconds: Double? { server.map { $0.end.cpuSeconds - $0.start.cpuSeconds } }
    /// Seconds of the server's CPU per 10^9 bytes of RTP delivered.
    var serverCPUPerGigabyte: Double? {
        guard let serverCPUSeconds, bytes > 0 else { return nil }
        return serverCPUSeconds / (Double(bytes) / 1e9)
    }
    /// What the server's resident memory grew by, from the start to its peak, per viewer.
    var residentBytesPerViewer: Int64? {
        server.map { ($0.peakResidentBytes - $0.start.residentBytes) / Int64(clients) }
    }

    var generatorCPUSeconds: Double { generator.reduce(0) { $0 + $1.cpuSeconds } }
    /// The busiest second of the busiest thread: 1 is all of it.
    var generatorPeakUse: Double { generator.map(\.peakUse).max() ?? 0 }

    /// Why the figures may say more of the generator than of the server.
    var generatorWarning: String? {
        if generatorPeakUse >= 0.85 {
            return "a generator thread used \(LoadFormat.fixed(generatorPeakUse * 100, places: 0)) % of a core: "
                + "the generator may be the bottleneck; use more --threads or another machine"
        }
        if let generatorDelay, let lateness, generatorDelay.p99 > 1000, generatorDelay.p99 * 10 > lateness.p99 {
            return "the generator's own timers fired \(LoadFormat.milliseconds(generatorDelay.p99)) ms late (p99): "
                + "it does not get the CPU when it needs it, and as much of the lateness is not the server's"
        }
        return nil
    }
}
