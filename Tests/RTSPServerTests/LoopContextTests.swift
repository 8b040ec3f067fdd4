import Delivery
import Glibc
import MediaCore
import NIOCore
import NIOPosix
import RTSP
import TestSupport
import Testing

@testable import RTSPServer

@Suite struct LoopContextTests {
    /// Due again whenever it is woken, and slow: a loop with more viewers than it can serve.
    private final class Overload: Paced {
        var pacerSlot = PacerSlot()
        func departDue(now: MediaTime) -> MediaTime? {
            usleep(3000)
            return now
        }
    }

    /// However late the pacer is, requests are read.
    @Test func anOverloadedLoopStillAnswers() async throws {
        try await withTaskExecutorPreference(BlockingExecutor.shared) {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let server = try await Server.start(
                .onFreePorts, library: FakeLibrary([:]), group: group, logger: LogRecord().logger)
            let eventLoop = group.next()
            let busy = try await eventLoop.submit {
                let loop = LoopContext(eventLoop: eventLoop, sockets: nil, limits: Limits())
                loop.pacer.schedule(Overload(), at: loop.now)
                loop.flush()
                return NIOLoopBound(loop, eventLoop: eventLoop)
            }.get()
            let client = try RawConnection(port: server.address.port ?? 0)
            var statuses: [StatusCode] = []
            while statuses.count < 20, let reply = try? client.request("OPTIONS", "*") { statuses.append(reply.status) }
            try await eventLoop.submit { busy.value.stop() }.get()
            #expect(statuses == Array(repeating: .ok, count: 20))
            await server.shutdown()
            try await group.shutdownGracefully()
        }
    }
}
