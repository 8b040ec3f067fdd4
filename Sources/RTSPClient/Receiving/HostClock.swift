// Both declare timespec, and which of them owns it is not ours to say.
import CSocket
import Glibc
package import MediaCore
import NIOCore

extension MediaTime {
    /// The host's monotonic clock, the one that event loops use.
    package static var now: MediaTime { MediaTime(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds)) }

    /// The wall clock at monotonic time zero: nanoseconds since the Unix epoch.
    package static var wallClockOrigin: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) - now.nanoseconds
    }
}
