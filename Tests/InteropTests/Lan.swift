import Foundation
import Testing

/// A switch, the server and hosts `one`, `two` and `three`, in namespaces; the server has a channel of one clip, and sends it to a group.
struct Lan: Sendable {
    struct Group: Sendable, CustomTestStringConvertible {
        let address: String
        let isSourceSpecific: Bool
        var isIPv6: Bool { address.contains(":") }
        var sender: String { isIPv6 ? "fd00:214::1" : "10.214.1.1" }
        var url: String { "rtsp://\(isIPv6 ? "[\(sender)]" : sender):8554/channels/tv" }
        /// The port is one that FFmpeg does not choose for unicast.
        var option: String {
            "tv=tv.m3u,group=\(isIPv6 ? "[\(address)]" : address):4004,ttl=4\(isSourceSpecific ? ",ssm" : "")"
        }
        var testDescription: String { address + (isSourceSpecific ? ", source-specific" : "") }
    }

    static let groups = [
        Group(address: "239.1.2.3", isSourceSpecific: false), Group(address: "232.1.2.3", isSourceSpecific: true),
        Group(address: "ff15::7", isSourceSpecific: false), Group(address: "ff3e::8000:7", isSourceSpecific: true),
    ]
    /// Seconds.
    static let sessionTimeout = 8

    let network: Network
    let group: Group
    /// The clip's pictures, which follow one another over and over.
    let round: [UInt32]
    private let scratch: URL

    static func with(_ group: Group, _ body: @escaping @Sendable (Lan) async throws -> Void) async throws {
        try await Place.withScratch { scratch in
            let media = scratch.appending(path: "media")
            try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
            let clip = media.appending(path: "clip.mp4").path
            try await Tool.require(
                Titles.source(seconds: 2) + Titles.x264 + ["-bf", "2", "-g", "25"] + Titles.aac + ["-y", clip])
            try "clip.mp4\n".write(to: media.appending(path: "tv.m3u"), atomically: true, encoding: .utf8)
            let round = FrameList(try await Tool.require(FFmpegCommand.pictures(nil, clip))).entries.map(\.hash)
            #expect(Set(round).count == 50)
            try await Network.with(["switch", "server", "one", "two", "three"]) { network in
                try await network.makeSwitch("switch")
                for (index, node) in ["server", "one", "two", "three"].enumerated() {
                    let addresses = ["10.214.1.\(index + 1)/24", "fd00:214::\(index + 1)/64"]
                    try await network.plug(node, addresses, into: "switch")
                }
                // The last --host counts, and hears IPv4 too: the first is where the test asks whether the server is ready.
                try await Server.serving(
                    media, host: "0.0.0.0", prefix: network.inside("server"),
                    log: scratch.appending(path: "server.log"), port: 8554, rtpPort: 6970,
                    options: ["--host", "::", "--session-timeout", "\(sessionTimeout)", "--channel", group.option]
                ) { _ in
                    try await body(Lan(network: network, group: group, round: round, scratch: scratch))
                }
            }
        }
    }

    // MARK: Viewers

    /// The pictures that FFmpeg of Debian decodes on `host`: the first `count`.
    func ffmpeg(_ host: String, _ transport: String?, _ url: String, count: Int) async throws -> [UInt32] {
        let command = FFmpegCommand.pictures(transport, url, count: count)
        return FrameList(try await Tool.require(Tool.urgently + network.inside(host) + command)).entries.map(\.hash)
    }

    /// The pictures that come to GStreamer on `host`, by multicast.
    func gstreamer(_ host: String, seconds: Int) async throws -> [UInt32] {
        let output = scratch.appending(path: "\(host).json").path
        _ = try await Tool.run(
            Tool.urgently + network.inside(host) + [
                Place.systemPython, Place.script("gst_play.py"), group.url, "udp-mcast", output, "--timeout",
                "\(seconds)",
            ])
        let data = try #require(FileManager.default.contents(atPath: output))
        let run = try #require(try JSONDecoder().decode([GStreamerPlayer.Run].self, from: data).first)
        // The last may lack a unit that it is shown after.
        return FrameList(try await Tool.require(FFmpegCommand.pictures(nil, run.capture))).entries.map(\.hash)
            .dropLast(3)
    }

    /// A file with the channel's description, for who knows nothing else of it.
    func description() async throws -> String {
        struct Reply: Decodable { let sdp: String }
        let text = try await Tool.require(
            network.inside("three") + [Place.systemPython, Place.script("rtsp.py"), "describe", group.url])
        let file = scratch.appending(path: "tv.sdp")
        try JSONDecoder().decode(Reply.self, from: Data(text.utf8)).sdp.write(
            to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    /// - Returns: how many pictures follow one another as in the clip, over and over, from the first on.
    func consecutive(_ pictures: [UInt32]) -> Int {
        guard let first = pictures.first.flatMap({ round.firstIndex(of: $0) }) else { return 0 }
        return pictures.indices.first { pictures[$0] != round[(first + $0) % round.count] } ?? pictures.count
    }

    // MARK: The network

    /// The hosts that have joined the group.
    func joined() async throws -> [String] {
        var joined: [String] = []
        for host in ["one", "two", "three"] {
            let text = try await Tool.require(["ip", "-n", network.name(host), "maddr", "show", "dev", "switch"])
            if text.split(whereSeparator: \.isWhitespace).contains(where: { $0 == group.address }) {
                joined.append(host)
            }
        }
        return joined
    }

    /// How many groups the host has joined for certain sources, as its kernel lists them.
    func filters(_ host: String) async throws -> Int {
        let file = "/proc/net/mcfilter\(group.isIPv6 ? "6" : "")"
        return try await Tool.require(network.inside(host) + ["cat", file]).split(separator: "\n").count - 1
    }

    /// What `Clients/wire.py` counts.
    struct Wire: Decodable {
        let rtp: Int
        let repeated: Int
        let rtcp: Int
    }

    /// What comes by host three, which has not joined, of the group.
    func wire(seconds: Int) async throws -> Wire {
        let command = [Place.systemPython, Place.script("wire.py"), group.address, group.sender, "\(seconds)"]
        return try JSONDecoder().decode(
            Wire.self, from: Data(try await Tool.require(Tool.urgently + network.inside("three") + command).utf8))
    }
}

/// FFmpeg of Debian's.
enum FFmpegCommand {
    /// Prints the hashes of the pictures it decodes.
    static func pictures(_ transport: String?, _ url: String, count: Int? = nil) -> [String] {
        ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1"]
            + (transport.map { ["-rtsp_transport", $0] } ?? ["-protocol_whitelist", "file,rtp,udp"])
            + ["-i", url, "-map", "0:v", "-fps_mode", "passthrough", "-enc_time_base", "1/90000"]
            + (count.map { ["-frames:v", "\($0)"] } ?? []) + ["-f", "framecrc", "-"]
    }
}
