import Logging
import MediaCore
import NIOCore
import NIOPosix
import RTSP
import RTSPServer
import TestSupport
import Testing

/// Start and end.
@Suite(.serialized) struct ServerTests {
    private static func startError(_ configure: (inout Server.Configuration) -> Void) async throws -> StartError? {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = Server.Configuration.onFreePorts
        configure(&configuration)
        var failure: StartError?
        do {
            let server = try await Server.start(
                configuration, library: FakeLibrary([:]), group: group, logger: LogRecord().logger)
            await server.shutdown()
        } catch let error as StartError {
            failure = error
        }
        try await group.shutdownGracefully()
        return failure
    }

    @Test func aTakenTCPPort() async throws {
        try await RunningServer.run { server in
            let error = try await Self.startError { $0.port = server.port }
            #expect(error?.description == "cannot listen on 127.0.0.1 port \(server.port): Address already in use")
        }
    }

    @Test func aTakenPairOfUDPPorts() async throws {
        try await RunningServer.run(threads: 2) { server in
            let error = try await Self.startError { $0.rtpPort = server.rtpPort }
            #expect(error?.description == "cannot open UDP port \(server.rtpPort) on 127.0.0.1: Address already in use")
            // And the first goes on.
            let client = try server.connect()
            #expect(try client.request("OPTIONS", "*").status == .ok)
        }
    }

    @Test(arguments: [6971, 65_535, -2, 70_000])
    func anImpossibleRTPPort(_ port: Int) async throws {
        #expect(try await Self.startError { $0.rtpPort = port }?.description == "the RTP port must be even")
    }

    @Test func anUnknownHost() async throws {
        #expect(
            try await Self.startError { $0.host = "no such host.invalid" }?.description
                == "unknown host no such host.invalid")
    }

    @Test func anAddressThatIsNotOurs() async throws {
        let error = try #require(try await Self.startError { $0.host = "192.0.2.1" })
        #expect(error.description.hasPrefix("cannot open UDP port"))
        #expect(!error.description.contains("\n"))
    }

    // MARK: Shutdown

    @Test func everyViewerIsToldGoodbye() async throws {
        try await withTaskExecutorPreference(BlockingExecutor.shared) { try await Self.sayGoodbye() }
    }

    private static func sayGoodbye() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let log = LogRecord()
        var configuration = Server.Configuration.onFreePorts
        let library = FakeLibrary(["film.mp4": FakeTitle.small(seconds: 60)])
        let server = try await Server.start(configuration, library: library, group: group, logger: log.logger)
        let running = RunningServer(server: server, log: log)
        var overTCP: [RawConnection] = []
        var overUDP: [(RawConnection, [DatagramReceiver])] = []
        for _ in 0..<4 {
            let tcp = try running.connect()
            _ = try tcp.setupInterleaved(running.uri())
            _ = try tcp.play(running.uri())
            overTCP.append(tcp)
            let udp = try running.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            _ = try udp.setupDatagram(running.uri(), receivers)
            _ = try udp.play(running.uri())
            overUDP.append((udp, receivers))
        }
        for client in overTCP { try client.receive { $0.frames.count > 4 } }
        for receiver in overUDP.flatMap(\.1) { receiver.receive { !$0.media.isEmpty } }
        let begin = Clock.now
        await server.shutdown()
        // What the command promises.
        #expect(Clock.now - begin < 5)
        for client in overTCP {
            #expect(client.isClosedByServer())
            #expect(try client.control(1).contains(where: \.isGoodbye))
            #expect(try client.control(3).contains(where: \.isGoodbye))
        }
        for (client, receivers) in overUDP {
            #expect(client.isClosedByServer())
            for receiver in receivers { #expect(receiver.receive { $0.goodbyes.count == 1 }) }
        }
        #expect(log.sessions(8).map { $0["reason"] } == Array(repeating: "server shutdown", count: 8))
        // All its ports are free, though the server object still lives.
        configuration.port = running.port
        configuration.rtpPort = running.rtpPort
        let next = try await Server.start(configuration, library: library, group: group, logger: log.logger)
        await next.shutdown()
        withExtendedLifetime(server) {}
        try await group.shutdownGracefully()
    }
}
