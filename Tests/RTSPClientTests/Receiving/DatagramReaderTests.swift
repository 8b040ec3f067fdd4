import MediaCore
import NIOCore
import NIOPosix
import RTP
import Testing

@testable import RTSPClient

/// Over real sockets.
@Suite struct DatagramReaderTests {
    private static let host = try? SocketAddress(ipAddress: "127.0.0.1", port: 0)

    private static func receiver(_ track: Int) -> StreamReceiver {
        StreamReceiver(
            Presentation.Stream(
                controlURL: "\(track)", media: "video", payloadType: 96, encodingName: "H264", clockRate: .video),
            sink: .meter(StreamMeter(clockRate: .video, epoch: .now)))
    }

    private static func sender() async throws -> any Channel {
        try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
    }

    private static func send(_ packet: [UInt8], from sender: any Channel, to port: UInt16) async throws {
        try await sender.writeAndFlush(
            AddressedEnvelope(
                remoteAddress: try SocketAddress(ipAddress: "127.0.0.1", port: Int(port)),
                data: ByteBuffer(bytes: packet))
        ).get()
    }

    /// Waits until `condition` holds, 5 s at most.
    private static func eventually(_ condition: () -> Bool) async throws -> Bool {
        for _ in 0..<500 {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return condition()
    }

    /// Several pairs on one reader; each stream gets its own packets, and everything is counted.
    @Test(arguments: [false, true], [false, true])
    func eachStreamGetsItsOwn(joinsSegments: Bool, keepsPayload: Bool) async throws {
        var configuration = DatagramReader.Configuration()
        configuration.joinsSegments = joinsSegments
        configuration.keepsPayload = keepsPayload
        let counter = PacketCounter()
        configuration.counter = counter
        let reader = try DatagramReader(configuration)
        let receivers = (0..<3).map { Self.receiver($0) }
        let local = try #require(Self.host)
        let pairs = try receivers.map {
            try DatagramPair.open(local: local, reader: reader, receiveBuffer: 1 << 20, receiver: $0)
        }
        #expect(Set(pairs.map(\.port)).count == 3)
        #expect(pairs.allSatisfy { $0.port % 2 == 0 })
        let sender = try await Self.sender()
        for number in UInt16(0)..<100 {
            for (track, pair) in pairs.enumerated() where number % UInt16(track + 1) == 0 {
                let packet = FilmScript.packet(track: UInt8(track), number: number) + [UInt8](repeating: 1, count: 500)
                try await Self.send(packet, from: sender, to: pair.port)
            }
        }
        try await Self.send(FilmScript.goodbye(track: 0), from: sender, to: pairs[0].port + 1)
        #expect(try await Self.eventually { counter.packets == 184 && receivers[0].hasEnded })
        #expect(receivers.map { $0.meter?.packets } == [100, 50, 34])
        #expect(receivers.map(\.hasEnded) == [true, false, false])
        #expect(counter.bytes == 184 * 520)
        #expect(pairs.map(\.drops) == [0, 0, 0])
        for pair in pairs { pair.close() }
        #expect(pairs[0].drops == nil)
        let use = await reader.stop()
        #expect(use.arrived == Arrived(packets: 184, bytes: 184 * 520))
        #expect(use.reads == 185)
        #expect(use.cpuSeconds > 0)
        try await sender.close()
    }

    /// The ports of a closed pair can be bound again, and its stream gets nothing more.
    @Test func aClosedPairIsGone() async throws {
        let reader = try DatagramReader()
        let receiver = Self.receiver(0)
        let local = try #require(Self.host)
        let pair = try DatagramPair.open(local: local, reader: reader, receiveBuffer: 0, receiver: receiver)
        pair.close()
        pair.close()
        // The reader closes it soon.
        var taken: (any Channel)?
        for _ in 0..<500 where taken == nil {
            taken = try? await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "127.0.0.1", port: Int(pair.port)).get()
            if taken == nil { try await Task.sleep(for: .milliseconds(10)) }
        }
        #expect(taken != nil)
        try await taken?.close()
        _ = await reader.stop()
    }

    /// What a stalled viewer's socket has no room for is counted as dropped there.
    @Test func aStalledStreamsPacketsAreDropsOfItsSocket() async throws {
        let reader = try DatagramReader()
        let receiver = Self.receiver(0)
        let local = try #require(Self.host)
        let pair = try DatagramPair.open(local: local, reader: reader, receiveBuffer: 4096, receiver: receiver)
        let sender = try await Self.sender()
        try await Self.send(FilmScript.packet(track: 0, number: 0), from: sender, to: pair.port)
        #expect(try await Self.eventually { receiver.meter?.packets == 1 })
        pair.stall()
        // The command is carried out once it was woken, at the latest after the next datagram.
        try await Task.sleep(for: .milliseconds(50))
        for number in UInt16(1)..<100 {
            let packet = FilmScript.packet(track: 0, number: number) + [UInt8](repeating: 1, count: 1000)
            try await Self.send(packet, from: sender, to: pair.port)
        }
        #expect(try await Self.eventually { (pair.drops ?? 0) > 50 })
        #expect((receiver.meter?.packets ?? 0) < 50)
        pair.close()
        _ = await reader.stop()
        try await sender.close()
    }
}
