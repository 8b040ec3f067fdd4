import Delivery
import Glibc
import MediaCore
import NIOCore
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// A channel that is sent to a group, on the loopback interface alone.
@Suite(.serialized) struct MulticastTests {
    private static let film = FakeTitle.small(seconds: 60)

    private func run(_ group: MulticastGroup, _ body: (RunningServer, String) async throws -> Void) async throws {
        try await RunningServer.run(
            FakeLibrary(["film.mp4": Self.film]), threads: 2,
            configure: {
                $0.channels = [
                    ChannelConfiguration(name: "one", source: FakeChannelSource(title: Self.film), group: group)
                ]
            },
            body: { server in try await body(server, server.uri("channels/one")) })
    }

    private func group(port: UInt16, isSourceSpecific: Bool = false) -> MulticastGroup {
        MulticastGroup(
            address: isSourceSpecific ? "232.7.7.7" : "239.7.7.7", port: port, ttl: 0, source: "127.0.0.1",
            isSourceSpecific: isSourceSpecific)
    }

    @Test func sdpTellsTheGroup() async throws {
        try await run(group(port: 21_000, isSourceSpecific: true)) { server, uri in
            let reply = try server.connect().request("DESCRIBE", uri)
            let text = String(decoding: reply.body, as: UTF8.self)
            #expect(text.contains("m=video 21000 RTP/AVP 96\r\nc=IN IP4 232.7.7.7/0\r\n"))
            #expect(text.contains("m=audio 21002 RTP/AVP 97\r\nc=IN IP4 232.7.7.7/0\r\n"))
            #expect(text.contains("a=source-filter: incl IN IP4 232.7.7.7 127.0.0.1\r\n"))
        }
    }

    /// Two who join get the same packets from one sending; a third over TCP and a fourth over unicast UDP watch the same channel. When those of
    /// the group are gone nothing is sent there any more.
    @Test(arguments: [false, true])
    func oneSendingForAll(_ isSourceSpecific: Bool) async throws {
        let port: UInt16 = isSourceSpecific ? 21_010 : 21_020
        try await run(group(port: port, isSourceSpecific: isSourceSpecific)) { server, uri in
            let ears = try (0..<2).map {
                try GroupReceiver(
                    group: group(port: port, isSourceSpecific: isSourceSpecific), port: Int(port) + 2 * $0)
            }
            let clients = try (0..<2).map { _ in try server.connect() }
            for client in clients {
                for track in 0..<2 {
                    let reply = try client.request(
                        "SETUP", "\(uri)/trackID=\(track)", ["Transport: RTP/AVP;multicast"])
                    let spec = try #require(try reply.headers.typed(TransportHeader.self)?.specs.first)
                    #expect(spec.isMulticast)
                    #expect(spec.destination == (isSourceSpecific ? "232.7.7.7" : "239.7.7.7"))
                    #expect(spec.source == (isSourceSpecific ? "127.0.0.1" : nil))
                    #expect(spec.port == PortPair(rtp: port + UInt16(2 * track), rtcp: port + UInt16(2 * track) + 1))
                    #expect(spec.ttl == 0)
                }
            }
            let told = try clients[0].play(uri)
            try ears[0].read(until: 60)
            try ears[1].read(until: 40)
            for track in 0..<2 {
                let headers = try ears[track].media.map { try RTPHeader(parsing: $0.span.bytes) }
                #expect(areConsecutive(headers))
                #expect(headers.first?.sequenceNumber.rawValue == told[track].seq)
            }
            // The second one changes nothing.
            let second = try clients[1].play(uri)
            #expect(second.count == 2)
            let stream = try server.connect()
            _ = try stream.setupInterleaved(uri)
            _ = try stream.play(uri)
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            let datagram = try server.connect()
            _ = try datagram.setupDatagram(uri, receivers)
            _ = try datagram.play(uri)
            try #require(try stream.receive { $0.frames.count > 60 })
            try #require(receivers[0].receive { $0.media.count > 30 })
            try ears[0].read(until: ears[0].media.count + 60)
            #expect(areConsecutive(try ears[0].media.map { try RTPHeader(parsing: $0.span.bytes) }))
            let known = Set(ears[0].media)
            #expect(receivers[0].media.count { known.contains($0.bytes) } > 20)
            for client in clients { #expect(try client.request("TEARDOWN", uri).status == .ok) }
            Clock.sleep(0.2)
            try ears[0].drain()
            let count = ears[0].media.count
            Clock.sleep(0.5)
            try ears[0].drain()
            #expect(ears[0].media.count == count)
            // The others go on.
            let frames = stream.frames.count
            #expect(try stream.receive { $0.frames.count > frames + 50 })
        }
    }

    /// Without a group, and of files, multicast is refused, so that clients go on to another transport.
    @Test func whoHasNoGroupRefuses() async throws {
        try await run(group(port: 21_030)) { server, _ in
            let client = try server.connect()
            let reply = try client.request("SETUP", server.uri() + "/trackID=0", ["Transport: RTP/AVP;multicast"])
            #expect(reply.status == .unsupportedTransport)
        }
    }

    /// A group that cannot be sent to is said in the log; the channel is there without.
    @Test(arguments: ["192.0.2.1", "no address", "239.7.7.7"])
    func badGroups(_ address: String) async throws {
        let group = MulticastGroup(address: address, port: 21_041, source: "127.0.0.1")
        try await run(group) { server, uri in
            let reply = try server.connect().request("DESCRIBE", uri)
            #expect(reply.status == .ok)
            #expect(!String(decoding: reply.body, as: UTF8.self).contains("c=IN IP4 \(address)"))
            #expect(server.log.all.contains { $0.message == "no multicast" })
        }
    }
}

/// A socket that has joined a group on the loopback interface.
private final class GroupReceiver {
    private(set) var media: [[UInt8]] = []
    private let descriptor: CInt

    init(group: MulticastGroup, port: Int) throws {
        let address = try SocketAddress(ipAddress: group.address, port: port)
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ClientFailure.system("socket", errno) }
        var on: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        var size: CInt = 4 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        guard address.withSockAddr({ bind(descriptor, $0, socklen_t($1)) }) == 0 else {
            throw ClientFailure.system("bind", errno)
        }
        let (multicast, local) = (inet_addr(group.address), inet_addr("127.0.0.1"))
        // ip(7): struct ip_mreq, and struct ip_mreq_source with the source behind it.
        let request = [multicast, local] + (group.isSourceSpecific ? [local] : [])
        let option = group.isSourceSpecific ? IP_ADD_SOURCE_MEMBERSHIP : IP_ADD_MEMBERSHIP
        let result = setsockopt(descriptor, CInt(IPPROTO_IP), option, request, socklen_t(4 * request.count))
        guard result == 0 else { throw ClientFailure.system("join", errno) }
    }

    deinit { close(descriptor) }

    func read(until count: Int) throws {
        let deadline = Clock.now + 10
        while media.count < count {
            guard Poll.isReadable([descriptor], until: deadline)[0] else { throw ClientFailure.silence }
            try drain()
        }
    }

    func drain() throws {
        while Poll.isReadable([descriptor], until: Clock.now)[0] {
            var buffer = [UInt8](repeating: 0, count: 2048)
            let size = recv(descriptor, &buffer, buffer.count, 0)
            guard size > 0 else { throw ClientFailure.system("recv", errno) }
            media.append(Array(buffer[..<size]))
        }
    }
}
