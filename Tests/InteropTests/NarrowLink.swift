import Foundation

/// A server and a viewer's host, each in a namespace of its own, and between them a link with a shaper and a short queue.
struct NarrowLink: Sendable {
    let server: Server
    /// The command that runs another one at the viewer's host.
    let viewer: [String]

    func url(_ title: String) -> String { "rtsp://10.213.1.1:8554/\(title)" }

    /// - Parameters:
    ///   - rate: bits per second.
    ///   - queue: bytes that the link takes at once, and that may wait for it, in kB.
    static func serving<Result: Sendable>(
        _ media: URL, rate: Int, queue: (burst: Int, limit: Int), log: URL, options: [String],
        _ body: @escaping @Sendable (NarrowLink) async throws -> Result
    ) async throws -> Result {
        let (burst, limit) = queue
        return try await Network.with(["server", "viewer"]) { network in
            try await network.connect("server", "10.213.1.1/24", "viewer", "10.213.1.2/24")
            try await Tool.require(
                network.inside("server") + ["tc", "qdisc", "add", "dev", "viewer", "root", "tbf"]
                    + ["rate", "\(rate)", "burst", "\(burst)kb", "limit", "\(limit)kb"])
            return try await Server.serving(
                media, host: "0.0.0.0", prefix: network.inside("server"), log: log, port: 8554, rtpPort: 6970,
                options: options
            ) { server in try await body(NarrowLink(server: server, viewer: network.inside("viewer"))) }
        }
    }
}
