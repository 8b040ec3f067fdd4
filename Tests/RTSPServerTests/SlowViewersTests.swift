import Delivery
import MediaCore
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// Clients that read slowly, or stop, on real connections.
@Suite(.serialized) struct SlowViewersTests {
    /// 12 s of 8.5 Mbit/s, of which 4.6 are what others refer to.
    private let film = FakeTitle.groups(seconds: 12, keyPackets: 60, packets: 30)

    private func units(_ client: RawConnection, track: Int) -> [RawConnection.Frame] {
        client.frames.filter { $0.id == 2 * track }
    }

    /// Reads so slowly for some seconds that much must be left out, then as fast as it can: every frame is whole, nothing is missing of the
    /// audio, nothing that is sent refers to what is not, and at the end it gets everything again.
    @Test func aViewerThatReadsSlowlyIsThinned() async throws {
        try await RunningServer.run(
            FakeLibrary(["film.mp4": film]),
            configure: {
                $0.limits.slow.mode = .thin
                $0.limits.slow.thinAfter = .milliseconds(200)
                $0.limits.slow.thickenAfter = .milliseconds(300)
            }
        ) { server in
            let client = try server.connect(receiveBuffer: 8 * 1024)
            _ = try client.setupInterleaved(server.uri(), tracks: 2)
            _ = try client.play(server.uri())
            let begin = Clock.now
            try client.receive(within: 30) { _ in
                Clock.sleep(0.04)
                return Clock.now - begin > 6
            }
            let isGoodbye = { (frame: RawConnection.Frame) throws -> Bool in
                try frame.packets.contains { if case .goodbye = $0 { true } else { false } }
            }
            try client.receive(within: 30) { client in
                guard case .frame(let last)? = client.events.last, last.id % 2 == 1 else { return false }
                return try isGoodbye(last)
            }
            for track in 0...1 { #expect(areConsecutive(try units(client, track: track).map { try $0.header })) }
            #expect(units(client, track: 1).count == film.units.count { $0.unit.track == 1 })
            let video = units(client, track: 0)
            for (one, next) in zip(video, video.dropFirst()) {
                let isLast = try one.header.marker
                #expect(isLast ? next.identity.packet == 0 : next.identity.packet == one.identity.packet + 1)
            }
            let sent = Set(video.map(\.identity.unit))
            var anchors: [Int] = []
            for index in film.units.indices where film.units[index].unit.track == 0 {
                let unit = film.units[index].unit
                let needed = unit.isRandomAccessPoint ? [] : anchors.suffix(unit.isDiscardable ? 2 : 1)
                if sent.contains(index) { #expect(needed.allSatisfy(sent.contains)) }
                if !unit.isDiscardable { anchors.append(index) }
            }
            #expect(try client.request("TEARDOWN", server.uri()).status == .ok)
            let ended = try #require(server.log.sessions(1).first)
            let thinned = ["thinned-unreferenced", "thinned-between-keys", "thinned-video"].map {
                ended[$0].flatMap(Int.init) ?? 0
            }
            // Which of the levels it was at depends on the machine's speed; with the manual clock, ThinningTests tell.
            #expect(thinned.contains { $0 > 0 })
            #expect(thinned.reduce(0, +) + sent.count == 300)
            #expect(ended["level-max"] != "everything")
            let levels = server.log.all.filter { $0.message == "level changed" }.compactMap { $0.metadata["level"] }
            #expect(levels.count == ended["level-changes"].flatMap(Int.init))
            #expect(zip(levels, levels.dropFirst()).allSatisfy(!=))
        }
    }

    /// Whether it waits or is thinned, and whatever it owes: it is let go, and so is its connection.
    @Test(arguments: [SlowLimits.Mode.wait, .thin]) func aViewerThatStopsIsDisconnected(_ mode: SlowLimits.Mode)
        async throws
    {
        try await RunningServer.run(
            FakeLibrary(["film.mp4": film]),
            configure: {
                $0.limits.slow.mode = mode
                $0.limits.slow.stallTimeout = .seconds(1)
            }
        ) { server in
            let stuck = try server.connect(receiveBuffer: 8 * 1024)
            _ = try stuck.setupInterleaved(server.uri(), tracks: 2)
            try stuck.send(stuck.text("PLAY", server.uri(), ["Range: npt=0-"]))
            let good = try server.connect()
            _ = try good.setupInterleaved(server.uri(), tracks: 2)
            _ = try good.play(server.uri())
            try good.receive(within: 10) { _ in !server.log.sessions.isEmpty }
            #expect(server.log.sessions.map { $0["reason"] } == ["takes nothing"])
            #expect(stuck.isClosedByServer())
            let count = good.events.count
            try #require(try good.receive(within: 10) { $0.events.count > count + 500 })
            #expect(areConsecutive(try units(good, track: 0).map { try $0.header }))
        }
    }

    /// A viewer that waits gets all that it missed, and reading on is enough to stay.
    @Test func aViewerThatStopsForAWhileGetsEverything() async throws {
        let film = FakeTitle.groups(seconds: 8, keyPackets: 60, packets: 30)
        try await RunningServer.run(FakeLibrary(["film.mp4": film])) { server in
            let client = try server.connect(receiveBuffer: 8 * 1024)
            _ = try client.setupInterleaved(server.uri(), tracks: 2)
            _ = try client.play(server.uri())
            Clock.sleep(3)
            let packets = [8 * 780, film.units.count { $0.unit.track == 1 }]
            let isWhole = try client.receive(within: 30) { client in
                guard client.events.count >= packets.reduce(0, +) else { return false }
                return (0...1).allSatisfy { units(client, track: $0).count == packets[$0] }
            }
            #expect(isWhole)
            for track in 0...1 { #expect(areConsecutive(try units(client, track: track).map { try $0.header })) }
            #expect(try client.request("TEARDOWN", server.uri()).status == .ok)
            let ended = try #require(server.log.sessions(1).first)
            #expect(ended["late-ms-max"].flatMap(Int.init).map { $0 > 1000 } == true)
            #expect(ended["level-changes"] == "0")
        }
    }
}
