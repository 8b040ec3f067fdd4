import Glibc

/// Runs what keeps a processor busy (decoding, encoding) on a bounded set of threads, behind everything else that the machine has to do.
///
/// The threads are somebody else's, as `IOPool`'s are.
package final class ComputePool: Sendable {
    package typealias Work = @Sendable () -> Void

    /// Of the threads, from 0 (as everything else) to 19: nice(2).
    private static let niceness: Int32 = 10

    private let submit: @Sendable (@escaping Work) -> Void

    /// - Parameter submit: runs what it is given, once, on any of its few threads, in the order in which it comes.
    package init(submit: @escaping @Sendable (@escaping Work) -> Void) { self.submit = submit }

    func enqueue(_ work: @escaping Work) { submit(work) }

    /// To be called once on each of the threads. On Linux the calling thread alone is meant by 0: setpriority(2), notes.
    package static func lowerPriority() { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
}
