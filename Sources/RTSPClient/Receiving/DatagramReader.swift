import CSocket
import Glibc
import MediaCore
import NIOPosix
import Synchronization

/// A thread that reads the datagrams of any number of streams: many sockets, one epoll(7), `recvmmsg`.
///
/// NIO's channels cost a buffer, an event and a pipeline per datagram; a load generator that shares a machine with the
/// server it measures cannot afford that.
package final class DatagramReader: Sendable {
    package struct Configuration: Sendable {
        /// Whether datagrams that the server sent as one (UDP_SEGMENT) arrive as one (UDP_GRO). Cheaper here, but on a
        /// loopback it also saves the sender the work of cutting them up, which it has on a network whose devices do
        /// not do that.
        package var joinsSegments = false
        /// Whether whole packets are read; their headers are enough for measuring.
        package var keepsPayload = true
        package var counter: PacketCounter?

        package init() {}
    }

    /// What a reader has used.
    package struct Use: Sendable {
        /// CPU seconds of its thread.
        package var cpuSeconds = 0.0
        /// The busiest second: 1 is all of a core.
        package var peakUse = 0.0
        /// Seconds in which it was ready to run and had no core.
        package var waitSeconds = 0.0
        /// How long it took to go round all sockets that had something: a datagram waits at most that long. In
        /// microseconds.
        package var turns = Histogram()
        /// Datagrams that the kernel handed over, joined ones counted once; RTCP included.
        package var reads: Int64 = 0
        /// RTP packets of the expected sources.
        package var arrived = Arrived()

        package init() {}
    }

    enum Command: Sendable {
        case add(DatagramPair, StreamReceiver)
        case stall(DatagramPair)
        case remove(DatagramPair)
        case stop(CheckedContinuation<Use, Never>)
    }

    package let joinsSegments: Bool
    let configuration: Configuration
    let poll: CInt
    let wakeup: CInt
    private let commands = Mutex<[Command]>([])
    private let pool = NIOThreadPool(numberOfThreads: 1)

    /// One for everybody who does not care; it lives as long as the process.
    static let shared = Result { () throws(ClientError) in try DatagramReader() }

    /// Starts the thread. It runs until `stop`.
    /// - Throws: `.noPorts` when the process has no descriptors or memory left.
    package init(_ configuration: Configuration = Configuration()) throws(ClientError) {
        var wakeup: CInt = -1
        let poll = csocket_poll_make(&wakeup)
        guard poll >= 0 else { throw .noPorts(reason: String(cString: strerror(errno))) }
        self.configuration = configuration
        self.joinsSegments = configuration.joinsSegments
        self.poll = poll
        self.wakeup = wakeup
        pool.start()
        pool.submit { _ in DatagramLoop(self).run() }
    }

    /// Ends the thread and closes what sockets are left.
    package func stop() async -> Use {
        let use = await withCheckedContinuation { send(.stop($0)) }
        try? await pool.shutdownGracefully()
        return use
    }

    func add(_ pair: DatagramPair, _ receiver: StreamReceiver) { send(.add(pair, receiver)) }
    func stall(_ pair: DatagramPair) { send(.stall(pair)) }
    func remove(_ pair: DatagramPair) { send(.remove(pair)) }

    private func send(_ command: Command) {
        let isFirst = commands.withLock { commands in
            commands.append(command)
            return commands.count == 1
        }
        // Whoever found the list empty wakes the thread, which takes the list whole.
        if isFirst { csocket_poll_wake(wakeup) }
    }

    /// On the thread: what is to be done, in order.
    func takeCommands() -> [Command] {
        commands.withLock { commands in
            defer { commands.removeAll(keepingCapacity: true) }
            return commands
        }
    }
}
