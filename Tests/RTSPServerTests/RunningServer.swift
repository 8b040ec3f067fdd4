import Delivery
import Dispatch
import Logging
import MediaCore
import NIOCore
import NIOPosix
import RTSPServer
import Synchronization
import TestSupport

/// A server on 127.0.0.1 with ports of its own, for the length of a test.
struct RunningServer {
    let server: Server
    let log: LogRecord

    var port: Int { server.address.port ?? 0 }
    var rtpPort: Int { server.rtpPort ?? 0 }

    func uri(_ path: String = "film.mp4") -> String { "rtsp://127.0.0.1:\(port)/\(path)" }

    func connect(host: String = "127.0.0.1", receiveBuffer: Int? = nil, sendSeconds: Int = 60) throws -> RawConnection {
        try RawConnection(port: port, host: host, receiveBuffer: receiveBuffer, sendSeconds: sendSeconds)
    }

    /// - Parameter body: may block its thread.
    static func run(
        _ library: any MediaLibrary = FakeLibrary(["film.mp4": FakeTitle.small(seconds: 30)]), threads: Int = 1,
        configure: (inout Server.Configuration) -> Void = { _ in }, body: (RunningServer) async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(BlockingExecutor.shared) {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
            let log = LogRecord()
            var configuration = Server.Configuration.onFreePorts
            configure(&configuration)
            do {
                let server = try await Server.start(configuration, library: library, group: group, logger: log.logger)
                do {
                    try await body(RunningServer(server: server, log: log))
                } catch {
                    await server.shutdown()
                    throw error
                }
                await server.shutdown()
            } catch {
                try await group.shutdownGracefully()
                throw error
            }
            try await group.shutdownGracefully()
        }
    }
}

extension Server.Configuration {
    /// 127.0.0.1, whatever ports are free.
    static var onFreePorts: Server.Configuration {
        var configuration = Server.Configuration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configuration.rtpPort = 0
        return configuration
    }
}

/// Threads for tests that wait in system calls, so that the few of Swift's own pool stay free for everybody else.
final class BlockingExecutor: TaskExecutor {
    static let shared = BlockingExecutor()
    private let queue = DispatchQueue(label: "blocking tests", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension FakeTitle {
    /// 25 frames per second of two packets (key frames four) and audio: little enough for many viewers in a test.
    static func small(seconds: Int, audio: Bool = true) -> FakeTitle {
        film(seconds: seconds, keyPackets: 4, packets: 2, audio: audio)
    }
}

/// What a server has logged.
final class LogRecord: Sendable {
    struct Line: Sendable {
        let message: String
        let metadata: [String: String]
    }

    private let lines = Mutex<[Line]>([])

    var logger: Logger { Logger(label: "test") { _ in PerLogger(record: self) } }
    var all: [Line] { lines.withLock { $0 } }

    /// The metadata of each session that has ended, in order.
    var sessions: [[String: String]] { all.filter { $0.message == "session ended" }.map(\.metadata) }

    /// The same once there are `count` of them, or after some seconds: a client may hear of the end before it is logged.
    func sessions(_ count: Int) -> [[String: String]] {
        for _ in 0..<250 where sessions.count < count { Clock.sleep(0.02) }
        return sessions
    }

    fileprivate func add(_ line: Line) { lines.withLock { $0.append(line) } }

    private struct PerLogger: LogHandler {
        let record: LogRecord
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let merged = metadata.merging(event.metadata ?? [:]) { $1 }
            record.add(Line(message: "\(event.message)", metadata: merged.mapValues { "\($0)" }))
        }
    }
}

/// A library that finds nothing until it is released.
final class HeldLibrary: MediaLibrary {
    private struct State {
        var isHeld = true
        var waiting: [@Sendable () -> Void] = []
    }

    private let library: FakeLibrary
    private let state = Mutex(State())

    init(_ library: FakeLibrary) { self.library = library }

    /// Requests that wait.
    var waiting: Int { state.withLock { $0.waiting.count } }

    func title(
        at path: MediaPath, for query: TitleQuery,
        completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void
    ) {
        let isHeld = state.withLock { state in
            if state.isHeld {
                state.waiting.append { [library] in library.title(at: path, for: query, completion: completion) }
            }
            return state.isHeld
        }
        if !isHeld { library.title(at: path, for: query, completion: completion) }
    }

    func release() {
        let work = state.withLock { state in
            defer { state = State(isHeld: false) }
            return state.waiting
        }
        for item in work { item() }
    }
}
