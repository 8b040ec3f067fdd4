import Delivery
import Glibc
import MediaCore
import NIOCore
import RTPPayload
import Testing

@testable import RTSPServer

/// The send path alone: no server, no session.
@Suite(.serialized) struct DatagramSenderTests {
    /// Counts what becomes of its datagrams.
    private final class Owner: DatagramOwner {
        var sent = 0
        var errors: [CInt] = []
        func departed(line: Int, packets: Int, error: CInt?) {
            if let error { errors += Array(repeating: error, count: packets) } else { sent += packets }
        }
    }

    private static func sender() throws -> DatagramSender {
        let address = try SocketAddress(ipAddress: "0.0.0.0", port: 0)
        let pair = try DatagramPorts.open(at: address, loops: 1, sendBuffer: 1 << 20).pairs[0]
        close(pair.control)
        return DatagramSender(descriptor: pair.media)
    }

    private static func route(_ host: String, _ port: Int) throws -> DatagramRoute {
        DatagramRoute(destination: try SocketAddress(ipAddress: host, port: port), source: nil)
    }

    /// A run whose packets begin with their number.
    private static func run(_ first: Int, packets: Int, size: Int = 1000, last: Int = 600) -> DemandQueue.Departure {
        var buffer = ByteBuffer()
        for index in 0..<packets {
            buffer.writeInteger(UInt32(first + index))
            buffer.writeRepeatingByte(7, count: (index == packets - 1 ? last : size) - 4)
        }
        let run = PacketRun(offset: 0, count: Int32(packets), packetSize: Int32(size), lastPacketSize: Int32(last))
        var batch = Batch(buffer: buffer)
        batch.runs = [run]
        batch.trains = [
            PacketTrain(
                unit: .init(
                    track: 0, decodeTime: .zero, presentationTime: .zero, duration: .zero, isRandomAccessPoint: true),
                runs: 0..<1, packets: Int32(packets), bytes: Int32((packets - 1) * size + last))
        ]
        var queue = DemandQueue(tracks: [0], limits: .standard)
        _ = queue.demand()
        _ = queue.receive(batch, generation: 0, pool: nil)
        guard let departure = queue.depart(line: 0, limit: packets, prefix: 0) else {
            preconditionFailure("a run departs")
        }
        return departure
    }

