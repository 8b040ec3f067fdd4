import MediaCore
import NIOCore
import NIOPosix
import RTP
import RTSP
import Synchronization
import Testing

@testable import RTSPClient

/// Whole conversations over real sockets.
@Suite struct ClientTests {
    private static func connect(
        _ server: ScriptedServer, _ configuration: Client.Configuration = Client.Configuration()
    ) async throws -> Client {
        try await Client.connect(
            to: server.url, on: MultiThreadedEventLoopGroup.singleton.next(), configuration: configuration)
    }

    /// What streams received: track and sequence number.
    private final class Received: Sendable {
        let packets = Mutex<[[UInt16]]>([])

        func sink(_ track: Int) -> StreamSink {
            .callbacks(
                StreamCallbacks { header, packet, _ in
                    let size = UInt16(packet.byteCount)
                    self.packets.withLock { $0.append([UInt16(track), header.sequenceNumber.rawValue, size]) }
                })
        }

        var all: [[UInt16]] { packets.withLock { $0 } }
    }

    private static let media: [ScriptedServer.Reply] = [
        .frame(id: 0, FilmScript.packet(track: 0, number: 5)),
        .frame(id: 2, FilmScript.packet(track: 1, number: 7)),
        // Another source's packet, and no packet at all.
        .frame(id: 2, FilmScript.packet(track: 0, number: 8)),
        .frame(id: 0, [1, 2, 3]),
        .frame(id: 0, FilmScript.packet(track: 0, number: 6)),
        .frame(id: 1, FilmScript.goodbye(track: 0)),
        .frame(id: 3, FilmScript.goodbye(track: 1)),
    ]

    @Test func playsInterleavedToTheEnd() async throws {
        let server = try await ScriptedServer.start { FilmScript.answer($0, media: Self.media) }
        let client = try await Self.connect(server)
        #expect(try await client.options() == [.describe, .setup, .play, .teardown])
        let presentation = try await client.describe()
        let received = Received()
        let session = try await client.setup(presentation, over: .tcp) { received.sink($0) }
        #expect(session.id == "abc")
        #expect(session.timeout == .seconds(60))
        let reply = try await session.play(NPTRange(start: 0))
        #expect(reply.streams.map { $0?.sequenceNumber } == [SequenceNumber(5), SequenceNumber(7)])
        #expect(reply.streams.map { $0?.timestamp } == [nil, RTPTimestamp(70)])
        #expect(await session.waitUntilEnd(timeout: .seconds(5)) == .goodbye)
        #expect(received.all == [[0, 5, 20], [1, 7, 20], [0, 6, 20]])
        try await session.teardown()
        await client.close()
        await server.stop()

        let requests = server.requests
        #expect(requests.map(\.method) == [.options, .describe, .setup, .setup, .play, .teardown])
        #expect(requests.map { $0.headers["CSeq"] } == ["1", "2", "3", "4", "5", "6"])
        #expect(requests[2].uri == server.url + "/trackID=0")
        #expect(requests[2].headers["Session"] == nil)
        #expect(requests[3].headers["Session"] == "abc")
        #expect(requests[3].headers["Transport"] == "RTP/AVP/TCP;unicast;interleaved=2-3")
        #expect(requests[4].uri == server.url + "/")
        #expect(requests[4].headers["Range"] == "npt=0-")
    }

    /// The end is BYE on every stream, not on one.
    @Test func oneGoodbyeOfTwoIsNoEnd() async throws {
        let server = try await ScriptedServer.start { FilmScript.answer($0, media: Self.media.dropLast()) }
        let client = try await Self.connect(server)
        let session = try await client.setup(try await client.describe(), over: .tcp) { Received().sink($0) }
        _ = try await session.play()
        #expect(await session.waitUntilEnd(timeout: .milliseconds(400)) == nil)
        await client.close()
        #expect(await session.waitUntilEnd(timeout: .seconds(5)) != nil)
        await server.stop()
    }

