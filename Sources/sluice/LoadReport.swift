import MediaCore
import RTP
import RTSP
import RTSPClient

/// The figures of a load run.
struct LoadReport: Sendable {
    /// How many viewers fared the same way.
    struct Cause: Hashable, Sendable {
        var text: String
        var viewers: Int
    }

    let plan: LoadPlan
    var completed = 0
    var endedEarly = 0
    var failed = 0
    var slow = 0
    /// Of those that ended early or failed, the most frequent first.
    var causes: [Cause] = []
    /// Viewers refused, by the reply's status.
    var refusals: [UInt16: Int] = [:]
    /// From the first viewer's start to the last one's end.
    let seconds: Double
    /// Of those that read, as is all that follows.
    var packets: Int64 = 0
    var bytes: Int64 = 0
    var units = 0
    var lost: Int64 = 0
    var duplicates: Int64 = 0
    var reordered: Int64 = 0
    /// Datagrams that the kernel dropped at the viewers' own sockets, joined ones counted once; nil if it does not say.
    var drops: Int64? = 0
    /// Those that stopped reading, which are in no other figure.
    let stopped: LoadStopped
    /// The time in which media came, of all viewers together.
    private var playedSeconds = 0.0
    /// In microseconds.
    var firstPacket: Distribution?
    var lateness: Distribution?
    /// Of those over UDP and of those over TCP, where there are both.
    var latenessByCarrier: [Carrier: Distribution] = [:]
    var spread: Distribution?
    var clockOffset: Distribution?
    /// How many streams got their zero in which way.
    var zeros: [SessionLateness.Source: Int] = [:]
    let server: LoadServerUse?
    let generator: LoadThreads.Use
    /// What the host received meanwhile; nil where /proc does not tell.
    let kernel: LoadKernelCounters?

    init(
        plan: LoadPlan, results: [LoadViewerResult], elapsed: MediaTime, server: LoadServerUse?,
        generator: LoadThreads.Use, kernel: LoadKernelCounters?
    ) {
        self.plan = plan
        self.seconds = Double(elapsed.nanoseconds) / 1e9
        self.server = server
        self.generator = generator
        self.kernel = kernel
        stopped = LoadStopped(results.filter { $0.outcome == .slow })
        countOutcomes(results)
        let readers = results.filter { $0.outcome != .slow }
        for result in readers { count(result) }
        measure(readers)
    }

    private mutating func countOutcomes(_ results: [LoadViewerResult]) {
        var causes: [String: Int] = [:]
        for result in results {
            switch result.outcome {
            case .completed: completed += 1
            case .slow: slow += 1
            case .endedEarly(let text):
                endedEarly += 1
                causes["ended early: \(text)", default: 0] += 1
            case .failed(let text):
                failed += 1
                causes["failed: \(text)", default: 0] += 1
            }
            if let status = result.refusal { refusals[status.rawValue, default: 0] += 1 }
        }
        self.causes = causes.map { Cause(text: $0.key, viewers: $0.value) }
            .sorted { ($1.viewers, $0.text) < ($0.viewers, $1.text) }
    }

    private mutating func count(_ result: LoadViewerResult) {
        drops = drops.flatMap { total in result.drops.map { total + $0 } }
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

    private mutating func measure(_ results: [LoadViewerResult]) {
        var differences: [(histogram: Histogram, shift: Int32)] = []
        var firsts = Histogram()
        var offsets = Histogram()
        for result in results {
            if let first = result.firstPacket { firsts.add(nanoseconds: first.nanoseconds) }
            guard let session = result.lateness else { continue }
            if let offset = session.clockOffset { offsets.add(offset) }
            differences += result.differences
            for zero in session.zeros.prefix(result.meters.count) {
                if let zero { zeros[zero.source, default: 0] += 1 }
            }
        }
        lateness = Distribution(differences)
        for (carrier, results) in Dictionary(grouping: results, by: \.carrier) {
            latenessByCarrier[carrier] = Distribution(results.flatMap(\.differences))
        }
        if latenessByCarrier.count == 1 { latenessByCarrier = [:] }
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

    // MARK: Costs

    /// Seconds of CPU per 10^9 bytes of RTP delivered.
    func perGigabyte(_ cpuSeconds: Double) -> Double? { bytes > 0 ? cpuSeconds * 1e9 / Double(bytes) : nil }

    /// Microseconds of CPU per RTP packet delivered.
    func perPacket(_ cpuSeconds: Double) -> Double? { packets > 0 ? cpuSeconds * 1e6 / Double(packets) : nil }

    /// What the server's resident memory grew by, from the start to its peak, per viewer.
    var residentBytesPerViewer: Int64? {
        server.map { ($0.peakResidentBytes - $0.start.residentBytes) / Int64(plan.clients) }
    }
}
