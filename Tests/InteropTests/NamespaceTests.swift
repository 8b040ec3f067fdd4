import Foundation
import Subprocess
import Testing

extension Interop {
    /// Viewers that go wrong beside viewers that must not notice, each kind in a network namespace of its own.
    @Suite("Namespaces")
    struct NamespaceTests {
        private static let title = "bad-neighbours.mp4"
        private static let seconds = 10.0

        /// `good` and `bad` are hosts beside `server`.
        private func withServer(_ body: @escaping @Sendable (Network, Server) async throws -> Void) async throws {
            try await Place.withScratch { scratch in
                let media = scratch.appending(path: "media")
                try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
                try await Titles.busy(media.appending(path: Self.title), seconds: Int(Self.seconds))
                try await Network.with(["server", "good", "bad"]) { network in
                    try await network.connect("server", "10.211.1.1/24", "good", "10.211.1.2/24")
                    try await network.connect("server", "10.211.2.1/24", "bad", "10.211.2.2/24")
                    try await Server.serving(
                        media, host: "0.0.0.0", prefix: network.inside("server"),
                        log: scratch.appending(path: "server.log"), port: 8554,
                        rtpPort: 6970
                    ) { server in
                        try await body(network, server)
                    }
                }
            }
        }

        @Test("bad viewers cost ten good ones no packet", .timeLimit(.minutes(2)))
        func badNeighbours() async throws {
            try await withServer { network, server in
                let good = "rtsp://10.211.1.1:8554/\(Self.title)"
                let bad = "rtsp://10.211.2.1:8554/\(Self.title)"
                let viewers = try await withThrowingTaskGroup(of: RawViewer?.self) { group in
                    for _ in 0..<10 {
                        group.addTask {
                            try await RawViewer.watch(
                                good, .udp, seconds: Self.seconds + 15, prefix: network.inside("good"))
                        }
                    }
                    group.addTask {
                        // Any answer will do, and none of it may hurt.
                        _ = try await RawViewer.watch(
                            good, .udp, seconds: 4, prefix: network.inside("good"), options: ["--port-zero"])
                        return nil
                    }
                    for transport in Transport.allCases {
                        group.addTask {
                            // Vanishes after two seconds: killed, without TEARDOWN.
                            let viewer = RawViewer.command(good, transport, seconds: 30)
                            _ = try await Tool.run(network.inside("good") + ["timeout", "-s", "KILL", "2"] + viewer)
                            return nil
                        }
                        group.addTask {
                            let viewer = RawViewer.command(bad, transport, seconds: 30)
                            _ = try await Tool.run(
                                network.inside("bad") + ["timeout", "-s", "KILL", "\(Self.seconds)"] + viewer)
                            return nil
                        }
                    }
                    group.addTask {
                        // First the bad host's link goes down, then the way to it disappears altogether.
                        try await Task.sleep(for: .seconds(3))
                        try await network.ip("bad", "link set server down")
                        try await Task.sleep(for: .seconds(3))
                        try await network.ip("server", "addr del 10.211.2.1/24 dev bad")
                        return nil
                    }
                    var viewers: [RawViewer] = []
                    for try await viewer in group { if let viewer { viewers.append(viewer) } }
                    return viewers
                }
                #expect(viewers.count == 10)
                for viewer in viewers {
                    #expect(viewer.setup == 200 && viewer.play == 200)
                    #expect(viewer.ended, "BYE came on every track")
                    #expect(viewer.tracks.count == 2)
                    for track in viewer.tracks {
                        #expect(track.lost == 0 && track.reordered == 0, "\(track)")
                        #expect(
                            track.sources == ["10.211.1.1"], "packets come from the address that RTSP was spoken with")
                    }
                    #expect(
                        viewer.tracks.map(\.packets) == viewers[0].tracks.map(\.packets),
                        "everybody gets the same packets")
                    #expect(
                        viewer.tracks.first.map { $0.packets > 1000 } ?? false,
                        "the title is a busy one: \(viewer.tracks)")
                }
            }
        }

        @Test(
            "RTP goes only to the host that asks for it", .timeLimit(.minutes(2)),
            arguments: ["10.211.2.2", "255.255.255.255"])
        func destination(elsewhere: String) async throws {
            try await withServer { network, server in
                async let strangers = Tool.require(
                    network.inside("bad") + [Place.systemPython, Place.script("listen.py"), "6"])
                try await Task.sleep(for: .seconds(1))
                let viewer = try await RawViewer.watch(
                    "rtsp://10.211.1.1:8554/\(Self.title)", .udp, seconds: 3, prefix: network.inside("good"),
                    options: ["--destination", elsewhere])
                let count = try await strangers.trimmingCharacters(in: .whitespacesAndNewlines)
                #expect(count == "0", "datagrams that came to another host")
                if viewer.setup == 200 {
                    #expect(viewer.tracks.allSatisfy { $0.packets > 0 }, "accepted, so it plays to the host that asked")
                } else {
                    #expect(viewer.setup.map { (400..<500).contains($0) } ?? false, "refused with a client error")
                }
            }
        }
    }
}
