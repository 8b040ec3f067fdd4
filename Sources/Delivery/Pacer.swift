import HeapModule
package import MediaCore

/// What a pacer wakes: a viewer.
package protocol Paced: AnyObject {
    /// Where the pacer keeps the member's next quantum; the member only stores it.
    var pacerSlot: PacerSlot { get set }
    /// Sends everything due at `now` and says when to be woken next; nil for not until scheduled again.
    func departDue(now: MediaTime) -> MediaTime?
}

/// A member's place in its pacer: the quantum at which it will be woken, and the last one in which it was.
package struct PacerSlot {
    var quantum: Int64?
    var served = Int64.min
    package init() {}

    fileprivate init(quantum: Int64?, served: Int64) { (self.quantum, self.served) = (quantum, served) }
}

/// One per event loop: serves all of the loop's viewers, waking once per quantum in which anything is due.
///
/// A core: the caller says what time it is and arms the timer for `nextWake`. Belongs to one event loop; not thread-safe.
package final class Pacer {
    package let quantum: MediaTime
    /// May hold entries that a later `schedule` has overtaken; those are skipped.
    private var heap: Heap<Entry> = []
    /// The first quantum that `run` has not begun to serve: nobody is woken twice in one.
    private var earliest: Int64 = 0

    private struct Entry: Comparable {
        let quantum: Int64
        let member: any Paced

        static func < (left: Entry, right: Entry) -> Bool { left.quantum < right.quantum }
        static func == (left: Entry, right: Entry) -> Bool { left.quantum == right.quantum }
    }

    package init(quantum: MediaTime) {
        precondition(quantum > .zero)
        self.quantum = quantum
    }

    /// Wakes `member` in the first quantum that begins at or after `time`, unless it is woken earlier anyhow.
    package func schedule(_ member: any Paced, at time: MediaTime) {
        schedule(member, quantum: max(firstQuantum(from: time), earliest))
    }

    /// As `schedule`, for a member that begins: if it was not woken in the quantum that is being served, it need not wait for the next.
    package func scheduleAtOnce(_ member: any Paced, at time: MediaTime) {
        let earliest = max(member.pacerSlot.served, earliest - 2) + 1
        schedule(member, quantum: max(firstQuantum(from: time), earliest))
    }

    private func schedule(_ member: any Paced, quantum: Int64) {
        if let planned = member.pacerSlot.quantum, planned <= quantum { return }
        member.pacerSlot.quantum = quantum
        heap.insert(Entry(quantum: quantum, member: member))
    }

    package func cancel(_ member: any Paced) { member.pacerSlot.quantum = nil }

    /// When to call `run` next; nil if nothing is scheduled.
    package var nextWake: MediaTime? {
        while let first = heap.min, first.member.pacerSlot.quantum != first.quantum { heap.removeMin() }
        return heap.min.map { MediaTime(nanoseconds: $0.quantum * quantum.nanoseconds) }
    }

    /// Wakes every member due at `now`, each at most once.
    package func run(now: MediaTime) {
        let current = now.nanoseconds / quantum.nanoseconds
        earliest = current + 1
        while let first = heap.min, first.quantum <= current {
            heap.removeMin()
            guard first.member.pacerSlot.quantum == first.quantum else { continue }
            first.member.pacerSlot = PacerSlot(quantum: nil, served: current)
            if let next = first.member.departDue(now: now) { schedule(first.member, at: next) }
        }
    }

    /// The beginning of the quantum of `time`: what is due then may leave at once.
    package func beginning(of time: MediaTime) -> MediaTime {
        MediaTime(nanoseconds: time.nanoseconds - time.nanoseconds % quantum.nanoseconds)
    }

    private func firstQuantum(from time: MediaTime) -> Int64 {
        let (whole, rest) = max(time, .zero).nanoseconds.quotientAndRemainder(dividingBy: quantum.nanoseconds)
        // The last quantum whose beginning is a time takes all that lies beyond.
        return rest > 0 && whole < Int64.max / quantum.nanoseconds ? whole + 1 : whole
    }
}
