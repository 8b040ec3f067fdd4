import MediaCore
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// SETUP and TEARDOWN of one track while the other plays (RFC 2326 10.4, 10.7), over real sockets.
@Suite(.serialized) struct StreamChangeTests {
    private static let film = FakeTitle.small(seconds: 30)
    private static let library = FakeLibrary(["film.mp4": film])

    /// The packets of a track in the order in which they are to come.
    private static func packets(of track: Int) -> [PacketIdentity] {
        film.units.enumerated().filter { $0.element.unit.track == track }.flatMap { ordinal, unit in
            (0..<unit.packets).map { PacketIdentity(unit: ordinal, packet: $0) }
        }
    }

    /// Whether all of a track came from its start on, each packet once.
    private static func isWhole(_ identities: [PacketIdentity], _ headers: [RTPHeader], track: Int) -> Bool {
        identities.elementsEqual(packets(of: track).prefix(identities.count)) && areConsecutive(headers)
    }

    /// What a stream's first packet must be after a PLAY that answered `reply`: the announced number, a random access point, and a timestamp that
    /// lies as far behind `rtptime` as its unit behind the Range's start.
    private static func expectJoin(
        _ identity: PacketIdentity, _ header: RTPHeader, _ reply: Response, track: Int, rate: Double
    ) throws {
        let info = try #require(try reply.headers.typed(RTPInfoHeader.self)).streams
        let stream = try #require(info.first { $0.url.hasSuffix("trackID=\(track)") })
        #expect(header.sequenceNumber.rawValue == stream.seq)
        #expect(identity.packet == 0)
        let unit = film.units[identity.unit].unit
        #expect(unit.isRandomAccessPoint)
        guard case .npt(let range) = try #require(try reply.headers.typed(RangeHeader.self)).specifier,
            case .time(let start) = range.start
        else { return #expect(Bool(false), "a Range in seconds") }
        let behind = Double((unit.presentationTime - MediaTime(nanoseconds: start)).nanoseconds) / 1e9
        #expect((0..<1.1).contains(behind))
        let ticks = Double(Int32(bitPattern: header.timestamp.rawValue &- (stream.rtptime ?? 0)))
        #expect(abs(ticks - behind * rate) <= 2)
    }

    /// VLC: a track is switched off and on again.
    @Test(arguments: [0, 1])
    func aTrackGoesAndComesOverUDP(_ track: Int) async throws {
        try await RunningServer.run(Self.library) { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            let first = try client.setupDatagram(server.uri(), receivers)
            _ = try client.play(server.uri())
            for receiver in receivers { try #require(receiver.receive { $0.media.count > 10 }) }
            let url = server.uri() + "/trackID=\(track)"
            #expect(try client.request("TEARDOWN", url).status == .ok)
            try #require(receivers[track].receive { $0.goodbyes.count == 1 })
            receivers[track].receive(for: 0.05)
            let count = receivers[track].media.count
            receivers[track].receive(for: 0.3)
            #expect(receivers[track].media.count == count)

            let fresh = try DatagramReceiver()
            let setup = try client.request("SETUP", url, ["Transport: RTP/AVP;unicast;\(fresh.clientPort)"])
            let transport = try #require(try setup.headers.typed(TransportHeader.self)?.specs.first)
            #expect(transport.ssrc != first[track].ssrc)
            // Not before the PLAY.
            fresh.receive(for: 0.2)
            #expect(fresh.media.isEmpty)
            let reply = try client.request("PLAY", server.uri())
            try #require(fresh.receive { $0.media.count > 10 })
            let media = try #require(fresh.media.first)
            try Self.expectJoin(media.identity, media.header, reply, track: track, rate: track == 0 ? 90_000 : 48_000)
            #expect(try media.header.ssrc.rawValue == transport.ssrc)
            // What the first report says of the clock holds for the packets.
            let report = try #require(try fresh.control.first?.packets.first?.senderReport)
            #expect(report.ssrc.rawValue == transport.ssrc)
            #expect(report.packetCount == 0)
            #expect(areConsecutive(try fresh.media.map { try $0.header }))
            // The other has noticed nothing.
            let other = receivers[1 - track]
            other.receive(for: 0.1)
            #expect(Self.isWhole(other.media.map(\.identity), try other.media.map { try $0.header }, track: 1 - track))
        }
    }

    @Test func aTrackGoesAndComesOverTCP() async throws {
        try await RunningServer.run(Self.library) { server in
            let client = try server.connect()
            _ = try client.setupInterleaved(server.uri())
            _ = try client.play(server.uri())
            try #require(try client.receive { $0.frames.count > 20 })
            for round in 0..<3 {
                let url = server.uri() + "/trackID=1"
                #expect(try client.request("TEARDOWN", url).status == .ok)
                let end = client.frames.count
                #expect(try client.control(3).filter(\.isGoodbye).count == round + 1)
                try #require(try client.receive { $0.frames.count > end + 20 })
                #expect(!client.frames[end...].contains { $0.id > 1 })
                let setup = try client.request("SETUP", url, ["Transport: RTP/AVP/TCP;unicast;interleaved=2-3"])
                #expect(setup.headers["Transport"]?.contains("interleaved=2-3") == true)
                let reply = try client.request("PLAY", server.uri())
                try #require(try client.receive { client in client.framesSinceReply.contains { $0.id == 2 } })
                let frame = try #require(client.framesSinceReply.first { $0.id == 2 })
                try Self.expectJoin(frame.identity, frame.header, reply, track: 1, rate: 48_000)
            }
            let video = client.frames.filter { $0.id == 0 }
            #expect(Self.isWhole(video.map(\.identity), try video.map { try $0.header }, track: 0))
        }
    }

    /// A track that the session never had: what has not departed is read anew with it, and what has is not sent again.
    @Test(arguments: [0, 1], [true, false])
    func aTrackComesThatWasNeverThere(_ track: Int, _ overTCP: Bool) async throws {
        try await RunningServer.run(Self.library) { server in
            let client = try server.connect()
            let other = 1 - track
            func transport(_ track: Int) -> String {
                "Transport: RTP/AVP/TCP;unicast;interleaved=\(2 * track)-\(2 * track + 1)"
            }
            let receiver = try DatagramReceiver()
            let first = overTCP ? transport(other) : "Transport: RTP/AVP;unicast;\(receiver.clientPort)"
            let setup = try client.request("SETUP", server.uri() + "/trackID=\(other)", [first])
            try #require(setup.status == .ok)
            // From somewhere in the film, so that the second reading begins behind the title's start.
            let range = try #require(try client.request("PLAY", server.uri(), ["Range: npt=5.5-"]).headers["Range"])
            #expect(range == (other == 0 ? "npt=5-" : range))
            func wait() throws {
                if overTCP {
                    let begin = client.frames.count
                    try #require(try client.receive { $0.frames.count > begin + 20 })
                } else {
                    let begin = receiver.media.count
                    try #require(receiver.receive { $0.media.count > begin + 20 })
                }
            }
            try wait()
            // Interleaved beside a stream over UDP: another layout too.
            #expect(
                try client.request("SETUP", server.uri() + "/trackID=\(track)", [transport(track)]).status == .ok)
            try wait()
            let reply = try client.request("PLAY", server.uri())
            let id = UInt8(2 * track)
            try #require(try client.receive { client in client.framesSinceReply.contains { $0.id == id } })
            let frame = try #require(client.framesSinceReply.first { $0.id == id })
            try Self.expectJoin(frame.identity, frame.header, reply, track: track, rate: track == 0 ? 90_000 : 48_000)
            try wait()
            let media =
                overTCP
                ? try client.frames.filter { $0.id == 2 * other }.map { ($0.identity, try $0.header) }
                : try receiver.media.map { ($0.identity, try $0.header) }
            let all = Self.packets(of: other)
            let place = try #require(all.firstIndex { $0 == media[0].0 })
            #expect(media.map(\.0).elementsEqual(all[place...].prefix(media.count)))
            #expect(areConsecutive(media.map(\.1)))
        }
    }

    /// UDP was silent: the same session goes on over TCP, track by track, without a TEARDOWN.
    @Test(arguments: [true, false])
    func transportsChangeInMidSession(_ paused: Bool) async throws {
        try await RunningServer.run(Self.library) { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            _ = try client.setupDatagram(server.uri(), receivers)
            _ = try client.play(server.uri())
            for receiver in receivers { try #require(receiver.receive { $0.media.count > 10 }) }
            if paused { _ = try client.request("PAUSE", server.uri()) }
            _ = try client.setupInterleaved(server.uri())
            let reply = try client.request("PLAY", server.uri())
            try #require(try client.receive { Set($0.frames.map(\.id)).isSuperset(of: [0, 1, 2, 3]) })
            for track in 0...1 {
                let frame = try #require(client.frames.first { $0.id == 2 * track })
                try Self.expectJoin(
                    frame.identity, frame.header, reply, track: track, rate: track == 0 ? 90_000 : 48_000)
                #expect(receivers[track].receive { $0.goodbyes.count == 1 })
                receivers[track].receive(for: 0.05)
                let count = receivers[track].media.count
                receivers[track].receive(for: 0.1)
                #expect(receivers[track].media.count == count)
            }
            // Now it dies with the connection.
            client.close()
            #expect(server.log.sessions(1).map { $0["transport"] } == ["tcp"])
        }
    }

    /// Nothing is left of streams that went: neither SSRCs nor addresses, and the end is the end of those that stayed.
    @Test func manyChangesThenTheEnd() async throws {
        try await RunningServer.run(FakeLibrary(["film.mp4": FakeTitle.small(seconds: 2)])) { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            _ = try client.setupDatagram(server.uri(), receivers)
            _ = try client.play(server.uri())
            let url = server.uri() + "/trackID=0"
            for _ in 0..<50 {
                #expect(try client.request("TEARDOWN", url).status == .ok)
                let transport = "Transport: RTP/AVP;unicast;\(receivers[0].clientPort)"
                #expect(try client.request("SETUP", url, [transport]).status == .ok)
                #expect(try client.request("PLAY", server.uri()).status == .ok)
            }
            #expect(try client.request("TEARDOWN", url).status == .ok)
            #expect(receivers[1].receive { $0.goodbyes.count == 1 })
            #expect(receivers[1].media.count == 93)
            #expect(areConsecutive(try receivers[1].media.map { try $0.header }))
            #expect(try client.request("TEARDOWN", server.uri()).status == .ok)
        }
    }

    /// SETUP of what plays and a PLAY in one segment, amid a key frame that is spread over some tens of milliseconds: nothing of its rest goes
    /// to the new transport.
    @Test(arguments: [true, false])
    func theTransportChangesAmidAUnit(_ overTCP: Bool) async throws {
        let film = FakeTitle.film(seconds: 30, keyPackets: 400, packets: 2, audio: false)
        try await RunningServer.run(FakeLibrary(["film.mp4": film])) { server in
            let client = try server.connect()
            let receivers = try (0..<6).map { _ in try DatagramReceiver() }
            _ = try client.setupDatagram(server.uri(), [receivers[0]])
            _ = try client.play(server.uri())
            for round in 1...5 {
                let (old, new) = (receivers[round - 1], receivers[round])
                let count = old.media.count
                try #require(
                    old.receive { $0.media.count > count && $0.media.last?.identity.unit.isMultiple(of: 25) == true })
                let transport =
                    overTCP
                    ? "RTP/AVP/TCP;unicast;interleaved=\(2 * round)-\(2 * round + 1)"
                    : "RTP/AVP;unicast;\(new.clientPort)"
                let setup = client.text("SETUP", server.uri() + "/trackID=0", ["Transport: \(transport)"])
                try client.send(setup + client.text("PLAY", server.uri(), ["Range: npt=1-"]))
                for _ in 0..<2 { #expect(try client.reply().status == .ok) }
                var media: [[UInt8]] = []
                if overTCP {
                    let id = UInt8(2 * round)
                    try #require(try client.receive { $0.frames.count { $0.id == id } > 420 })
                    media = client.frames.filter { $0.id == id }.map(\.payload)
                } else {
                    try #require(new.receive { $0.media.count > 420 })
                    media = new.media.map(\.bytes)
                }
                #expect(PacketIdentity(parsing: media[0]) == PacketIdentity(unit: 25, packet: 0))
                #expect(
                    media.allSatisfy { bytes in
                        let identity = PacketIdentity(parsing: bytes)
                        return bytes.count == film.units[identity.unit].packetSizes[identity.packet]
                    })
                #expect(areConsecutive(try media.map { try RTPHeader(parsing: $0.span.bytes) }))
                guard overTCP else { continue }
                // Back to datagrams for the next round.
                let back = "Transport: RTP/AVP;unicast;\(new.clientPort)"
                #expect(try client.request("SETUP", server.uri() + "/trackID=0", [back]).status == .ok)
                _ = try client.play(server.uri())
            }
        }
    }
}
