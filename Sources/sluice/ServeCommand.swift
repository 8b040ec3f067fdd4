import ArgumentParser
import Delivery
import Glibc
import Library
import Logging
import MediaCore
import NIOCore
import NIOPosix
import RTSPServer
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a directory over RTSP.",
        discussion: """
            Files are found by their path below DIRECTORY, hidden ones and links that lead outside excepted. SIGTERM or SIGINT says goodbye
            to every viewer and ends the server.

            Examples:
              sluice serve ~/films
              sluice serve /media --host 127.0.0.1 --port 9554 --rtp-port 7000
              sluice serve /media --no-udp --log-level debug
              sluice serve /media --mtu 1500 --lead 500 --burst 64      for links that carry it
              ffplay rtsp://127.0.0.1:8554/holiday.mp4                  from another terminal
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        Allocator.bound()
        let logLevel = options.logLevel.level
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = logLevel
            return handler
        }
        let logger = Logger(label: "sluice")
        bridgeLibAVLog(to: Logger(label: "libav"))
        raiseFileLimit()

        let ioThreads = NIOThreadPool(numberOfThreads: options.ioThreads + IOPool.undeterminedLanes)
        ioThreads.start()
        let transcodeThreads = options.transcodeThreads ?? max(1, System.coreCount / 2)
        let computeThreads = transcodeThreads > 0 ? NIOThreadPool(numberOfThreads: transcodeThreads) : nil
        computeThreads?.start()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: options.threads ?? System.coreCount)
        do {
            let library = try openLibrary(ioThreads, computeThreads, logger)
            var configuration = serverConfiguration
            configuration.channels = options.channels.configurations(
                library, directory: options.directory, stallTime: .seconds(Int64(options.stallTimeout)), logger: logger)
            let server = try await Server.start(
                configuration, library: library, group: group, logger: logger)
            announce(server, logger)
            try await runUntilSignal(server, logger)
        } catch let error as StartError {
            throw failure("\(error)")
        }
        try? await group.shutdownGracefully()
        try? await ioThreads.shutdownGracefully()
        try? await computeThreads?.shutdownGracefully()
    }

    private var serverConfiguration: Server.Configuration {
        var configuration = Server.Configuration()
        configuration.host = options.host
        configuration.port = options.port
        configuration.rtpPort = options.udp ? options.rtpPort : nil
        configuration.allowsInterleaved = options.tcp
        configuration.limits = options.serverLimits
        return configuration
    }

    private func openLibrary(
        _ threads: NIOThreadPool, _ computeThreads: NIOThreadPool?, _ logger: Logger
    ) throws -> MediaDirectory {
        var limits = LibraryLimits()
        limits.maximumUnitSize = options.maxAccessUnit
        limits.pendingOpens = options.maxPendingOpens
        limits.rememberedTitles = options.rememberedTitles
        let pool = IOPool(threads: options.ioThreads, limit: limits.pendingOpens) { work in
            threads.submit { _ in work() }
        }
        let compute = computeThreads.map { threads in
            ComputePool { work in
                threads.submit { _ in
                    ComputePool.lowerPriority()
                    work()
                }
            }
        }
        do {
            return try MediaDirectory(
                path: options.directory, pool: pool, compute: compute, limits: limits, logger: logger)
        } catch {
            switch error {
            case MediaError.notFound: throw failure("no directory \(options.directory)")
            case MediaError.forbidden:
                throw failure("cannot read the directory \(options.directory): permission denied")
            default: throw failure("cannot serve \(options.directory): \(error)")
            }
        }
    }

    /// One clear line, and exit code 1.
    private func failure(_ reason: String) -> any Error {
        FileOutput.error("sluice: \(reason)")
        return ExitCode.failure
    }

    private func announce(_ server: Server, _ logger: Logger) {
        let address = server.address
        let port = address.port ?? options.port
        let wildcard = ["::", "0.0.0.0"].contains(address.ipAddress ?? "")
        let name = wildcard ? "127.0.0.1" : address.ipAddress ?? options.host
        let host = name.contains(":") ? "[\(name)]" : name
        let demand = options.demandLimits
        logger.info(
            "serving",
            metadata: [
                "directory": "\(options.directory)", "rtsp": "\(host):\(port)",
                "rtp": server.rtpPort.map { "\($0)-\($0 + 1)/udp" } ?? "off",
                "low-time-ms": "\(demand.lowTime.nanoseconds / 1_000_000)", "low-bytes": "\(demand.lowBytes)",
                "low-packets": "\(demand.lowPackets)", "batch-bytes": "\(options.batchBytes)",
                "max-access-unit": "\(options.maxAccessUnit)", "lead-ms": "\(options.lead)",
                "start-lead-ms": "\(options.startLead)",
                "burst": "\(options.burst)", "bye-delay-ms": "\(options.byeDelay)", "mtu": "\(options.mtu)",
                "audio-aggregation-ms": "\(options.audioAggregation)",
                "tcp-buffer-ms": "\(options.tcpBuffer)",
                "slow": "\(options.slow.rawValue)", "thin-after-ms": "\(options.thinAfter)",
                "stall-timeout-s": "\(options.stallTimeout)", "adapt": "\(options.adapt)",
                "max-sessions": "\(options.maxSessions)",
                "max-sessions-per-address": "\(options.maxSessionsPerAddress)",
                "max-connections": "\(options.maxConnections)",
                "max-connections-per-address": "\(options.maxConnectionsPerAddress)",
                "request-timeout-s": "\(options.requestTimeout)", "session-timeout-s": "\(options.sessionTimeout)",
            ])
        let base = "rtsp://\(host):\(port)/"
        let paths = DirectoryListing.files(below: options.directory, limit: 10)
        FileOutput.line("Serving \(options.directory) at \(base)PATH")
        for path in paths.files { FileOutput.line("  \(base)\(path)") }
        if paths.hasMore { FileOutput.line("  ...") }
    }

    private func runUntilSignal(_ server: Server, _ logger: Logger) async throws {
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: ServerService(server: server)), .init(service: TrimService(server: server))],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() })
        configuration.maximumGracefulShutdownDuration = .seconds(4)
        try await ServiceGroup(configuration: configuration).run()
        logger.info("stopped")
    }

    /// A viewer over TCP costs a descriptor, and so does each file that is read: take all that the hard limit permits.
    private func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

/// Runs until the process is told to end, then says goodbye to the viewers.
private struct ServerService: Service {
    let server: Server

    func run() async throws {
        try? await gracefulShutdown()
        await server.shutdown()
    }
}
