// Both declare timespec, and which of them owns it is not ours to say.
import CSocket
import Glibc
package import MediaCore

/// Measures what the thread that makes it uses: CPU, its busiest second, and the time in which it was ready to run but
/// had to wait for a core (sched-stats, /proc/thread-self/schedstat).
package final class ThreadMeter {
    package struct Use: Hashable, Sendable {
        package var cpuSeconds: Double
        /// 1 is all of a core.
        package var peakUse: Double
        package var waitSeconds: Double
    }

    private let cpuAtStart: Double
    private let waitAtStart: Double
    private var window: (time: MediaTime, cpu: Double)
    private var peakUse = 0.0

    /// On the thread that is to be measured.
    package init() {
        let cpu = Self.threadCPU()
        self.cpuAtStart = cpu
        self.waitAtStart = Self.threadWait()
        self.window = (.now, cpu)
    }

    /// To be called often, on the thread.
    package func tick(_ now: MediaTime) {
        let elapsed = now - window.time
        guard elapsed >= .seconds(1) else { return }
        let cpu = Self.threadCPU()
        peakUse = max(peakUse, (cpu - window.cpu) * 1e9 / Double(elapsed.nanoseconds))
        window = (now, cpu)
    }

    /// Since it was made; on the thread.
    package func stop() -> Use {
        Use(
            cpuSeconds: Self.threadCPU() - cpuAtStart, peakUse: peakUse, waitSeconds: Self.threadWait() - waitAtStart)
    }

    /// CPU seconds of the whole process so far.
    package static var processCPU: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

    private static func threadCPU() -> Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The second field: nanoseconds on a run queue. Zero where the kernel does not keep count.
    private static func threadWait() -> Double {
        let fields = KernelFile.text("/proc/thread-self/schedstat")?.split(separator: " ") ?? []
        return fields.count > 1 ? (Double(fields[1]) ?? 0) / 1e9 : 0
    }
}
