import MediaCore
import NIOCore
import NIOPosix
import RTSPClient

/// The generator's own threads: event loops for RTSP and interleaved media, readers for datagrams; and what they use.
struct LoadThreads: Sendable {
    /// What they have used in a run.
    struct Use: Sendable {
        var loops: [LoadLoopWatch.Reading]
        var readers: [DatagramReader.Use]
        /// CPU seconds of the whole process.
        var cpuSeconds: Double
    }

    private let group: MultiThreadedEventLoopGroup
    private let loops: [any EventLoop]
    private let readers: [DatagramReader]
    private let watches: [NIOLoopBound<LoadLoopWatch>]
    private let cpuAtStart: Double
    /// Of all streams.
    let counter = PacketCounter()

    /// - Throws: `ClientError.noPorts` when the process has no descriptors.
    init(_ plan: LoadPlan) async throws {
        let count = plan.threads ?? max(1, System.coreCount / 2)
        var configuration = DatagramReader.Configuration()
        configuration.joinsSegments = plan.joinsSegments
        configuration.keepsPayload = false
        configuration.counter = counter
        self.cpuAtStart = ThreadMeter.processCPU
        self.readers = try plan.carrier.usesDatagrams ? (0..<count).map { _ in try DatagramReader(configuration) } : []
        self.group = MultiThreadedEventLoopGroup(numberOfThreads: count)
        self.loops = Array(group.makeIterator())
        var watches: [NIOLoopBound<LoadLoopWatch>] = []
        for loop in loops {
            watches.append(try await loop.submit { NIOLoopBound(LoadLoopWatch(loop), eventLoop: loop) }.get())
        }
        self.watches = watches
    }

    /// A viewer's event loop.
    func loop(of viewer: Int) -> any EventLoop { loops[viewer % loops.count] }

    /// A viewer's client.
    func configuration(of viewer: Int) -> Client.Configuration {
        var configuration = Client.Configuration()
        configuration.counter = counter
        configuration.reader = readers.isEmpty ? nil : readers[viewer % readers.count]
        return configuration
    }

    /// Ends them all.
    func stop() async throws -> Use {
        var loopUse: [LoadLoopWatch.Reading] = []
        for (loop, watch) in zip(loops, watches) { loopUse.append(try await loop.submit { watch.value.stop() }.get()) }
        var readerUse: [DatagramReader.Use] = []
        for reader in readers { readerUse.append(await reader.stop()) }
        try await group.shutdownGracefully()
        return Use(loops: loopUse, readers: readerUse, cpuSeconds: ThreadMeter.processCPU - cpuAtStart)
    }
}

extension LoadThreads.Use {
    private var threads: [(peakUse: Double, waitSeconds: Double)] {
        loops.map { ($0.thread.peakUse, $0.thread.waitSeconds) } + readers.map { ($0.peakUse, $0.waitSeconds) }
    }

    var count: Int { loops.count + readers.count }
    /// The busiest second of the busiest thread: 1 is all of a core.
    var peakUse: Double { threads.map(\.peakUse).max() ?? 0 }
    /// Seconds that the most delayed thread was ready to run and had no core.
    var waitSeconds: Double { threads.map(\.waitSeconds).max() ?? 0 }
    /// Datagrams, joined ones counted once.
    var reads: Int64 { readers.reduce(0) { $0 + $1.reads } }
    /// How late the event loops' timers fired.
    var timerDelay: Distribution? { Distribution(loops.map(\.delays)) }
    /// How long a datagram may have waited for the reader's other sockets.
    var turns: Distribution? { Distribution(readers.map(\.turns)) }
}
