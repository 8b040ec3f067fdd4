import Delivery
import MediaCore
import NIOCore
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// Sessions that watch a channel, over real sockets.
@Suite(.serialized) struct ChannelSessionTests {
    private static let film = FakeTitle.small(seconds: 60)

    private func run(
        _ title: FakeTitle = film, limits: ChannelLimits = .standard, threads: Int = 2,
        _ body: (RunningServer, String) async throws -> Void
    ) async throws {
        try await RunningServer.run(
            FakeLibrary([:]), threads: threads,
            configure: {
                $0.channels = [
                    ChannelConfiguration(name: "one", source: FakeChannelSource(title: title), limits: limits),
                    ChannelConfiguration(name: "broken", source: FakeChannelSource(failure: .unreadable("no entry"))),
                ]
            },
            body: { server in try await body(server, server.uri("channels/one")) })
    }

    @Test func itIsDescribedAsLive() async throws {
        try await run { server, uri in
            let client = try server.connect()
            let reply = try client.request("DESCRIBE", uri, ["Accept: application/sdp"])
            #expect(reply.status == .ok)
            let text = String(decoding: reply.body, as: UTF8.self)
            #expect(text.contains("a=range:npt=now-\r\n"))
            #expect(text.contains("s=one\r\n"))
            #expect(!text.contains("npt=0-"))
            #expect(try client.request("DESCRIBE", server.uri("channels/two")).status == .notFound)
            #expect(try client.request("DESCRIBE", server.uri("channels")).status == .notFound)
            #expect(try client.request("DESCRIBE", server.uri("channels/broken")).status != .ok)
        }
    }

    /// Over UDP and TCP, on different loops, at once: the same SSRCs, the same bytes; RTP-Info true for each.
    @Test func viewersOfAllKindsShareIt() async throws {
        try await run { server, uri in
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            let datagram = try server.connect()
            let specs = try datagram.setupDatagram(uri, receivers)
            let info = try datagram.play(uri)
            try #require(receivers[0].receive { $0.media.count > 60 })
            let streams = try (0..<4).map { _ in try server.connect() }
            for client in streams {
                #expect(try client.setupInterleaved(uri).map(\.ssrc) == specs.map(\.ssrc))
                let reply = try client.request("PLAY", uri, ["Range: npt=0-"])
                #expect(reply.headers["Range"] == "npt=now-")
                let told = try #require(try reply.headers.typed(RTPInfoHeader.self)).streams
                try #require(try client.receive { Set($0.frames.map(\.id)).isSuperset(of: [0, 1, 2, 3]) })
                for track in 0..<2 {
                    let frame = try #require(client.frames.first { $0.id == 2 * track })
                    #expect(try frame.header.sequenceNumber.rawValue == told[track].seq)
                    // A report before the first packet.
                    let order = client.frames.map(\.id)
                    #expect(
                        try #require(order.firstIndex(of: UInt8(2 * track + 1))) < #require(
                            order.firstIndex(of: UInt8(2 * track))))
                }
            }
            for client in streams { try #require(try client.receive { $0.frames.count > 300 }) }
            for track in 0..<2 {
                receivers[track].receive(for: 0.1)
                #expect(try receivers[track].media.first?.header.sequenceNumber.rawValue == info[track].seq)
                #expect(areConsecutive(try receivers[track].media.map { try $0.header }))
                let known = Dictionary(
                    try receivers[track].media.map { (try $0.header.sequenceNumber, $0.bytes) },
                    uniquingKeysWith: { $1 })
                for client in streams {
                    let frames = client.frames.filter { $0.id == 2 * track }
                    #expect(areConsecutive(try frames.map { try $0.header }))
                    let shared = try frames.filter { known[try $0.header.sequenceNumber] == $0.payload }
                    #expect(shared.count > 20)
                }
            }
            for client in streams { #expect(try client.request("TEARDOWN", uri).status == .ok) }
            #expect(try datagram.request("TEARDOWN", uri).status == .ok)
            #expect(receivers[0].receive { $0.goodbyes.count == 1 })
        }
    }

