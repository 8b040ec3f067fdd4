import Dispatch
import NIOCore

/// An event loop that does what it is given when `run` is called, on the one thread of the benchmark, and costs next to nothing itself.
/// Viewers only `execute`.
///
/// SAFETY: it never leaves the thread that made it, so nothing of it is sent.
final class QueueingLoop: EventLoop, @unchecked Sendable {
    private var tasks: [@Sendable () -> Void] = []
    /// What `run` is at work on, kept for its allocation.
    private var running: [@Sendable () -> Void] = []

    var inEventLoop: Bool { true }

    func execute(_ task: @escaping @Sendable () -> Void) { tasks.append(task) }

    /// Until nothing is left.
    func run() {
        while !tasks.isEmpty {
            swap(&tasks, &running)
            for task in running { task() }
            running.removeAll(keepingCapacity: true)
        }
    }

    func scheduleTask<Value>(
        deadline: NIODeadline, _ task: @escaping @Sendable () throws -> Value
    ) -> Scheduled<Value> {
        preconditionFailure("a viewer schedules nothing: it has a pacer")
    }

    func scheduleTask<Value>(
        in: TimeAmount, _ task: @escaping @Sendable () throws -> Value
    ) -> Scheduled<Value> {
        preconditionFailure("a viewer schedules nothing: it has a pacer")
    }

    func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        queue.async { callback(nil) }
    }
}
