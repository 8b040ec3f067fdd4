import MediaCore
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// Several sessions on one connection, and which of them it takes along when it goes.
@Suite(.serialized) struct ConnectionSessionsTests {
    private static let library = FakeLibrary([
        "film.mp4": FakeTitle.small(seconds: 30), "other.mp4": FakeTitle.small(seconds: 30),
    ])

    @Test func twoPlayAtOnce() async throws {
        try await RunningServer.run(Self.library) { server in
            let client = try server.connect()
            let uris = [server.uri("film.mp4"), server.uri("other.mp4")]
            var sessions: [String] = []
            for uri in uris {
                client.session = nil
                _ = try client.setupInterleaved(uri)
                _ = try client.play(uri)
                sessions.append(try #require(client.session))
            }
            #expect(sessions[0] != sessions[1])
            try #require(try client.receive { Set($0.frames.map(\.id)).count == 8 })
            // A session's requests are about its own presentation.
            let mixed = try client.request("PAUSE", uris[0], ["Session: \(sessions[1])"])
            #expect(mixed.status == .notFound)
            #expect(try client.request("TEARDOWN", uris[0], ["Session: \(sessions[0])"]).status == .ok)
            let end = client.frames.count
            try #require(try client.receive { $0.frames.count > end + 30 })
            #expect(Set(client.frames[end...].map(\.id)).isSubset(of: [4, 5, 6, 7]))
            for id in [UInt8(0), 2, 4, 6] {
                #expect(areConsecutive(try client.frames.filter { $0.id == id }.map { try $0.header }))
            }
            // The freed ids are given again.
            client.session = nil
            let again = try client.setupInterleaved(uris[0])
            #expect(again.map(\.interleaved) == [.init(rtp: 0, rtcp: 1), .init(rtp: 2, rtcp: 3)])
        }
    }

    @Test func onlyInterleavedOnesDieWithIt() async throws {
        try await RunningServer.run(Self.library, threads: 2) { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            _ = try client.setupDatagram(server.uri("film.mp4"), receivers)
            _ = try client.play(server.uri("film.mp4"))
            let overUDP = try #require(client.session)
            client.session = nil
            _ = try client.setupInterleaved(server.uri("other.mp4"))
            _ = try client.play(server.uri("other.mp4"))
            let overTCP = try #require(client.session)
            for receiver in receivers { try #require(receiver.receive { $0.media.count > 5 }) }
            client.close()
            #expect(server.log.sessions(1).map { $0["session"] } == [overTCP])
            for receiver in receivers {
                let count = receiver.media.count
                try #require(receiver.receive { $0.media.count > count + 20 })
                #expect(areConsecutive(try receiver.media.map { try $0.header }))
            }
            let next = try server.connect()
            next.session = overUDP
            #expect(try next.request("PAUSE", server.uri("film.mp4")).status == .ok)
            #expect(try next.request("TEARDOWN", server.uri("film.mp4")).status == .ok)
        }
    }

    /// A player that only reads sends nothing for hours: as long as its connection takes data it lives, and no longer.
    @Test func overTCPReadingIsASignOfLife() async throws {
        try await RunningServer.run(Self.library, configure: { $0.limits.sessionTimeout = .milliseconds(800) }) {
            server in
            let client = try server.connect()
            _ = try client.setupInterleaved(server.uri())
            _ = try client.play(server.uri())
            try client.receive(within: 2.5) { _ in false }
            #expect(server.log.sessions.isEmpty)
            let video = client.frames.filter { $0.id == 0 }
            #expect(video.count > 80)
            #expect(areConsecutive(try video.map { try $0.header }))
            // Paused it takes nothing.
            #expect(try client.request("PAUSE", server.uri()).status == .ok)
            #expect(server.log.sessions(1).map { $0["reason"] } == ["timeout"])
            #expect(try client.request("PLAY", server.uri()).status == .sessionNotFound)
        }
    }
}
