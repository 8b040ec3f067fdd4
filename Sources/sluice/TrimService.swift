import RTSPServer
import ServiceLifecycle

/// Gives memory back when half of the viewers have gone: what they have left are holes between what others still use.
struct TrimService: Service {
    let server: Server

    private static let interval = Duration.seconds(1)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var most = 0
            while true {
                try await Task.sleep(for: Self.interval)
                let count = server.sessionCount
                most = max(most, count)
                guard count * 2 <= most, most > 0 else { continue }
                Allocator.trim()
                most = count
            }
        }
    }
}
