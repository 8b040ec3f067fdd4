import MediaCore
import NIOCore
import NIOPosix
import RTP
import TestSupport
import Testing

@testable import RTSPServer

@Suite struct SessionRegistryTests {
    @Test func ssrcsAreUniqueAndFreedWithTheirSession() {
        let registry = SessionRegistry(limit: 2)
        let ssrcs = (0..<1000).map { _ in registry.makeSSRC(for: "a") }
        #expect(Set(ssrcs).count == 1000)
        #expect(!ssrcs.contains(SSRC(0)))
        // Without an entry they find nobody.
        #expect(registry.session(ssrc: ssrcs[0]) == nil)
        registry.remove(id: "a", ssrcs: ssrcs, controlAddresses: [])
        #expect(registry.session(id: "a") == nil)
    }

    /// Two sessions whose RTCP comes from one address and port: it tells nothing, until one of them has gone.
    @Test func anAmbiguousAddressFindsNobody() async throws {
        try await withSessions(["a", "b"]) { registry in
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: 5001)
            let other = try SocketAddress(ipAddress: "127.0.0.1", port: 5003)
            registry.register(controlAddress: address, for: "a")
            #expect(registry.session(controlAddress: address)?.id == "a")
            #expect(registry.session(controlAddress: other) == nil)
            registry.register(controlAddress: address, for: "b")
            #expect(registry.session(controlAddress: address) == nil)
            registry.remove(id: "a", ssrcs: [], controlAddresses: [address])
            #expect(registry.session(controlAddress: address)?.id == "b")
        }
    }

    @Test func aReportFindsItsSession() async throws {
        try await withSessions(["a", "b"]) { registry in
            let first = registry.makeSSRC(for: "a")
            let second = registry.makeSSRC(for: "b")
            #expect(registry.session(ssrc: first)?.id == "a")
            #expect(registry.session(ssrc: second)?.id == "b")
            registry.remove(id: "a", ssrcs: [first], controlAddresses: [])
            #expect(registry.session(ssrc: first) == nil)
            #expect(registry.count == 1)
        }
    }

    @Test func theLimitHolds() async throws {
        try await withSessions(["a", "b", "c"], limit: 2) { registry in
            #expect(registry.count == 2)
            #expect(registry.isFull(for: nil))
            #expect(registry.session(id: "c") == nil)
        }
    }

    @Test func theLimitPerAddressHolds() async throws {
        try await withSessions(["a", "b", "c"], limitPerAddress: 2) { registry in
            #expect(registry.count == 2)
            let network = try PeerNetwork(SocketAddress(ipAddress: "127.0.0.1", port: 1))
            #expect(registry.isFull(for: network))
            #expect(!registry.isFull(for: try PeerNetwork(SocketAddress(ipAddress: "127.0.0.2", port: 1))))
            registry.remove(id: "a", ssrcs: [], controlAddresses: [])
            #expect(!registry.isFull(for: network))
            // Once more changes nothing.
            registry.remove(id: "a", ssrcs: [], controlAddresses: [])
            registry.remove(id: "b", ssrcs: [], controlAddresses: [])
            #expect(registry.count == 0)
        }
    }

    @Test func aStreamThatEndedFindsNobody() async throws {
        try await withSessions(["a"]) { registry in
            let ssrc = registry.makeSSRC(for: "a")
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: 5001)
            registry.register(controlAddress: address, for: "a")
            registry.release(ssrc: ssrc)
            registry.release(controlAddress: address, of: "a")
            #expect(registry.session(ssrc: ssrc) == nil)
            #expect(registry.session(controlAddress: address) == nil)
            #expect(registry.session(id: "a") != nil)
        }
    }

    /// A registry with sessions that do nothing.
    private func withSessions(
        _ ids: [String], limit: Int = 10, limitPerAddress: Int = 10,
        _ body: @escaping @Sendable (SessionRegistry) throws -> Void
    ) async throws {
        let registry = SessionRegistry(limit: limit, limitPerAddress: limitPerAddress)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        try await loop.submit {
            for id in ids {
                let session = try Self.session(id: id, eventLoop: loop)
                let isAdded = registry.add(
                    SessionRegistry.Entry(
                        id: id, network: PeerNetwork(session.peer), eventLoop: loop,
                        session: NIOLoopBound(session, eventLoop: loop)))
                #expect(isAdded == (registry.session(id: id) != nil))
            }
            try body(registry)
        }.get()
        try await group.shutdownGracefully()
    }

    private static func session(id: String, eventLoop: any EventLoop) throws -> ServerSession {
        let title = FakeTitle.small(seconds: 1)
        let context = ServerContext(
            library: FakeLibrary([:]), limits: Limits(), logger: LogRecord().logger, rtpPort: nil,
            allowsInterleaved: true)
        let loop = LoopContext(eventLoop: eventLoop, sockets: nil, limits: Limits())
        let peer = try SocketAddress(ipAddress: "127.0.0.1", port: 40_000)
        let connection = ConnectionHandler(server: context, loop: loop, peer: peer)
        return ServerSession(
            id: id, try OpenedTitle(title, TitleQuery()), path: Array("film.mp4".utf8), connection: connection,
            peer: peer, local: nil, loop: loop, context: context)
    }
}