    private static func numbers(_ receiver: DatagramReceiver) -> [UInt32] {
        receiver.media.map { $0.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
    }

    @Test func aRunArrivesAsItsPackets() throws {
        let sender = try Self.sender()
        let receiver = try DatagramReceiver()
        let owner = Owner()
        sender.enqueue(Self.run(10, packets: 20), route: try Self.route("127.0.0.1", receiver.mediaPort), owner: owner)
        #expect(sender.hasPending)
        sender.flush()
        #expect(!sender.hasPending && owner.sent == 20)
        receiver.receive { $0.media.count >= 20 }
        #expect(Self.numbers(receiver) == Array(10..<30))
        #expect(receiver.media.map(\.bytes.count) == Array(repeating: 1000, count: 19) + [600])
    }

    /// Destinations that the kernel refuses, among good ones in one batch.
    @Test func aRefusedDestinationHarmsNobodyElse() throws {
        let sender = try Self.sender()
        let good = try (0..<10).map { _ in try DatagramReceiver() }
        let goodOwners = good.map { _ in Owner() }
        let routes = try good.map { try Self.route("127.0.0.1", $0.mediaPort) }
        // Port 0: EINVAL. Class E: EINVAL or ENETUNREACH. Broadcast without SO_BROADCAST: EACCES.
        let bad = [
            try Self.route("127.0.0.1", 0), try Self.route("240.0.0.1", 5000), try Self.route("255.255.255.255", 5000),
        ]
        let badOwners = bad.map { _ in Owner() }
        for round in 0..<20 {
            for index in 0..<10 {
                sender.enqueue(Self.run(round * 5, packets: 5), route: routes[index], owner: goodOwners[index])
                if index % 4 == 0 {
                    sender.enqueue(Self.run(round * 5, packets: 5), route: bad[index / 4], owner: badOwners[index / 4])
                }
            }
            sender.flush()
            #expect(!sender.hasPending)
            for receiver in good { receiver.receive { $0.media.count >= 5 * (round + 1) } }
        }
        for (receiver, owner) in zip(good, goodOwners) {
            #expect(Self.numbers(receiver) == Array(0..<100))
            #expect(owner.sent == 100 && owner.errors.isEmpty)
        }
        #expect(badOwners[0].sent == 0 && badOwners[0].errors == Array(repeating: EINVAL, count: 100))
        #expect(badOwners[2].sent == 0 && badOwners[2].errors == Array(repeating: EACCES, count: 100))
        // What class E says is the host's business: but it is said of these alone, and all of them are accounted for.
        #expect(badOwners[1].sent + badOwners[1].errors.count == 100)
    }

    @Test func withoutSegmentationTheSamePacketsLeave() throws {
        let sender = try Self.sender()
        let receiver = try DatagramReceiver()
        let owner = Owner()
        let route = try Self.route("127.0.0.1", receiver.mediaPort)
        route.takesSegments = false
        sender.enqueue(Self.run(0, packets: 20), route: route, owner: owner)
        sender.enqueue(Self.run(20, packets: 1), route: route, owner: owner)
        sender.flush()
        receiver.receive { $0.media.count >= 21 }
        #expect(Self.numbers(receiver) == Array(0..<21))
        #expect(receiver.media[18...].map(\.bytes.count) == [1000, 600, 600])
        #expect(owner.sent == 21 && owner.errors.isEmpty)
    }

    /// A run that the kernel cannot segment (UDP_SEGMENT takes no datagram above the MTU: 65,536 on loopback, so there it is the number of
    /// segments that is too large) goes out one by one, and so does all that follows on the route.
    @Test func aRefusedSegmentedSendIsRepeatedInSingles() throws {
        let sender = try Self.sender()
        let receiver = try DatagramReceiver()
        let owner = Owner()
        let route = try Self.route("127.0.0.1", receiver.mediaPort)
        // UDP_MAX_SEGMENTS is 64, or 128 since Linux 6.9.
        sender.enqueue(Self.run(0, packets: 200, size: 100, last: 50), route: route, owner: owner)
        sender.flush()
        receiver.receive { $0.media.count >= 200 }
        #expect(Self.numbers(receiver) == Array(0..<200))
        #expect(!route.takesSegments)
        #expect(owner.sent == 200 && owner.errors.isEmpty)
    }

    /// The socket's own buffer is full: everything waits, nothing is lost, nothing changes its place.
    ///
    /// UDP's never is on loopback, where a datagram counts as sent once it is queued at the receiver; so the socket here is a local one of
    /// sequenced packets, which ignores destinations and refuses as UDP does.
    @Test func whenTheSocketIsFullEverythingWaits() throws {
        var pair: [CInt] = [-1, -1]
        let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        try #require(socketpair(AF_UNIX, type, 0, &pair) == 0)
        defer { close(pair[1]) }
        var least: CInt = 1
        setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &least, socklen_t(MemoryLayout<CInt>.size))
        let sender = DatagramSender(descriptor: pair[0])
        let owner = Owner()
        let route = try Self.route("127.0.0.1", 5000)
        route.takesSegments = false
        for first in stride(from: 0, to: 300, by: 3) {
            sender.enqueue(Self.run(first, packets: 3), route: route, owner: owner)
        }
        sender.flush()
        #expect(sender.isBlocked && sender.hasPending && owner.sent < 300)
        sender.flush()
        #expect(sender.isBlocked)
        var received: [UInt32] = []
        var buffer = [UInt8](repeating: 0, count: 2000)
        for _ in 0..<1000 where received.count < 300 {
            while recv(pair[1], &buffer, buffer.count, 0) > 0 {
                received.append(buffer.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
            }
            sender.flush()
        }
        #expect(received == Array(0..<300))
        #expect(owner.sent == 300 && owner.errors.isEmpty)
        #expect(!sender.isBlocked && !sender.hasPending)
    }

    @Test func anOwnerThatHasGoneIsNotMissed() throws {
        let sender = try Self.sender()
        let receiver = try DatagramReceiver()
        sender.enqueue(Self.run(0, packets: 3), route: try Self.route("127.0.0.1", receiver.mediaPort), owner: Owner())
        sender.enqueue(control: [1, 2, 3], route: try Self.route("127.0.0.1", receiver.mediaPort))
        sender.enqueue(control: [], route: try Self.route("127.0.0.1", receiver.mediaPort))
        sender.flush()
        receiver.receive { $0.media.count >= 4 }
        #expect(receiver.media.map(\.bytes.count) == [1000, 1000, 600, 3])
    }

    @Test func theSourceAddressIsTheRoutes() throws {
        let sender = try Self.sender()
        let receiver = try DatagramReceiver()
        let route = DatagramRoute(
            destination: try SocketAddress(ipAddress: "127.0.0.1", port: receiver.mediaPort),
            source: try SocketAddress(ipAddress: "127.0.0.9", port: 1))
        sender.enqueue(Self.run(0, packets: 5), route: route, owner: Owner())
        sender.flush()
        receiver.receive { $0.media.count >= 5 }
        #expect(receiver.media.map(\.source.ipAddress) == Array(repeating: "127.0.0.9", count: 5))
    }
}
