import NIOCore
import NIOPosix
import Testing

@testable import RTSPServer

@Suite struct LoopOwnedTests {
    private final class Probe {
        private let loop: any EventLoop
        private let freed: EventLoopPromise<Bool>

        init(_ loop: any EventLoop, _ freed: EventLoopPromise<Bool>) { (self.loop, self.freed) = (loop, freed) }
        deinit { freed.succeed(loop.inEventLoop) }
    }

    /// Whoever lets go of it: it is freed on its loop.
    @Test func itIsFreedOnItsLoop() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let freed = loop.makePromise(of: Bool.self)
        var owned: LoopOwned<Probe>? = try await loop.submit { LoopOwned(Probe(loop, freed), on: loop) }.get()
        #expect(owned != nil)
        owned = nil
        #expect(try await freed.futureResult.get())
    }
}