    @Test func receivesDatagrams() async throws {
        let server = try await ScriptedServer.start { FilmScript.answer($0) }
        let client = try await Self.connect(server)
        let received = Received()
        let session = try await client.setup(try await client.describe(), over: .udp) { received.sink($0) }
        _ = try await session.play()
        let ports = try server.requests.filter { $0.method == .setup }.compactMap {
            try $0.headers.typed(TransportHeader.self)?.specs.first?.clientPort
        }
        try #require(ports.count == 2)
        #expect(ports.allSatisfy { $0.rtp % 2 == 0 && $0.rtcp == $0.rtp + 1 })
        let sender = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        func send(_ packet: [UInt8], to port: UInt16) async throws {
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: Int(port))
            try await sender.writeAndFlush(
                AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: packet)))
        }
        for number in UInt16(0)..<40 { try await send(FilmScript.packet(track: 0, number: number), to: ports[0].rtp) }
        try await send(FilmScript.goodbye(track: 0), to: ports[0].rtp + 1)
        try await send(FilmScript.packet(track: 1, number: 9), to: ports[1].rtp)
        try await send(FilmScript.goodbye(track: 1), to: ports[1].rtp + 1)
        #expect(await session.waitUntilEnd(timeout: .seconds(5)) == .goodbye)
        #expect(received.all.filter { $0[0] == 0 }.map { $0[1] } == Array(0..<40))
        #expect(received.all.filter { $0[0] == 1 } == [[1, 9, 20]])
        try await session.teardown()
        try await sender.close()
        await client.close()
        await server.stop()
    }

    @Test func sendsReportsAndKeepAlives() async throws {
        let server = try await ScriptedServer.start { FilmScript.answer($0, timeout: 2, media: [Self.media[0]]) }
        let client = try await Self.connect(server)
        // The first report leaves within 1.03 to 3.08 s (RFC 3550 6.3.1), the keep-alives every second from SETUP on.
        let begin = ContinuousClock.now
        let session = try await client.setup(try await client.describe(), over: .tcp) { Received().sink($0) }
        _ = try await session.play()
        #expect(await session.waitUntilEnd(timeout: .milliseconds(3_500)) == nil)
        let keepAlives = server.requests.filter { $0.method == .getParameter }
        let elapsed = ContinuousClock.now - begin
        #expect(keepAlives.count >= 2 && keepAlives.count <= elapsed.components.seconds + 1)
        #expect(keepAlives.allSatisfy { $0.headers["Session"] == "abc" })
        let frame = try #require(server.frames.first)
        #expect(frame.id == 1)
        let reports = try CompoundPacket(parsing: frame.payload.span.bytes).receptionReports
        let report = try #require(reports.first)
        #expect(report.ssrc == FilmScript.ssrc(0))
        #expect(report.extendedHighestSequenceNumber == 5)
        // The audio has brought nothing: nothing is reported of it.
        #expect(!server.frames.contains { $0.id == 3 })
        await client.close()
        await server.stop()
    }

    @Test func silenceEnds() async throws {
        let server = try await ScriptedServer.start { FilmScript.answer($0, media: [Self.media[0]]) }
        var configuration = Client.Configuration()
        configuration.silenceTimeout = .milliseconds(200)
        let client = try await Self.connect(server, configuration)
        let session = try await client.setup(try await client.describe(), over: .tcp) { Received().sink($0) }
        _ = try await session.play()
        #expect(await session.waitUntilEnd(timeout: .seconds(5)) == .silence)
        await client.close()
        await server.stop()
    }

    @Test func aPausedSessionIsNotSilent() async throws {
        let server = try await ScriptedServer.start { FilmScript.answer($0, media: [Self.media[0]]) }
        var configuration = Client.Configuration()
        configuration.silenceTimeout = .milliseconds(2_000)
        let client = try await Self.connect(server, configuration)
        let session = try await client.setup(try await client.describe(), over: .tcp) { Received().sink($0) }
        _ = try await session.play()
        try await session.pause()
        #expect(await session.waitUntilEnd(timeout: .milliseconds(3_000)) == nil)
        try await session.getParameter()
        await client.close()
        await server.stop()
    }

    @Test func aClosedConnectionEndsAndFails() async throws {
        let server = try await ScriptedServer.start { request in
            request.method == .pause ? [.close] : FilmScript.answer(request)
        }
        let client = try await Self.connect(server)
        let session = try await client.setup(try await client.describe(), over: .tcp) { Received().sink($0) }
        _ = try await session.play()
        await #expect(throws: ClientError.connectionClosed(reason: "by the server")) { try await session.pause() }
        #expect(await session.waitUntilEnd(timeout: .seconds(5)) == .connectionClosed(reason: "by the server"))
        await #expect(throws: ClientError.connectionClosed(reason: "by the server")) { try await client.options() }
        await server.stop()
    }

    @Test func refusalsCarryTheStatus() async throws {
        let server = try await ScriptedServer.start { request in
            request.method == .describe
                ? [.response(Response(status: .notFound))] : FilmScript.answer(request)
        }
        let client = try await Self.connect(server)
        await #expect(throws: ClientError.refused(.describe, .notFound)) { try await client.describe() }
        await client.close()
        await server.stop()
    }

    @Test func anUnansweredRequestTimesOut() async throws {
        let server = try await ScriptedServer.start { _ in [] }
        var configuration = Client.Configuration()
        configuration.requestTimeout = .milliseconds(100)
        let client = try await Self.connect(server, configuration)
        await #expect(throws: ClientError.timeout(.options)) { try await client.options() }
        await client.close()
        await server.stop()
    }

    @Test(arguments: ["http://127.0.0.1/", "film", "rtsp://"])
    func refusesOtherURLs(url: String) async {
        await #expect(throws: ClientError.invalidURL(url)) {
            try await Client.connect(to: url, on: MultiThreadedEventLoopGroup.singleton.next())
        }
    }

    @Test func nobodyListensThere() async throws {
        let server = try await ScriptedServer.start { _ in [] }
        await server.stop()
        await #expect(throws: ClientError.cannotConnect(reason: "Connection refused")) {
            try await Client.connect(to: server.url, on: MultiThreadedEventLoopGroup.singleton.next())
        }
    }
}
