import MediaCore
import Synchronization
import Testing

@testable import Library

/// Scheduling, with threads that run when the test says so.
@Suite struct IOPoolTests {
    /// Work that was submitted and waits for a thread.
    private final class Threads: Sendable {
        private let submitted = Mutex<[@Sendable () -> Void]>([])
        var count: Int { submitted.withLock(\.count) }
        func submit(_ work: @escaping @Sendable () -> Void) { submitted.withLock { $0.append(work) } }
        func runOne() { submitted.withLock { $0.removeFirst() }() }
        func runAll() { while count > 0 { runOne() } }
    }

    private final class Journal: Sendable {
        private let lines = Mutex<[String]>([])
        func note(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    @Test func `a device has at most half of the threads`() {
        let threads = Threads()
        let pool = IOPool(threads: 4, limit: 10, submit: threads.submit)
        for _ in 0..<10 { pool.enqueue(device: 1) {} }
        #expect(threads.count == 2)
        pool.enqueue(device: 2) {}
        #expect(threads.count == 3)
        threads.runOne()
        #expect(threads.count == 3)
        threads.runAll()
        pool.enqueue(device: 1) {}
        #expect(threads.count == 1)
    }

    @Test func `a slow device does not hold up another, and order is kept`() {
        let threads = Threads()
        let journal = Journal()
        let pool = IOPool(threads: 2, limit: 10, submit: threads.submit)
        for index in 0..<200 { pool.enqueue(device: 1) { journal.note("slow \(index)") } }
        pool.enqueue(device: 2) { journal.note("fast") }
        threads.runOne()
        threads.runOne()
        #expect(journal.all == ["slow 0", "fast"])
        threads.runAll()
        #expect(journal.all.filter { $0 != "fast" } == (0..<200).map { "slow \($0)" })
    }

    @Test func `what has no known device has a thread for each name, and takes none from a device`() throws {
        let threads = Threads()
        let pool = IOPool(threads: 4, limit: 10, submit: threads.submit)
        let names = (0..<100).map { IOPool.undeterminedDevice("\($0)".utf8) }
        #expect(Set(names).count == IOPool.undeterminedLanes)
        for _ in 0..<10 {
            for name in Set(names) { try pool.tryEnqueue(device: name) {} }
            pool.enqueue(device: 1) {}
        }
        #expect(threads.count == IOPool.undeterminedLanes + 2)
        threads.runAll()
    }

    @Test func `bounded work is refused at the limit, and admitted again after`() throws {
        let threads = Threads()
        let pool = IOPool(threads: 2, limit: 2, submit: threads.submit)
        try pool.tryEnqueue(device: 1) {}
        try pool.tryEnqueue(device: 1) {}
        #expect(throws: MediaError.overloaded("2 files are being opened")) { try pool.tryEnqueue(device: 1) {} }
        pool.enqueue(device: 1) {}
        threads.runAll()
        try pool.tryEnqueue(device: 1) {}
    }

    @Test func `what waits for a slow device takes no place from another's`() throws {
        let threads = Threads()
        let journal = Journal()
        let pool = IOPool(threads: 4, limit: 3, submit: threads.submit)
        for _ in 0..<3 { try pool.tryEnqueue(device: 1) { journal.note("slow") } }
        #expect(throws: MediaError.overloaded("3 files are being opened")) { try pool.tryEnqueue(device: 1) {} }
        for _ in 0..<3 { try pool.tryEnqueue(device: 2) { journal.note("fast") } }
        // Both of the slow device's threads are taken.
        #expect(threads.count == 4)
        threads.runAll()
        #expect(journal.all.count == 6)
    }
}
