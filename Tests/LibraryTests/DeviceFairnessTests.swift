import Delivery
import Foundation
import Glibc
import Logging
import MediaCore
import MediaFixtures
import NIOCore
import Synchronization
import Testing

@testable import Library

/// The pool on real threads, with real titles and one device that does not answer.
@Suite struct DeviceFairnessTests {
    private let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    /// On another device than the temporary directory, where there is one.
    private static let otherDevice = "/dev/shm"

    private static var hasTwoDevices: Bool {
        var (here, there) = (stat(), stat())
        return stat(Fixture.directory.path, &here) == 0 && stat(otherDevice, &there) == 0
            && access(otherDevice, W_OK) == 0 && here.st_dev != there.st_dev
    }

    /// `count` threads that live as long as the test: what hangs hangs one of them.
    private final class Threads: Sendable {
        private let waiting = Mutex<[@Sendable () -> Void]>([])
        private let ready = DispatchSemaphore(value: 0)

        init(_ count: Int) {
            for _ in 0..<count {
                Thread.detachNewThread { [self] in while runOne() {} }
            }
        }

        /// False when it is told to end.
        private func runOne() -> Bool {
            ready.wait()
            guard let work = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return false }
            work()
            return true
        }

        func submit(_ work: @escaping @Sendable () -> Void) {
            waiting.withLock { $0.append(work) }
            ready.signal()
        }

        func end(_ count: Int) { for _ in 0..<count { ready.signal() } }
    }

    /// A device that answers when it is told to.
    private final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        private let hanging = Count()
        var hangingCount: Int { hanging.value }

        func pass() {
            hanging.add()
            semaphore.wait()
            semaphore.signal()
        }

        func open() { semaphore.signal() }
    }

    private final class Count: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    /// Opens the gate if it is in vain, so that nobody waits on.
    private func waitUntil(_ gate: Gate, _ holds: () -> Bool) async throws {
        for _ in 0..<3_000 where !holds() { try await Task.sleep(for: .milliseconds(10)) }
        if !holds() { gate.open() }
        try #require(holds())
    }

    /// Reads a title to its end, batch by batch, on the pool.
    private static func units(of title: FileTitle) async -> Int {
        let cursor = title.cursor()
        var units = 0
        while true {
            let batch = await withCheckedContinuation { continuation in
                cursor.read(
                    ReadRequest(
                        buffer: .init(), seek: nil, end: nil, maximumBytes: 65_536, maximumDuration: .milliseconds(500)),
                    completion: { continuation.resume(returning: $0) })
            }
            units += batch.trains.count
            if batch.isEnd { return units }
        }
    }

    @Test(.enabled(if: hasTwoDevices, "there is a second device"), .timeLimit(.minutes(1)))
    func `while one device hangs, another's viewers read on, and its own go on when it answers`() async throws {
        let threads = Threads(4)
        defer { threads.end(4) }
        let pool = IOPool(threads: 4, limit: 64, submit: threads.submit)
        let path = Self.otherDevice + "/sluice-\(UUID().uuidString).mp4"
        try FileManager.default.copyItem(atPath: Fixture.plain.path, toPath: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let slow = try FileTitle.open(path: path, pool: pool)
        let quick = try FileTitle.open(path: Fixture.plain.path, pool: pool)
        try #require(slow.identity.device != quick.identity.device)

        // Ten reads that hang, as a mount whose server has gone would have them, and ten viewers who come after.
        let gate = Gate()
        defer { gate.open() }
        for _ in 0..<10 { pool.enqueue(device: slow.identity.device) { gate.pass() } }
        let late = Count()
        let expected = await Self.units(of: quick)
        #expect(expected > 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    #expect(await Self.units(of: slow) == expected)
                    late.add()
                }
            }
            try await waitUntil(gate) { gate.hangingCount == 2 }
            await withTaskGroup(of: Void.self) { quickViewers in
                for _ in 0..<20 { quickViewers.addTask { #expect(await Self.units(of: quick) == expected) } }
            }
            // None of the quick ones has waited for the slow device; of that, no more than half of the threads.
            #expect(late.value == 0)
            #expect(gate.hangingCount == 2)
            gate.open()
            try await group.waitForAll()
        }
        #expect(late.value == 10)
    }

    @Test(.timeLimit(.minutes(1)))
    func `the first open in a folder that hangs holds up no file of the root and none of a known folder`() async throws
    {
        let count = 4 + IOPool.undeterminedLanes
        let threads = Threads(count)
        defer { threads.end(count) }
        let lane = IOPool.undeterminedDevice("new".utf8)
        let other = try #require((0..<100).map { "\($0)" }.first { IOPool.undeterminedDevice($0.utf8) != lane })
        let root = Fixture.directory.appendingPathComponent("fairness-\(UUID().uuidString)")
        for folder in ["", "known", "new", other] {
            let folder = root.appendingPathComponent(folder)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: Fixture.videoOnly.path, toPath: folder.appendingPathComponent("film.mp4").path)
        }
        // What comes while the gate is set is an open that hangs.
        let gate = Gate()
        defer { gate.open() }
        let hangs = Atomic(false)
        let pool = IOPool(threads: 4, limit: 64) { [threads] work in
            let first = hangs.exchange(false, ordering: .relaxed)
            threads.submit {
                if first { gate.pass() }
                work()
            }
        }
        let library = try MediaDirectory(path: root.path, pool: pool, logger: quiet)
        @Sendable func ask(_ path: String) async throws -> any MediaTitle {
            let path = try #require(MediaPath(path.utf8))
            return try await withCheckedThrowingContinuation { continuation in
                library.title(at: path) { continuation.resume(with: $0) }
            }
        }
        _ = try await ask("known/film.mp4")
        hangs.store(true, ordering: .relaxed)
        let answered = Count()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Those that come after the first wait behind it, not in the root's place.
            for _ in 0..<8 {
                group.addTask {
                    _ = try await ask("new/film.mp4")
                    answered.add()
                }
            }
            try await waitUntil(gate) { gate.hangingCount == 1 }
            for _ in 0..<8 {
                _ = try await ask("film.mp4")
                _ = try await ask("known/film.mp4")
            }
            // In a lane of its own, too.
            _ = try await ask("\(other)/film.mp4")
            #expect(answered.value == 0)
            gate.open()
            try await group.waitForAll()
        }
        #expect(answered.value == 8)
    }
}
