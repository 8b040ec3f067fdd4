import Foundation
import RTP
import RTSP
import RTSPServer
import TestSupport
import Testing

/// What real clients sent, replayed: see Fixtures/README.md.
@Suite(.serialized) struct ClientRecordingTests {
    struct Recording: Sendable, CustomTestStringConvertible {
        let name: String
        var tracks = 2
        /// The recorded client read RTP interleaved to its end.
        var overTCP = false
        /// Why its sessions ended, in order.
        var ends = ["teardown"]
        var testDescription: String { name }
    }

    static let recordings = [
        Recording(name: "ffmpeg-udp"),
        Recording(name: "ffmpeg-tcp", overTCP: true),
        Recording(name: "ffmpeg-seek", overTCP: true),
        Recording(name: "ffmpeg-fallback", overTCP: true, ends: ["replaced over TCP", "teardown"]),
        Recording(name: "gstreamer-udp"),
        Recording(name: "gstreamer-tcp", overTCP: true),
        Recording(name: "mpv-udp"),
        Recording(name: "mpv-seek", overTCP: true),
        Recording(name: "aiortsp", tracks: 1),
        Recording(name: "curl"),
    ]

    private static func messages(_ name: String) throws -> [Message] {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "rtsp", subdirectory: "Fixtures"))
        var parser = MessageParser()
        parser.append(Array(try Data(contentsOf: url)))
        var messages: [Message] = []
        while let message = try parser.next() { messages.append(message) }
        #expect(!parser.isInMessage)
        return messages
    }

    @Test(arguments: recordings)
    func replayed(_ recording: Recording) async throws {
        try await RunningServer.run(FakeLibrary(["film.mp4": FakeTitle.small(seconds: 4)])) { server in
            let replay = try Replay(server)
            for message in try Self.messages(recording.name) { try replay.perform(message) }
            #expect(replay.mediaTracks == recording.tracks)
            #expect(replay.client.frames.isEmpty != recording.overTCP)
            #expect(server.log.sessions(recording.ends.count).map { $0["reason"] } == recording.ends)
            #expect(
                !server.log.all.contains { $0.message == "malformed request" || $0.message == "unreadable request" })
        }
    }

    /// One client as it was recorded, in a world with other ports and session ids.
    private final class Replay {
        let client: RawConnection
        private let server: RunningServer
        private var receivers: [DatagramReceiver] = []
        /// From recorded ids to those of this server.
        private var sessions: [String: String] = [:]
        private var newest: String?
        private var interleavedTracks = 0
        /// How many tracks brought media after a PLAY, the most of all PLAYs.
        private(set) var mediaTracks = 0

        init(_ server: RunningServer) throws {
            self.server = server
            client = try server.connect()
        }

        func perform(_ message: Message) throws {
            switch message {
            case .interleaved(let id, let payload): try client.send(frame: payload, id: id)
            case .request(let request): try perform(request)
            case .response, .malformed: #expect(Bool(false), "a client sends requests: \(message)")
            }
        }

        private func perform(_ recorded: Request) throws {
            var request = recorded
            request.uri = recorded.uri.replacing("127.0.0.1:18755", with: "127.0.0.1:\(server.port)")
            if let id = recorded.headers["Session"] {
                if sessions[id] == nil { sessions[id] = newest }
                request.headers["Session"] = sessions[id]
            }
            if let transport = recorded.headers["Transport"], recorded.method == .setup {
                request.headers["Transport"] = try self.transport(transport)
            }
            try client.send(request.serialize())
            let reply = try client.reply()
            #expect(reply.status == .ok, "\(recorded.method)")
            #expect(reply.headers["CSeq"] == recorded.headers["CSeq"])
            if let header = try reply.headers.typed(SessionHeader.self) { newest = header.id }
            switch recorded.method {
            case .describe:
                // Clients take their track URLs from here.
                #expect(reply.headers["Content-Base"] == request.uri + "/")
            case .play:
                #expect(try reply.headers.typed(RTPInfoHeader.self)?.streams.isEmpty == false)
                try expectMedia()
            default: break
            }
        }

        private func transport(_ recorded: String) throws -> String {
            guard recorded.contains("client_port=") else {
                interleavedTracks += 1
                return recorded
            }
            let receiver = try DatagramReceiver()
            receivers.append(receiver)
            return recorded.replacing(/client_port=[0-9]+-[0-9]+/, with: receiver.clientPort)
        }

        private func expectMedia() throws {
            if interleavedTracks > 0 {
                let start = client.frames.count
                let ids = Set((0..<interleavedTracks).map { UInt8(2 * $0) })
                try #require(try client.receive { ids.isSubset(of: $0.frames[start...].map(\.id)) })
                mediaTracks = interleavedTracks
            } else {
                for receiver in receivers {
                    let start = receiver.media.count
                    try #require(receiver.receive { $0.media.count > start })
                }
                mediaTracks = receivers.count
            }
        }
    }
}
