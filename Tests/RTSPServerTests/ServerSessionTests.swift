import MediaCore
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// Sessions from SETUP to their end, over real sockets.
@Suite(.serialized) struct ServerSessionTests {
    // MARK: What a PLAY promises

    /// Over TCP everything has one order: reply, report, packets.
    @Test func aSenderReportComesBeforeTheFirstPacketOfEachPlay() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            let transports = try client.setupInterleaved(server.uri())
            for range in ["npt=0-", "npt=10-", nil, "npt=3-"] {
                if range == nil { _ = try client.request("PAUSE", server.uri()) }
                let info = try client.play(server.uri(), range)
                // What half a unit was left of before the PLAY is finished first, so it takes a report and a packet after it.
                try #require(
                    try client.receive { client in
                        [0, 2].allSatisfy { media in
                            let all = client.framesSinceReply
                            return all.firstIndex { $0.id == media + 1 }.map { all[$0...].contains { $0.id == media } }
                                ?? false
                        }
                    })
                let all = client.framesSinceReply
                for (track, stream) in info.enumerated() {
                    let media = UInt8(2 * track)
                    let first = try #require(all.firstIndex { $0.id == media + 1 })
                    let report = try #require(
                        try all[first].packets.first?.senderReport)
                    #expect(report.rtpTimestamp.rawValue == stream.rtptime)
                    #expect(report.ssrc.rawValue == transports[track].ssrc)
                    // The first packet after the report is the one that RTP-Info announces: those before it belong to what was played before.
                    let packet = try #require(all[first...].first { $0.id == media })
                    #expect(try packet.header.sequenceNumber.rawValue == stream.seq)
                    #expect(try packet.header.ssrc.rawValue == transports[track].ssrc)
                }
            }
        }
    }

    @Test func rangeIsTheTrueStartAndPacketsAgreeWithIt() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            _ = try client.setupInterleaved(server.uri())
            // Key frames lie one second apart.
            let reply = try client.request("PLAY", server.uri(), ["Range: npt=7.4-9"])
            #expect(reply.headers["Range"] == "npt=7-9")
            let info = try #require(try reply.headers.typed(RTPInfoHeader.self)?.streams)
            #expect(info.map(\.url) == (0...1).map { server.uri() + "/trackID=\($0)" })
            try #require(
                try client.receive { client in
                    client.frames.contains { $0.id == 0 } && client.frames.contains { $0.id == 2 }
                })
            let video = try #require(client.frames.first { $0.id == 0 })
            #expect(video.identity.packet == 0)
            #expect(try video.header.timestamp.rawValue == info[0].rtptime)
            // Audio's first unit begins a little later: its timestamp says by how much.
            let audio = try #require(client.frames.first { $0.id == 2 })
            let distance = try audio.header.timestamp.rawValue &- (info[1].rtptime ?? 0)
            #expect(distance < 1024)
            // The end of the range is the end of the media.
            try #require(try client.receive { try $0.control(1).contains(where: \.isGoodbye) })
            let last = try #require(client.frames.last { $0.id == 0 })
            let span = try last.header.timestamp.rawValue &- (info[0].rtptime ?? 0)
            #expect(span == 90_000 * 2 - 3600)
        }
    }

    @Test(arguments: [true, false])
    func sequenceNumbersHaveNoGapThroughPauseAndSeek(_ overTCP: Bool) async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            if overTCP {
                _ = try client.setupInterleaved(server.uri())
            } else {
                _ = try client.setupDatagram(server.uri(), receivers)
            }
            func wait() throws {
                if overTCP {
                    let begin = client.frames.count
                    try #require(try client.receive { $0.frames.count > begin + 30 })
                } else {
                    for receiver in receivers {
                        let begin = receiver.media.count
                        try #require(receiver.receive { $0.media.count > begin + 12 })
                    }
                }
            }
            _ = try client.play(server.uri())
            try wait()
            _ = try client.play(server.uri(), "npt=12-")
            try wait()
            _ = try client.request("PAUSE", server.uri())
            Clock.sleep(0.1)
            _ = try client.play(server.uri(), nil)
            try wait()
            _ = try client.request("PAUSE", server.uri())
            _ = try client.play(server.uri(), "npt=1-")
            try wait()
            for track in 0...1 {
                let headers =
                    overTCP
                    ? try client.frames.filter { $0.id == 2 * track }.map { try $0.header }
                    : try receivers[track].media.map { try $0.header }
                #expect(areConsecutive(headers))
                #expect(headers.count > 30)
            }
        }
    }

    @Test func playWhilePlaying() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            _ = try client.setupInterleaved(server.uri())
            _ = try client.play(server.uri())
            try client.receive { $0.frames.count > 20 }
            // Without a Range: nothing happens.
            let reply = try client.request("PLAY", server.uri())
            #expect(reply.status == .ok)
            #expect(reply.headers["RTP-Info"] == nil)
            let begin = client.frames.count
            try client.receive { $0.frames.count > begin + 20 }
            let video = client.frames.filter { $0.id == 0 }.map { $0.identity.unit }
            #expect(zip(video, video.dropFirst()).allSatisfy { $0 <= $1 })
            // With one: a seek. What it brings may come with the reply.
            let last = try #require(client.frames.last { $0.id == 0 }).identity.unit
            #expect(try client.request("PLAY", server.uri(), ["Range: npt=20-"]).headers["Range"] == "npt=20-")
            try #require(
                try client.receive { client in
                    client.frames.contains { $0.id == 0 && $0.identity.unit > last + 500 }
                })
        }
    }

    @Test func pausedNothingComes() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            _ = try client.setupDatagram(server.uri(), receivers)
            _ = try client.play(server.uri())
            for receiver in receivers { receiver.receive { $0.media.count > 5 } }
            let reply = try client.request("PAUSE", server.uri())
            #expect(reply.headers["Range"]?.wholeMatch(of: /npt=0\.[0-9]+-30(\.[0-9]+)?/) != nil)
            for receiver in receivers { receiver.receive(for: 0.1) }
            let counts = receivers.map(\.media.count)
            for receiver in receivers { receiver.receive(for: 0.3) }
            #expect(receivers.map(\.media.count) == counts)
        }
    }

    // MARK: The end

    @Test(arguments: [true, false])
    func goodbyeOnEveryTrackAtTheEnd(_ overTCP: Bool) async throws {
        try await RunningServer.run(FakeLibrary(["film.mp4": FakeTitle.small(seconds: 1)])) { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            let transports =
                overTCP ? try client.setupInterleaved(server.uri()) : try client.setupDatagram(server.uri(), receivers)
            for _ in 0..<2 {
                // The second time round: after the end PLAY begins again.
                let begin = client.frames.count
                let before = receivers.map(\.control.count)
                #expect(try client.request("PLAY", server.uri()).headers["Range"] == "npt=0-")
                for track in 0...1 {
                    let ssrc = try #require(transports[track].ssrc)
                    if overTCP {
                        try #require(
                            try client.receive { client in
                                try client.frames[begin...].contains {
                                    try $0.id == 2 * track + 1
                                        && $0.packets.contains(
                                            .goodbye(Goodbye(sources: [SSRC(ssrc)])))
                                }
                            })
                    } else {
                        try #require(
                            try receivers[track].receive { receiver in
                                try receiver.control[before[track]...].contains {
                                    try $0.packets.contains(.goodbye(Goodbye(sources: [SSRC(ssrc)])))
                                }
                            })
                    }
                }
            }
            if overTCP {
                let units = Set(client.frames.filter { $0.id == 0 }.map { $0.identity })
                #expect(units.count == 25 * 2 + 2)
            } else {
                #expect(Set(receivers[0].media.map(\.identity)).count == 25 * 2 + 2)
                #expect(Set(receivers[1].media.map(\.identity)).count == 46)
            }
        }
    }

    @Test func goodbyeBeforeTheReplyToTeardown() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            _ = try client.setupInterleaved(server.uri())
            _ = try client.play(server.uri())
            try client.receive { $0.frames.count > 10 }
            #expect(try client.request("TEARDOWN", server.uri()).status == .ok)
            #expect(try client.control(1).contains(where: \.isGoodbye))
            #expect(try client.control(3).contains(where: \.isGoodbye))
            // The connection lives on, the session does not.
            #expect(try client.request("PLAY", server.uri()).status == .sessionNotFound)
            let begin = client.frames.count
            #expect(try !client.receive(within: 0.2) { $0.frames.count > begin })
            client.session = nil
            _ = try client.setupInterleaved(server.uri())
        }
    }

    /// Reading fails in the middle: what was read is played, then the stream ends as at its end.
    @Test func afterAReadErrorTheStreamEnds() async throws {
        let film = FakeTitle.film(
            seconds: 5, keyPackets: 4, packets: 2, behaviour: .init(failure: (unit: 60, error: .unreadable("disk"))))
        try await RunningServer.run(FakeLibrary(["film.mp4": film])) { server in
            let client = try server.connect()
            _ = try client.setupInterleaved(server.uri())
            _ = try client.play(server.uri())
            try #require(
                try client.receive {
                    try $0.control(1).contains(where: \.isGoodbye) && $0.control(3).contains(where: \.isGoodbye)
                })
            #expect(server.log.all.contains { $0.message == "reading stopped before the end" })
        }
    }

    /// A seek that fails: the reply says so, and a PLAY afterwards is not told that all is well.
    @Test func afterAFailedSeekNothingIsPretended() async throws {
        let film = FakeTitle.film(
            seconds: 30, keyPackets: 4, packets: 2, behaviour: .init(seekFailure: .unreadable("disk")))
        try await RunningServer.run(FakeLibrary(["film.mp4": film])) { server in
            let client = try server.connect()
            _ = try client.setupInterleaved(server.uri())
            _ = try client.play(server.uri())
            try client.receive { $0.frames.count > 10 }
            #expect(try client.request("PLAY", server.uri(), ["Range: npt=10-"]).status == .internalServerError)
            #expect(try client.request("PLAY", server.uri()).status == .internalServerError)
            #expect(try client.request("TEARDOWN", server.uri()).status == .ok)
        }
    }

    /// The first PLAY fails: the streams can be set up anew, and that is what counts then.
    @Test func afterAFirstPlayThatFailedTheTransportMayChange() async throws {
        let film = FakeTitle.film(
            seconds: 30, keyPackets: 4, packets: 2, behaviour: .init(seekFailure: .unreadable("disk")))
        try await RunningServer.run(FakeLibrary(["film.mp4": film])) { server in
            let client = try server.connect()
            _ = try client.setupDatagram(server.uri(), [try DatagramReceiver(), try DatagramReceiver()])
            #expect(try client.request("PLAY", server.uri(), ["Range: npt=10-"]).status == .internalServerError)
            _ = try client.setupInterleaved(server.uri())
            _ = try client.play(server.uri())
            #expect(try client.receive { Set($0.frames.map(\.id)).isSuperset(of: [0, 1, 2, 3]) })
        }
    }

    // MARK: Connections and sessions

    @Test func anInterleavedSessionDiesWithItsConnection() async throws {
        try await RunningServer.run(threads: 2) { server in
            let client = try server.connect()
            _ = try client.setupInterleaved(server.uri())
            _ = try client.play(server.uri())
            let id = try #require(client.session)
            client.close()
            #expect(server.log.sessions(1).map { $0["reason"] } == ["connection closed"])
            let other = try server.connect()
            #expect(try other.request("PAUSE", server.uri(), ["Session: \(id)"]).status == .sessionNotFound)
        }
    }

    /// One connection per request, on whatever loop: RFC 2326 1.1.
    @Test func aDatagramSessionOutlivesItsConnections() async throws {
        try await RunningServer.run(threads: 3) { server in
            for _ in 0..<6 {
                let receivers = [try DatagramReceiver(), try DatagramReceiver()]
                var session: String?
                func once(_ body: (RawConnection) throws -> Void) throws {
                    let client = try server.connect()
                    client.session = session
                    try body(client)
                    session = client.session
                    client.close()
                    Clock.sleep(0.01)
                }
                for track in 0...1 {
                    try once { client in
                        let reply = try client.request(
                            "SETUP", server.uri() + "/trackID=\(track)",
                            ["Transport: RTP/AVP;unicast;\(receivers[track].clientPort)"])
                        try #require(reply.status == .ok)
                    }
                }
                try once { _ = try $0.play(server.uri()) }
                for receiver in receivers { try #require(receiver.receive { $0.media.count > 5 }) }
                for (method, headers) in [
                    ("GET_PARAMETER", []), ("PLAY", ["Range: npt=10-"]), ("PAUSE", []), ("TEARDOWN", []),
                ] {
                    var status: StatusCode?
                    try once { status = try $0.request(method, server.uri(), headers).status }
                    #expect(status == .ok)
                }
                for receiver in receivers { #expect(receiver.receive { $0.goodbyes.count == 1 }) }
            }
            #expect(server.log.sessions(6).map { $0["reason"] } == Array(repeating: "teardown", count: 6))
        }
    }

    /// Interleaved streams belong to the connection that set them up.
    @Test func aSecondConnectionControlsAnInterleavedSession() async throws {
        try await RunningServer.run(threads: 2) { server in
            let first = try server.connect()
            _ = try first.setupInterleaved(server.uri(), tracks: 1)
            for _ in 0..<4 {
                let second = try server.connect()
                second.session = first.session
                let setup = try second.request(
                    "SETUP", server.uri() + "/trackID=1", ["Transport: RTP/AVP/TCP;interleaved=2-3"])
                #expect([.unsupportedTransport, .methodNotValidInThisState].contains(setup.status))
                #expect(try second.request("PLAY", server.uri(), ["Range: npt=0-"]).status == .ok)
                let begin = first.frames.count
                #expect(try first.receive { $0.frames.count > begin + 5 })
                #expect(try second.request("PAUSE", server.uri()).status == .ok)
                #expect(second.frames.isEmpty)
            }
        }
    }
}