    /// Reports keep a session alive by their address: the SSRC is everybody's.
    @Test func reportsAreMatchedByAddress() async throws {
        try await RunningServer.run(
            FakeLibrary([:]), threads: 1,
            configure: {
                $0.channels = [ChannelConfiguration(name: "one", source: FakeChannelSource(title: Self.film))]
                $0.limits.sessionTimeout = .seconds(2)
            },
            body: { server in
                let uri = server.uri("channels/one")
                let clients = try (0..<2).map { _ in try server.connect() }
                let receivers = try (0..<2).map { _ in [try DatagramReceiver(), try DatagramReceiver()] }
                for (client, receivers) in zip(clients, receivers) {
                    _ = try client.setupDatagram(uri, receivers)
                    _ = try client.play(uri)
                    try #require(receivers[0].receive { $0.media.count > 5 })
                }
                let ssrc = try #require(try receivers[0][0].media.first?.header.ssrc.rawValue)
                for _ in 0..<10 {
                    Clock.sleep(0.5)
                    try receivers[0][0].send(receiverReport(of: ssrc), to: server.rtpPort + 1)
                }
                #expect(server.server.sessionCount == 1)
                #expect(server.log.sessions(1).first?["reason"] == "timeout")
            })
    }

    @Test func pauseAndPlayGoesOnLive() async throws {
        try await run { server, uri in
            let client = try server.connect()
            _ = try client.setupInterleaved(uri)
            _ = try client.play(uri)
            try #require(try client.receive { $0.frames.count > 50 })
            #expect(try client.request("PAUSE", uri).status == .ok)
            try client.receive(within: 0.3) { _ in false }
            let count = client.frames.count
            try client.receive(within: 0.5) { _ in false }
            #expect(client.frames.count == count)
            let told = try client.play(uri, "npt=3.5-")
            try #require(try client.receive { $0.framesSinceReply.count > 50 })
            let frame = try #require(client.framesSinceReply.first { $0.id == 0 })
            #expect(try frame.header.sequenceNumber.rawValue == told[0].seq)
            #expect(Self.film.units[frame.identity.unit].unit.isRandomAccessPoint)
        }
    }

    /// A track goes and comes, here over another transport.
    @Test func aTrackGoesAndComes() async throws {
        try await run { server, uri in
            let client = try server.connect()
            _ = try client.setupInterleaved(uri)
            _ = try client.play(uri)
            try #require(try client.receive { $0.frames.count > 50 })
            #expect(try client.request("TEARDOWN", uri + "/trackID=1").status == .ok)
            let end = client.framesSinceReply.count
            try #require(try client.receive { $0.framesSinceReply.count > end + 20 })
            #expect(!client.framesSinceReply.contains { $0.id == 2 })
            let setup = ["Transport: RTP/AVP/TCP;unicast;interleaved=4-5"]
            #expect(try client.request("SETUP", uri + "/trackID=1", setup).status == .ok)
            #expect(try client.request("PLAY", uri).status == .ok)
            try #require(try client.receive { $0.framesSinceReply.contains { $0.id == 4 } })
            let video = try client.frames.filter { $0.id == 0 }.map { try $0.header }
            #expect(areConsecutive(video))
        }
    }

    /// One who stops reading is disconnected after a while; nobody else notices.
    @Test func whoTakesNothingIsDisconnected() async throws {
        let title = FakeTitle.film(seconds: 30, keyPackets: 60, packets: 25)
        let limits = ChannelLimits(windowTime: .seconds(2), windowBytes: 8 << 20, joinBurst: 4, stallTime: .seconds(2))
        try await run(title, limits: limits) { server, uri in
            let good = try server.connect()
            _ = try good.setupInterleaved(uri)
            _ = try good.play(uri)
            let stuck = try server.connect(receiveBuffer: 4096)
            _ = try stuck.setupInterleaved(uri)
            _ = try stuck.play(uri)
            try #require(try good.receive(within: 20) { _ in server.log.sessions.count == 1 })
            #expect(server.log.sessions(1).first?["reason"] == "takes nothing")
            #expect(stuck.isClosedByServer())
            for id in [UInt8(0), 2] {
                #expect(areConsecutive(try good.frames.filter { $0.id == id }.map { try $0.header }))
            }
            #expect(try good.request("OPTIONS", uri).status == .ok)
        }
    }

