import MediaCore
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// Media on the RTSP connection.
@Suite(.serialized) struct InterleavedTransportTests {
    /// A viewer that reads nothing holds what its socket, its transport and its queue may hold; the others do not notice; when it reads
    /// again it gets everything, in order.
    @Test func aViewerThatReadsNothingIsBoundedAndAlone() async throws {
        // 25 frames of 40 kB a second: 8 Mbit/s.
        let film = FakeTitle.film(seconds: 60, keyPackets: 60, packets: 30, audio: false)
        try await RunningServer.run(FakeLibrary(["film.mp4": film])) { server in
            let stuck = try server.connect(receiveBuffer: 16 * 1024)
            _ = try stuck.setupInterleaved(server.uri(), tracks: 1)
            try stuck.send(stuck.text("PLAY", server.uri(), ["Range: npt=0-"]))
            let good = try server.connect()
            _ = try good.setupInterleaved(server.uri(), tracks: 1)
            _ = try good.play(server.uri())
            try good.receive(within: 4) { _ in false }
            let headers = try good.frames.filter { $0.id == 0 }.map { try $0.header }
            // Four seconds, less what the machine owes.
            #expect(headers.count > 25 * 30 * 3)
            #expect(areConsecutive(headers))
            let behind = stuck.frames.count
            try #require(try stuck.receive(within: 20) { $0.frames.count > behind + 25 * 30 * 2 })
            #expect(areConsecutive(try stuck.frames.filter { $0.id == 0 }.map { try $0.header }))
            let units = stuck.frames.filter { $0.id == 0 }.map { $0.identity }
            #expect(units.first == PacketIdentity(unit: 0, packet: 0))
            #expect(try stuck.reply().headers["RTP-Info"] != nil)
            #expect(try stuck.request("TEARDOWN", server.uri()).status == .ok)
            let ended = try #require(server.log.sessions(1).first)
            #expect(Int(ended["unsent-bytes-max"] ?? "").map { $0 <= 512 * 1024 + 256 * 1024 } == true)
            #expect(Int(ended["unsent-packets-max"] ?? "").map { $0 <= 512 + 256 * 1024 / 1000 } == true)
        }
    }

    /// It neither reads nor asks: after the timeout its place is free.
    @Test func aViewerThatReadsNothingExpires() async throws {
        let film = FakeTitle.film(seconds: 60, keyPackets: 60, packets: 30, audio: false)
        try await RunningServer.run(
            FakeLibrary(["film.mp4": film]), configure: { $0.limits.sessionTimeout = .seconds(2) }
        ) { server in
            let stuck = try server.connect(receiveBuffer: 4096)
            _ = try stuck.setupInterleaved(server.uri(), tracks: 1)
            try stuck.send(stuck.text("PLAY", server.uri(), ["Range: npt=0-"]))
            for _ in 0..<400 where server.log.sessions.isEmpty { Clock.sleep(0.05) }
            #expect(server.log.sessions(1).map { $0["reason"] } == ["timeout"])
        }
    }

    /// Replies come between whole frames.
    @Test func requestsInTheMiddleOfAStream() async throws {
        let film = FakeTitle.film(seconds: 60, keyPackets: 60, packets: 30)
        try await RunningServer.run(FakeLibrary(["film.mp4": film])) { server in
            let client = try server.connect()
            _ = try client.setupInterleaved(server.uri())
            _ = try client.play(server.uri())
            for _ in 0..<200 { #expect(try client.request("GET_PARAMETER", server.uri()).status == .ok) }
            let begin = client.frames.count
            try client.receive { $0.frames.count > begin + 100 }
            for track in 0...1 {
                #expect(areConsecutive(try client.frames.filter { $0.id == 2 * track }.map { try $0.header }))
            }
        }
    }
}
