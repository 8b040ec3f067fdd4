import MediaCore
import NIOCore
import NIOPosix
import Testing

@testable import RTSPServer

/// What the kernel may hold of a viewer's stream over TCP.
@Suite struct SendBufferTests {
    @Test(
        "half a second of the stream, within bounds",
        arguments: [
            (nil, 131_072, nil), (0, 131_072, 131_072), (60_000, 131_072, 131_072), (300_000, 150_000, 150_000),
            (1_000_000, 500_000, nil), (100_000_000, 4_194_304, nil), (.max, 4_194_304, nil),
        ] as [(Int?, Int, Int?)])
    func sizes(bytesPerSecond: Int?, unsent: Int, total: Int?) {
        let buffer = SendBuffer(bytesPerSecond: bytesPerSecond, limits: Limits())
        #expect(buffer.unsent == unsent)
        #expect(buffer.total == total)
    }

    @Test("what a connection carries first does not bind what comes later")
    func joined() {
        let small = SendBuffer(bytesPerSecond: 60_000, limits: Limits())
        let middle = SendBuffer(bytesPerSecond: 300_000, limits: Limits())
        let large = SendBuffer(bytesPerSecond: 2_000_000, limits: Limits())
        #expect(small.joined(with: middle) == middle && middle.joined(with: small) == middle)
        #expect(small.joined(with: large) == large && large.joined(with: middle) == large)
    }

    @Test("the kernel is told, once the connection is there")
    func applied() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let buffer = SendBuffer(bytesPerSecond: 300_000, limits: Limits())
        let accepted = group.next().makePromise(of: [Int].self)
        let server = try await ServerBootstrap(group: group).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                buffer.apply(to: channel)
                let options = try #require(channel.syncOptions)
                let unsent = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 25))
                accepted.succeed(
                    [Int(try options.getOption(unsent)), Int(try options.getOption(.socketOption(.so_sndbuf)))])
            }
        }.bind(host: "127.0.0.1", port: 0).get()
        let client = try await ClientBootstrap(group: group).connect(to: try #require(server.localAddress)).get()
        // The kernel doubles a send buffer for its own books (socket(7)).
        #expect(try await accepted.futureResult.get() == [150_000, 300_000])
        try await client.close()
        try await server.close()
    }
}
