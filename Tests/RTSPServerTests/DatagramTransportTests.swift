import MediaCore
import NIOCore
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// Media over the server's pair of UDP ports.
@Suite(.serialized) struct DatagramTransportTests {
    @Test func packetsComeFromThePortsOfTheReply() async throws {
        try await RunningServer.run { server in
            let client = try server.connect()
            let receivers = [try DatagramReceiver(), try DatagramReceiver()]
            let transports = try client.setupDatagram(server.uri(), receivers)
            #expect(
                transports.map(\.serverPort)
                    == Array(repeating: .init(rtp: UInt16(server.rtpPort), rtcp: UInt16(server.rtpPort + 1)), count: 2))
            let info = try client.play(server.uri())
            for (track, receiver) in receivers.enumerated() {
                try #require(receiver.receive { $0.media.count > 10 && !$0.control.isEmpty })
                #expect(Set(receiver.media.map(\.source.port)) == [server.rtpPort])
                #expect(Set(receiver.control.map(\.source.port)) == [server.rtpPort + 1])
                let headers = try receiver.media.map { try $0.header }
                #expect(areConsecutive(headers))
                #expect(headers[0].sequenceNumber.rawValue == info[track].seq)
                #expect(headers.allSatisfy { $0.ssrc.rawValue == transports[track].ssrc })
                #expect(headers.allSatisfy { $0.payloadType.rawValue == 96 + track })
                let report = try #require(try receiver.control[0].packets.first?.senderReport)
                #expect(report.rtpTimestamp.rawValue == info[track].rtptime)
            }
        }
    }

    /// The address that the RTSP connection came to is the one that media comes from, whatever the server listens on.
    @Test(arguments: ["0.0.0.0", "::"])
    func mediaComesFromTheAddressThatTheClientKnows(_ listenHost: String) async throws {
        try await RunningServer.run(configure: { $0.host = listenHost }) { server in
            for host in ["127.0.0.2", "127.0.0.1", "127.0.0.3"] {
                let client = try server.connect(host: host)
                let receivers = [try DatagramReceiver(host: "0.0.0.0"), try DatagramReceiver(host: "0.0.0.0")]
                _ = try client.setupDatagram(server.uri(), receivers)
                _ = try client.play(server.uri())
                for receiver in receivers {
                    try #require(receiver.receive { $0.media.count > 3 && !$0.control.isEmpty })
                    #expect(Set((receiver.media + receiver.control).map(\.source.ipAddress)) == [host])
                }
                #expect(try client.request("TEARDOWN", server.uri()).status == .ok)
            }
        }
    }

    @Test(arguments: ["::1", "::"])
    func overIPv6(_ listenHost: String) async throws {
        try await RunningServer.run(configure: { $0.host = listenHost }) { server in
            let client = try server.connect(host: "::1")
            let uri = "rtsp://[::1]:\(server.port)/film.mp4"
            let describe = try client.request("DESCRIBE", uri)
            #expect(String(decoding: describe.body, as: UTF8.self).contains("c=IN IP6 ::\r\n"))
            let receivers = [try DatagramReceiver(host: "::1"), try DatagramReceiver(host: "::1")]
            let transports = try client.setupDatagram(uri, receivers)
            let info = try client.play(uri)
            #expect(info.map(\.url) == (0...1).map { "\(uri)/trackID=\($0)" })
            for receiver in receivers {
                try #require(receiver.receive { $0.media.count > 10 && !$0.control.isEmpty })
                #expect(Set(receiver.media.map(\.source.ipAddress)) == ["::1"])
                #expect(areConsecutive(try receiver.media.map { try $0.header }))
            }
            try receivers[0].send(receiverReport(of: transports[0].ssrc), host: "::1", to: server.rtpPort + 1)
            #expect(try client.request("TEARDOWN", uri).status == .ok)
        }
    }

    /// `client_port=0-0` is refused, ports that nobody listens on are sent to in vain; ten good viewers beside them miss nothing.
    @Test func viewersThatVanishHarmNobody() async throws {
        let film = FakeTitle.film(seconds: 60, keyPackets: 60, packets: 10)
        try await RunningServer.run(FakeLibrary(["film.mp4": film]), threads: 2) { server in
            let clients = try (0..<10).map { _ in try server.connect() }
            let receivers = try clients.map { client in
                let receivers = [try DatagramReceiver(), try DatagramReceiver()]
                _ = try client.setupDatagram(server.uri(), receivers)
                return receivers
            }
            for client in clients { _ = try client.play(server.uri()) }
            for _ in 0..<3 {
                let client = try server.connect()
                let refused = try client.request(
                    "SETUP", server.uri() + "/trackID=0", ["Transport: RTP/AVP;unicast;client_port=0-0"])
                #expect(refused.status == .unsupportedTransport)
                do {
                    let vanishing = [try DatagramReceiver(), try DatagramReceiver()]
                    _ = try client.setupDatagram(server.uri(), vanishing)
                }
                _ = try client.play(server.uri())
            }
            let end = Clock.now + 2
            while Clock.now < end { for receiver in receivers.joined() { receiver.receive(for: 0.005) } }
            for (client, pair) in zip(clients, receivers) {
                for receiver in pair {
                    #expect(receiver.media.count > 20)
                    #expect(areConsecutive(try receiver.media.map { try $0.header }))
                }
                #expect(try client.request("TEARDOWN", server.uri()).status == .ok)
            }
        }
    }

    @Test func manyViewersOnSeveralLoops() async throws {
        try await RunningServer.run(FakeLibrary(["film.mp4": FakeTitle.small(seconds: 3)]), threads: 3) { server in
            let viewers = try (0..<30).map { _ in
                let client = try server.connect()
                let receivers = [try DatagramReceiver(), try DatagramReceiver()]
                _ = try client.setupDatagram(server.uri(), receivers)
                _ = try client.play(server.uri())
                return (client: client, receivers: receivers)
            }
            for (_, receivers) in viewers {
                for (track, receiver) in receivers.enumerated() {
                    try #require(receiver.receive(within: 20) { $0.goodbyes.count == 1 })
                    #expect(receiver.media.count == [25 * 3 * 2 + 3 * 2, 140][track])
                    #expect(areConsecutive(try receiver.media.map { try $0.header }))
                }
            }
        }
    }
}