    @Test func theEndIsSaidToAll() async throws {
        try await run(FakeTitle.small(seconds: 2)) { server, uri in
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            let datagram = try server.connect()
            _ = try datagram.setupDatagram(uri, receivers)
            _ = try datagram.play(uri)
            let stream = try server.connect()
            _ = try stream.setupInterleaved(uri)
            _ = try stream.play(uri)
            for receiver in receivers { #expect(receiver.receive { $0.goodbyes.count == 1 }) }
            #expect(
                try stream.receive { client in
                    try client.control(1).contains(where: \.isGoodbye) && client.control(3).contains(where: \.isGoodbye)
                })
            #expect(receivers[0].media.count == 2 * (4 + 24 * 2))
            // Another PLAY begins it anew.
            #expect(try datagram.request("PLAY", uri).status == .ok)
            let count = receivers[0].media.count
            #expect(receivers[0].receive { $0.media.count > count + 20 })
        }
    }

    /// Packets of a whole `FakeTitle.small(seconds: 2)`'s first track.
    private static let pictures = 2 * (4 + 24 * 2)

    private static func isOver(_ client: RawConnection) throws -> Bool {
        try client.control(1).contains(where: \.isGoodbye) && client.control(3).contains(where: \.isGoodbye)
    }

    /// A session of a channel that is over and replaced cannot play it, and disturbs nobody who watches the new one.
    @Test func aSessionOfAReplacedChannel() async throws {
        try await run(FakeTitle.small(seconds: 2)) { server, uri in
            let old = try server.connect()
            _ = try old.setupInterleaved(uri)
            _ = try old.play(uri)
            try #require(try old.receive { try Self.isOver($0) })
            let new = try server.connect()
            _ = try new.setupInterleaved(uri)
            _ = try new.play(uri)
            #expect(try old.request("PLAY", uri).status == .notFound)
            #expect(try server.connect().request("DESCRIBE", uri).status == .ok)
            try #require(try new.receive { try Self.isOver($0) })
            #expect(new.frames.count { $0.id == 0 } == Self.pictures)
        }
    }

    /// Somebody plays it again who was there at its end: it is on the air, and a DESCRIBE does not replace it.
    @Test func aSecondShowingIsNotReplaced() async throws {
        try await run(FakeTitle.small(seconds: 2)) { server, uri in
            let client = try server.connect()
            _ = try client.setupInterleaved(uri)
            _ = try client.play(uri)
            try #require(try client.receive { try Self.isOver($0) })
            _ = try client.play(uri)
            #expect(try server.connect().request("DESCRIBE", uri).status == .ok)
            try #require(
                try client.receive { client in
                    try client.control(1).count(where: \.isGoodbye) == 2
                        && client.control(3).count(where: \.isGoodbye) == 2
                })
            #expect(client.frames.count { $0.id == 0 } == 2 * Self.pictures)
        }
    }

    /// The only stream of a session gets another transport while it plays.
    @Test func theOnlyStreamChangesItsTransport() async throws {
        try await run { server, uri in
            let client = try server.connect()
            let setup = { (ids: String) in
                try client.request("SETUP", uri + "/trackID=1", ["Transport: RTP/AVP/TCP;unicast;interleaved=\(ids)"])
            }
            #expect(try setup("0-1").status == .ok)
            #expect(try client.request("PLAY", uri).status == .ok)
            try #require(try client.receive { $0.frames.count > 20 })
            #expect(try setup("4-5").status == .ok)
            #expect(try client.request("PLAY", uri).status == .ok)
            try #require(try client.receive { $0.framesSinceReply.count { $0.id == 4 } > 20 })
            #expect(try client.request("TEARDOWN", uri + "/trackID=1").status == .ok)
            #expect(server.server.sessionCount == 0)
        }
    }
}
