import RTSPServer
import ServiceLifecycle

/// Gives memory back when half of the viewers have gone, and not a few: what they have left are holes between what others still use.
/// Meanwhile nobody allocates, so that it is not done for little, nor often.
struct TrimService: Service {
    let server: Server

    private static let interval = Duration.seconds(1)
    /// Sessions that have gone, if some are left.
    private static let worthwhile = 32

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var most = 0
            while true {
                try await Task.sleep(for: Self.interval)
                let count = server.sessionCount
                most = max(most, count)
                guard count * 2 <= most, most > 0, count == 0 || most - count >= Self.worthwhile else { continue }
                Allocator.trim()
                most = count
            }
        }
    }
}
