import MediaCore
import RTP
import RTSP
import RTSPServer
import Testing

/// What keeps a session alive, and what does not.
@Suite(.serialized) struct ReportReceiverTests {
    private static func shortTimeout(_ configuration: inout Server.Configuration) {
        configuration.limits.sessionTimeout = .seconds(1)
    }

    @Test func silenceEndsASession() async throws {
        try await RunningServer.run(configure: Self.shortTimeout) { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            _ = try client.setupDatagram(server.uri(), receivers)
            _ = try client.play(server.uri())
            let begin = Clock.now
            #expect(receivers[0].receive(within: 5) { $0.goodbyes.count == 1 })
            // The session's time runs from before the reply to PLAY.
            #expect(Clock.now - begin > 0.5)
            #expect(receivers[1].receive(within: 5) { $0.goodbyes.count == 1 })
            #expect(server.log.sessions(1).map { $0["reason"] } == ["timeout"])
            #expect(try client.request("PAUSE", server.uri()).status == .sessionNotFound)
        }
    }

    enum Sign: CaseIterable {
        case options, getParameter, setParameter, requestThatFails, otherConnection
        case reportBySSRC, reportByAddress, reportFromElsewhere, interleavedReport, takesData
    }

    /// 1.8 s of nothing but this, every 0.3 s, with a timeout of 1 s.
    @Test(arguments: Sign.allCases)
    func signsOfLife(_ sign: Sign) async throws {
        try await RunningServer.run(threads: 2, configure: Self.shortTimeout) { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            let stranger = try DatagramReceiver()
            let other = try server.connect()
            let overTCP = sign == .interleavedReport || sign == .takesData
            let transports =
                overTCP ? try client.setupInterleaved(server.uri()) : try client.setupDatagram(server.uri(), receivers)
            _ = try client.play(server.uri())
            // A TCP connection that takes data is alive: so that the report alone counts, nothing is to be sent.
            if sign == .interleavedReport { _ = try client.request("PAUSE", server.uri()) }
            let session = try #require(client.session)
            other.session = session
            let ssrc = transports[1].ssrc
            for _ in 0..<6 {
                Clock.sleep(0.3)
                switch sign {
                case .options: #expect(try client.request("OPTIONS", "*").status == .ok)
                case .getParameter: #expect(try client.request("GET_PARAMETER", server.uri()).status == .ok)
                case .setParameter:
                    #expect(try client.request("SET_PARAMETER", server.uri(), body: "a: b\r\n").status.rawValue == 451)
                case .requestThatFails: #expect(try client.request("NONSENSE", server.uri()).status == .notImplemented)
                case .otherConnection: #expect(try other.request("OPTIONS", "*").status == .ok)
                case .reportBySSRC:
                    try receivers[1].send(receiverReport(of: ssrc), to: server.rtpPort + 1)
                case .reportByAddress: try receivers[0].send(receiverReport(of: nil), to: server.rtpPort + 1)
                case .reportFromElsewhere: try stranger.send(receiverReport(of: ssrc), to: server.rtpPort + 1)
                case .interleavedReport: try client.send(frame: receiverReport(of: ssrc), id: 3)
                case .takesData: try client.receive(within: 0.01) { _ in false }
                }
            }
            client.session = nil
            let reply = try client.request("PAUSE", server.uri(), ["Session: \(session)"])
            #expect(reply.status == .ok)
            #expect(server.log.sessions.isEmpty)
        }
    }

    enum Noise: CaseIterable {
        case dummyToRTP, dummyToRTCP, garbage, reportOfAnother, reportFromStranger, badFrame
    }

    /// None of this is a sign of life, and none does harm.
    @Test(arguments: Noise.allCases)
    func noSignsOfLife(_ noise: Noise) async throws {
        try await RunningServer.run(configure: Self.shortTimeout) { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            let stranger = try DatagramReceiver()
            _ = try client.setupDatagram(server.uri(), receivers)
            _ = try client.play(server.uri())
            for index in 0..<8 {
                Clock.sleep(0.2)
                let rtcp = server.rtpPort + 1
                switch noise {
                case .dummyToRTP:
                    try receivers[0].send([0x80, 0, 0, 0, 0, 0, 0, 0], fromControl: false, to: server.rtpPort)
                case .dummyToRTCP: try receivers[0].send([0xCE, 0xFA, 0xED, 0xFE], to: rtcp)
                case .garbage:
                    let lengths = [0, 1, 3, 4, 1400, 8, 12, 65_000]
                    try receivers[0].send((0..<lengths[index]).map { _ in UInt8.random(in: 0...127) }, to: rtcp)
                case .reportOfAnother: try stranger.send(receiverReport(of: 0xDEAD_BEEF), to: rtcp)
                case .reportFromStranger: try stranger.send(receiverReport(of: nil), to: rtcp)
                case .badFrame: try client.send(frame: [0x81, 201, 0, 7, 1, 2, 3, 4], id: 1)
                }
            }
            #expect(receivers[0].receive(within: 5) { $0.goodbyes.count == 1 })
            #expect(server.log.sessions(1).map { $0["reason"] } == ["timeout"])
            #expect(areConsecutive(try receivers[0].media.map { try $0.header }))
            #expect(try client.request("OPTIONS", "*").status == .ok)
        }
    }
}
