import CAllocations
import Glibc

/// Some operations, one after another, and what they took together.
struct Sample {
    let operations: Int
    /// That all of them took in; 0 if throughput says nothing of them.
    let bytes: Int
    /// CPU time of this thread: what else the machine does shows in its caches alone.
    let nanoseconds: UInt64
    let allocations: UInt64

    /// - Parameter body: does `operations` operations on the calling thread.
    @inline(never)
    static func of(_ operations: Int, bytes: Int = 0, body: () throws -> Void) rethrows -> Sample {
        let allocations = allocations_of_thread()
        let start = cpuTime()
        try body()
        let end = cpuTime()
        return Sample(
            operations: operations, bytes: bytes, nanoseconds: end - start,
            allocations: allocations_of_thread() - allocations)
    }

    private static func cpuTime() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// For the optimizer, somebody needs `value`.
@inline(never)
@_optimize(none)
func keep<Value>(_ value: Value) {}
