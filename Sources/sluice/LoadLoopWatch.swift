import MediaCore
import NIOCore
import RTSPClient

/// Watches one of the generator's own event loops: its thread's CPU, and how late its timers fire.
///
/// A generator that gets no CPU sees late packets where there are none; this tells.
final class LoadLoopWatch {
    struct Reading: Sendable {
        var thread: ThreadMeter.Use
        /// How late timers fired.
        var delays: Histogram
    }

    private let eventLoop: any EventLoop
    private let meter = ThreadMeter()
    private var delays = Histogram()
    private var timer: Scheduled<Void>?

    private static let period = TimeAmount.milliseconds(20)

    /// On the event loop that is to be watched.
    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        schedule(after: .now())
    }

    private func schedule(after deadline: NIODeadline) {
        let next = deadline + Self.period
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(deadline: next) { bound.value.fired(deadline: next) }
    }

    private func fired(deadline: NIODeadline) {
        let now = NIODeadline.now()
        delays.add(nanoseconds: max(0, (now - deadline).nanoseconds))
        meter.tick(.now)
        schedule(after: max(deadline, now - Self.period))
    }

    /// Ends the watch.
    func stop() -> Reading {
        timer?.cancel()
        return Reading(thread: meter.stop(), delays: delays)
    }
}
