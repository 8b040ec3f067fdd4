package import Delivery
import Glibc
package import Logging
import MediaCore
package import NIOCore
package import NIOPosix

/// The RTSP server: listener, shared UDP ports, and an event loop's worth of viewers per core.
package final class Server: Sendable {
    package struct Configuration: Sendable {
        /// An address or a name; `::` serves IPv4 too.
        package var host = "::"
        /// TCP port; 0 picks one.
        package var port = 8554
        /// UDP port of RTP, even; RTCP has the next. 0 picks a free pair; nil turns UDP off.
        package var rtpPort: Int? = 6970
        package var allowsInterleaved = true
        package var limits = Limits()
        /// Shared timelines, at `rtsp://host/channels/<name>`.
        package var channels: [ChannelConfiguration] = []

        package init() {}
    }

    private let context: ServerContext
    private let loops: [NIOLoopBound<LoopContext>]
    private let listener: any Channel
    private let datagramChannels: [any Channel]
    /// As bound.
    package let address: SocketAddress
    /// RTSP sessions now.
    package var sessionCount: Int { context.registry.count }
    /// Nil if UDP is off.
    package var rtpPort: Int? { context.rtpPort }

    private init(
        context: ServerContext, loops: [NIOLoopBound<LoopContext>], listener: any Channel,
        datagramChannels: [any Channel], address: SocketAddress
    ) {
        self.context = context
        self.loops = loops
        self.listener = listener
        self.datagramChannels = datagramChannels
        self.address = address
    }

    /// Opens the ports and serves.
    /// - Throws: `StartError` with one line for a person: a port is taken, a host unknown.
    package static func start(
        _ configuration: Configuration, library: any MediaLibrary, group: MultiThreadedEventLoopGroup, logger: Logger
    ) async throws -> Server {
        let address = try resolve(configuration.host, port: configuration.port)
        let eventLoops = Array(group.makeIterator())
        var descriptors: (pairs: [LoopDescriptors], port: Int)?
        if let rtpPort = configuration.rtpPort {
            guard rtpPort % 2 == 0, (0..<65_535).contains(rtpPort) else {
                throw StartError("the RTP port must be even")
            }
            var datagramAddress = address
            datagramAddress.port = rtpPort
            descriptors = try DatagramPorts.open(
                at: datagramAddress, loops: eventLoops.count, sendBuffer: configuration.limits.datagramSendBuffer)
        }
        let context = ServerContext(
            library: library, limits: configuration.limits, logger: logger, rtpPort: descriptors?.port,
            allowsInterleaved: configuration.allowsInterleaved)
        var datagramChannels: [any Channel] = []
        var loops: [NIOLoopBound<LoopContext>] = []
        for (index, eventLoop) in eventLoops.enumerated() {
            let pair = descriptors?.pairs[index]
            if let pair {
                datagramChannels += try await receive(on: pair, eventLoop: eventLoop, registry: context.registry)
            }
            loops.append(try await makeLoop(eventLoop, pair: pair, limits: configuration.limits))
        }
        do {
            try await context.openChannels(configuration.channels, on: loops)
            let listener = try await listen(at: address, group: group, context: context, loops: loops)
            return Server(
                context: context, loops: loops, listener: listener, datagramChannels: datagramChannels,
                address: listener.localAddress ?? address)
        } catch {
            for channel in datagramChannels { try? await channel.close() }
            throw StartError("cannot listen on \(configuration.host) port \(configuration.port): \(reason(error))")
        }
    }

    /// A host without IPv6 serves IPv4 alone.
    private static func resolve(_ host: String, port: Int) throws -> SocketAddress {
        do {
            let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
            guard host == "::" else { return address }
            let probe = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
            guard probe >= 0 else { return try SocketAddress(ipAddress: "0.0.0.0", port: port) }
            close(probe)
            return address
        } catch {
            throw StartError("unknown host \(host)")
        }
    }

    private static func reason(_ error: any Error) -> String {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }

    /// NIO receives on the sockets; the loop sends on duplicates of their descriptors, so that no viewer's error can close them.
    private static func makeLoop(
        _ eventLoop: any EventLoop, pair: LoopDescriptors?, limits: Limits
    ) async throws -> NIOLoopBound<LoopContext> {
        try await eventLoop.submit {
            var sockets: LoopSockets?
            if let pair {
                let media = fcntl(pair.media, F_DUPFD_CLOEXEC, 0)
                let control = fcntl(pair.control, F_DUPFD_CLOEXEC, 0)
                guard media >= 0, control >= 0 else { throw StartError("too many open files") }
                sockets = LoopSockets(
                    media: DatagramSender(descriptor: media), control: DatagramSender(descriptor: control))
            }
            return NIOLoopBound(
                LoopContext(eventLoop: eventLoop, sockets: sockets, limits: limits), eventLoop: eventLoop)
        }.get()
    }

    private static func receive(
        on pair: LoopDescriptors, eventLoop: any EventLoop, registry: SessionRegistry
    ) async throws -> [any Channel] {
        let media = try await DatagramBootstrap(group: eventLoop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(DatagramSink()) }
        }.withBoundSocket(pair.media).get()
        let control = try await DatagramBootstrap(group: eventLoop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(ReportReceiver(registry: registry))
            }
        }.withBoundSocket(pair.control).get()
        return [media, control]
    }

    private static func listen(
        at address: SocketAddress, group: MultiThreadedEventLoopGroup, context: ServerContext,
        loops: [NIOLoopBound<LoopContext>]
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops.first(where: { $0.eventLoop === channel.eventLoop })?.value,
                        context.connections.add(
                            channel, limit: context.limits.connections,
                            limitPerAddress: context.limits.connectionsPerAddress)
                    else {
                        context.logger.notice(
                            "connection limit reached",
                            metadata: ["connection": "\(channel.remoteAddress, default: "unknown")"])
                        throw ChannelError.operationUnsupported
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        ConnectionHandler(server: context, loop: loop, peer: channel.remoteAddress))
                }
            }
            .bind(to: address).get()
    }

    /// BYE to every viewer, then everything is closed.
    package func shutdown() async {
        try? await listener.close()
        await closeSessions()
        let closing = context.connections.all.map { $0.close() }
        for close in closing { try? await close.get() }
        // Those whose SETUP was under way.
        await closeSessions()
        for channel in context.channels.all { try? await channel.close().get() }
        for loop in loops {
            _ = try? await loop.eventLoop.submit { loop.value.stop() }.get()
        }
        for channel in datagramChannels { try? await channel.close() }
    }

    private func closeSessions() async {
        for loop in loops {
            let ending = loop.eventLoop.submit { [context] in
                for entry in context.registry.all where entry.eventLoop === loop.eventLoop {
                    entry.session.value.close(reason: "server shutdown")
                }
            }
            try? await ending.get()
        }
    }
}
