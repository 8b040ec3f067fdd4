internal import LibAV
internal import MediaCore
import Synchronization

/// A title's demuxers, shared by its readers: at most `limit` are open. A few readers have one each; of more, each gets
/// one when it reads, and finds its place again.
final class DemuxerPool: Sendable {
    typealias Work = @Sendable (Result<Demuxer, MediaError>) -> Void

    private struct State {
        /// Least recently used first.
        var idle: [Demuxer] = []
        var open = 0
        /// Readers that will have one as soon as one is free, in the order in which they came.
        var waiting: [Waiting] = []
        var readers = 0
        var lastReader: UInt64 = 0
    }

    private struct Waiting {
        let interrupt: Interrupt
        let work: Work
    }

    let limit: Int
    private let make: @Sendable (Interrupt) -> Result<Demuxer, MediaError>
    private let enqueue: @Sendable (@escaping @Sendable () -> Void) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - make: opens one; blocks.
    ///   - enqueue: runs what may block.
    init(
        limit: Int, make: @escaping @Sendable (Interrupt) -> Result<Demuxer, MediaError>,
        enqueue: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.limit = max(1, limit)
        self.make = make
        self.enqueue = enqueue
    }

    /// Open now.
    var openCount: Int { state.withLock(\.open) }

    /// A reader's place among the others: when it goes, so does a demuxer too many.
    final class Seat {
        /// Tells the reader from all others of the title.
        let serial: UInt64
        private let pool: DemuxerPool

        fileprivate init(_ serial: UInt64, _ pool: DemuxerPool) { (self.serial, self.pool) = (serial, pool) }
        deinit { pool.leave() }
    }

    func enter() -> Seat {
        let serial = state.withLock { state -> UInt64 in
            state.readers += 1
            state.lastReader += 1
            return state.lastReader
        }
        return Seat(serial, self)
    }

    private func leave() {
        let surplus = state.withLock { state -> [Demuxer] in
            state.readers -= 1
            let count = min(state.idle.count, max(0, state.open - state.readers))
            state.open -= count
            defer { state.idle.removeFirst(count) }
            return Array(state.idle.prefix(count))
        }
        // Freeing an index of many megabytes is no work for an event loop.
        if !surplus.isEmpty { enqueue { withExtendedLifetime(surplus) {} } }
    }

    /// One that is not shared.
    func open(for interrupt: Interrupt) -> Result<Demuxer, MediaError> { make(interrupt) }

    private enum Choice {
        case have(Demuxer)
        case open
        case wait
    }

    /// Calls `work` with a demuxer: the one that `reader` has used last, else a new one, else the one that nobody has
    /// used for the longest time. At once, on this thread, if one can be had; else when one is given back.
    func borrow(for reader: UInt64, interrupt: Interrupt, _ work: @escaping Work) {
        let choice = state.withLock { state -> Choice in
            if let own = state.idle.firstIndex(where: { $0.lastReader == reader }) {
                return .have(state.idle.remove(at: own))
            }
            if state.open < limit {
                state.open += 1
                return .open
            }
            if !state.idle.isEmpty { return .have(state.idle.removeFirst()) }
            state.waiting.append(Waiting(interrupt: interrupt, work: work))
            return .wait
        }
        switch choice {
        case .have(let demuxer): hand(demuxer, to: interrupt, work)
        case .open: open(for: interrupt, work)
        case .wait: break
        }
    }

    private func hand(_ demuxer: Demuxer, to interrupt: Interrupt, _ work: Work) {
        demuxer.lend(to: interrupt)
        work(.success(demuxer))
    }

    private func open(for interrupt: Interrupt, _ work: Work) {
        let result = make(interrupt)
        if case .failure = result { close() }
        work(result)
    }

    /// - Parameter isUsable: false if its last read failed or was interrupted: such a context is not used again.
    func giveBack(_ demuxer: Demuxer, isUsable: Bool) {
        demuxer.lend(to: nil)
        guard isUsable else { return close() }
        let next = state.withLock { state -> Waiting? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.idle.append(demuxer)
            return nil
        }
        if let next { enqueue { [self] in hand(demuxer, to: next.interrupt, next.work) } }
    }

    /// One is gone: who waits may open another.
    private func close() {
        let next = state.withLock { state -> Waiting? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.open -= 1
            return nil
        }
        if let next { enqueue { [self] in open(for: next.interrupt, next.work) } }
    }
}
