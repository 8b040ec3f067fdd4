import Glibc
import MediaCore
import NIOCore
import RTSPClient

/// Watches one of the generator's own event loops: its thread's CPU, and how late its timers fire.
///
/// A generator that gets no CPU sees late packets where there are none; this tells.
final class LoadLoopWatch {
    struct Reading: Sendable {
        /// CPU seconds of the thread.
        var cpuSeconds: Double
        /// The busiest second: 1 is all of it.
        var peakUse: Double
        /// How late timers fired.
        var delays: Samples
    }

    private let eventLoop: any EventLoop
    private let cpuAtStart: Double
    private var window: (time: MediaTime, cpu: Double)
    private var peakUse = 0.0
    private var delays = Samples(limit: 32_768)
    private var timer: Scheduled<Void>?

    private static let period = TimeAmount.milliseconds(20)

    /// On the event loop that is to be watched.
    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        let cpu = Self.threadCPU()
        self.cpuAtStart = cpu
        self.window = (.now, cpu)
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
        let time = MediaTime.now
        if time - window.time >= .seconds(1) {
            let cpu = Self.threadCPU()
            let elapsed = Double((time - window.time).nanoseconds) / 1e9
            peakUse = max(peakUse, (cpu - window.cpu) / elapsed)
            window = (time, cpu)
        }
        schedule(after: max(deadline, now - Self.period))
    }

    /// Ends the watch.
    func stop() -> Reading {
        timer?.cancel()
        return Reading(cpuSeconds: Self.threadCPU() - cpuAtStart, peakUse: peakUse, delays: delays)
    }

    private static func threadCPU() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
