package import MediaCore
import Synchronization

/// Runs blocking work on a bounded set of threads, at most half of them per device, so that a slow disk delays only
/// those who read from it. Work of which the device is not known yet has threads of its own beside them, one for each of a
/// few lanes: where one of these hangs, no device has fewer.
///
/// The threads are somebody else's (`sluice` brings SwiftNIO's): this type decides what runs next. Work for one
/// device starts in the order in which it came.
package final class IOPool: Sendable {
    package typealias Work = @Sendable () -> Void

    /// Threads that work on no device which is known.
    package static let undeterminedLanes = 4

    /// Stands for the device of a file in a folder that was never looked into. No device has such a number: Linux's have
    /// 32 bits. What has the same `name`, which may be where a device is mounted, has one lane.
    static func undeterminedDevice(_ name: some Sequence<UInt8>) -> UInt64 {
        UInt64.max - FNV1a.hash(name) % UInt64(undeterminedLanes)
    }

    private let submit: @Sendable (@escaping Work) -> Void
    private let threads: Int
    /// Bounded work that waits or is under way for one device.
    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        var devices: [UInt64: Lane] = [:]
    }

    private struct Lane {
        var running = 0
        /// Bounded work that waits or is under way.
        var bounded = 0
        /// What waits, from `head` on; before it nil, so that nothing outlives its turn.
        var waiting: [Work?] = []
        var head = 0

        /// False if `work` has to wait, and does.
        mutating func admit(_ work: @escaping Work, threads: Int) -> Bool {
            guard running >= threads else {
                running += 1
                return true
            }
            waiting.append(work)
            return false
        }

        mutating func next() -> Work? {
            guard head < waiting.count, let work = waiting[head] else { return nil }
            waiting[head] = nil
            head += 1
            if head >= 64, head * 2 >= waiting.count {
                waiting.removeFirst(head)
                head = 0
            }
            return work
        }
    }

    /// - Parameters:
    ///   - threads: how many pieces of work `submit` runs at once, `undeterminedLanes` not counted; at least 1.
    ///   - limit: bounded work that may wait or be under way for one device: what a slow one keeps waiting takes no place
    ///     from the others'.
    ///   - submit: runs what it is given, once, on any of its threads.
    package init(threads: Int, limit: Int, submit: @escaping @Sendable (@escaping Work) -> Void) {
        precondition(threads > 0 && limit > 0)
        self.submit = submit
        self.threads = threads
        self.limit = limit
    }

    /// Work under way at once for one device.
    private func threads(for device: UInt64) -> Int {
        device > UInt64.max - UInt64(Self.undeterminedLanes) ? 1 : max(1, threads / 2)
    }

    /// Runs `work` when a thread of the device is free. For callers who are themselves bounded: a cursor has one read
    /// under way.
    package func enqueue(device: UInt64, _ work: @escaping Work) {
        let start = state.withLock { $0.devices[device, default: Lane()].admit(work, threads: threads(for: device)) }
        if start { run(work, device: device) }
    }

    /// As `enqueue`, but refuses when the limit of bounded work for the device is reached.
    /// - Throws: `.overloaded`; `work` then never runs.
    package func tryEnqueue(device: UInt64, _ work: @escaping Work) throws(MediaError) {
        let bounded: Work = { [self] in
            work()
            state.withLock { $0.devices[device]?.bounded -= 1 }
        }
        let start = state.withLock { state -> Bool? in
            guard state.devices[device]?.bounded ?? 0 < limit else { return nil }
            state.devices[device, default: Lane()].bounded += 1
            return state.devices[device, default: Lane()].admit(bounded, threads: threads(for: device))
        }
        guard let start else { throw .overloaded("\(limit) files are being opened") }
        if start { run(bounded, device: device) }
    }

    /// One thread's turn: `work`, and then whatever waits for the device. Each piece is submitted anew, so that
    /// devices take turns.
    private func run(_ work: @escaping Work, device: UInt64) {
        submit { [self] in
            work()
            let next = state.withLock { state -> Work? in
                if let next = state.devices[device]?.next() { return next }
                state.devices[device]?.running -= 1
                if state.devices[device]?.running == 0 { state.devices[device] = nil }
                return nil
            }
            if let next { run(next, device: device) }
        }
    }
}
