import CFFmpeg
import Glibc
import Synchronization

/// Ends what a context is doing, from any thread: by hand, or when a deadline passes.
package final class Interrupt: Sendable {
    /// CLOCK_MONOTONIC in nanoseconds; 0: interrupted by hand, `.max`: no deadline.
    private let deadline = Atomic<Int64>(.max)
    /// While it is set, its end is this one's too.
    private let followed = Mutex<Interrupt?>(nil)

    package init() {}

    /// Ends with `other` from now on, instead of whom it followed before; nil for nobody. There is no circle.
    package func follow(_ other: Interrupt?) { followed.withLock { $0 = other } }

    /// Ends the call under way and every later one.
    package func fire() { deadline.store(0, ordering: .relaxed) }

    /// Calls that are under way `nanoseconds` from now are interrupted. Has no effect once fired.
    package func setDeadline(after nanoseconds: Int64) { replace(with: Self.now() &+ nanoseconds) }

    package func clearDeadline() { replace(with: .max) }

    package var isFired: Bool {
        let deadline = deadline.load(ordering: .relaxed)
        if deadline != .max, deadline == 0 || Self.now() >= deadline { return true }
        return followed.withLock { $0 }?.isFired ?? false
    }

    private func replace(with new: Int64) {
        var old = deadline.load(ordering: .relaxed)
        while old != 0 {
            let (done, current) = deadline.compareExchange(expected: old, desired: new, ordering: .relaxed)
            if done { return }
            old = current
        }
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// What libavformat polls. The context keeps this object alive.
    var callback: AVIOInterruptCB {
        AVIOInterruptCB(
            callback: { opaque in
                guard let opaque else { return 0 }
                return Unmanaged<Interrupt>.fromOpaque(opaque).takeUnretainedValue().isFired ? 1 : 0
            },
            opaque: Unmanaged.passUnretained(self).toOpaque())
    }
}
