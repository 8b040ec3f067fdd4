import Foundation
import Testing

extension Interop {
    /// A channel's group on a network of a switch, the server and three hosts. Nothing leaves their namespaces.
    @Suite("Multicast")
    struct MulticastTests {
        private typealias Watched = (client: String, pictures: [UInt32], least: Int)

        @Test(
            "FFmpeg and GStreamer join, beside viewers over UDP and TCP: nobody misses a picture",
            .timeLimit(.minutes(3)), arguments: Lan.groups)
        func everyPicture(_ group: Lan.Group) async throws {
            try await Lan.with(group) { lan in
                // Longer than a session lasts without a sign of life.
                let count = 25 * (Lan.sessionTimeout + 7)
                try await withThrowingTaskGroup(of: Watched.self) { tasks in
                    for (host, transport) in [("one", "udp_multicast"), ("one", "tcp"), ("two", "udp")] {
                        tasks.addTask {
                            (transport, try await lan.ffmpeg(host, transport, lan.group.url, count: count), count)
                        }
                    }
                    tasks.addTask {
                        // After a start that takes its time.
                        let seconds = count / 25 + 1
                        return ("GStreamer", try await lan.gstreamer("two", seconds: seconds), count - 75)
                    }
                    tasks.addTask {
                        try await Task.sleep(for: .seconds(4))
                        #expect(try await lan.joined() == ["one", "two"])
                        guard lan.group.isSourceSpecific else { return ("nobody", [], 0) }
                        // As an RTSP client FFmpeg joins for any source; from a description alone it takes the one that is named.
                        let description = try await lan.description()
                        async let pictures = lan.ffmpeg("three", nil, description, count: 100)
                        try await Task.sleep(for: .seconds(2))
                        #expect(try await lan.filters("three") > 0, "joined for the source alone")
                        return ("by SDP", try await pictures, 100)
                    }
                    for try await (client, pictures, least) in tasks {
                        let run = lan.consecutive(pictures)
                        #expect(
                            pictures.count >= least && run == pictures.count, "\(client): \(run) of \(pictures.count)")
                    }
                }
            }
        }

        @Test(
            "a group is sent once, however many have joined, and not after the last has left",
            .timeLimit(.minutes(3)), arguments: [Lan.groups[0], Lan.groups[2]])
        func once(_ group: Lan.Group) async throws {
            try await Lan.with(group) { lan in
                async let beside = RawViewer.watch(
                    lan.group.url, .tcp, seconds: 28, prefix: lan.network.inside("three"))
                #expect(try await lan.wire(seconds: 2).rtp == 0, "nobody has asked for it")
                async let first = lan.ffmpeg("one", "udp_multicast", lan.group.url, count: 25 * 19)
                try await Task.sleep(for: .seconds(2))
                let alone = try await lan.wire(seconds: 4)
                #expect(try await lan.joined() == ["one"])
                async let second = lan.gstreamer("two", seconds: 10)
                try await Task.sleep(for: .seconds(3))
                #expect(try await lan.joined() == ["one", "two"])
                let both = try await lan.wire(seconds: 4)
                #expect(try await lan.joined() == ["one", "two"])
                #expect(alone.rtp > 100 && alone.repeated == 0 && both.repeated == 0 && both.rtcp > 0)
                #expect(abs(alone.rtp - both.rtp) <= alone.rtp / 10, "\(alone) and \(both)")
                let (one, two) = try await (first, second)
                #expect(lan.consecutive(one) == one.count && lan.consecutive(two) == two.count)
                let after = try await lan.wire(seconds: 3)
                #expect(after.rtp == 0 && after.rtcp == 0, "\(after)")
                let viewer = try await beside
                #expect(viewer.tracks.allSatisfy { $0.packets > 500 && $0.lost == 0 }, "the channel went on: \(viewer)")
            }
        }

        @Test("a host that vanishes is sent to until its session's time is over", .timeLimit(.minutes(2)))
        func vanished() async throws {
            try await Lan.with(Lan.groups[0]) { lan in
                async let viewer = Tool.run(
                    lan.network.inside("one") + ["timeout", "-s", "KILL", "6"]
                        + FFmpegCommand.pictures("udp_multicast", lan.group.url, count: 1000))
                try await Task.sleep(for: .seconds(4))
                try await lan.network.ip("one", "link set switch down")
                #expect(try await lan.wire(seconds: 1).rtp > 0)
                _ = try await viewer
                try await Task.sleep(for: .seconds(Lan.sessionTimeout + 2))
                let after = try await lan.wire(seconds: 2)
                #expect(after.rtp == 0 && after.rtcp == 0, "\(after)")
            }
        }
    }
}
