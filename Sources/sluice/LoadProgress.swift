import Glibc
import RTSPClient
import Synchronization

/// What a run has come to so far; any thread may count and read.
final class LoadProgress: Sendable {
    private let clients: Int
    /// Those that read to their end.
    private let readers: Int
    private let counter: PacketCounter
    private let startedCount = Atomic<Int>(0)
    private let nowPlaying = Atomic<Int>(0)
    private let endedCount = Atomic<Int>(0)
    private let failedCount = Atomic<Int>(0)
    private let doneReaders = Atomic<Int>(0)

    init(_ plan: LoadPlan, counter: PacketCounter) {
        self.clients = plan.clients
        self.readers = plan.clients - plan.slow
        self.counter = counter
    }

    func starting() { startedCount.add(1, ordering: .relaxed) }
    func playing() { nowPlaying.add(1, ordering: .relaxed) }

    /// A viewer is done.
    func done(hasPlayed: Bool, hasFailed: Bool, isSlow: Bool) {
        if hasPlayed { nowPlaying.subtract(1, ordering: .relaxed) }
        if hasFailed { failedCount.add(1, ordering: .relaxed) } else { endedCount.add(1, ordering: .relaxed) }
        if !isSlow { doneReaders.add(1, ordering: .relaxed) }
    }

    var playingCount: Int { nowPlaying.load(ordering: .relaxed) }
    /// Nobody but slow viewers is left.
    var areReadersDone: Bool { doneReaders.load(ordering: .relaxed) == readers }

    /// Whether anybody watches stderr.
    static let isVisible = isatty(STDERR_FILENO) == 1

    /// Rewrites the line on stderr.
    /// - Parameter previous: the packets and bytes a second ago.
    func show(seconds: Int, since previous: (packets: Int64, bytes: Int64)) {
        func count(_ value: borrowing Atomic<Int>) -> Int { value.load(ordering: .relaxed) }
        Self.write(
            "\r\u{1B}[K\(seconds) s: \(count(nowPlaying)) playing, \(count(endedCount)) ended, "
                + "\(count(failedCount)) failed, \(clients - count(startedCount)) to start; "
                + "\(counter.packets - previous.packets) packets/s, "
                + "\(LoadFormat.fixed(Double(counter.bytes - previous.bytes) * 8 / 1e6, places: 1)) Mbit/s")
    }

    /// For the next `show`.
    var received: (packets: Int64, bytes: Int64) { (counter.packets, counter.bytes) }

    static func clear() { write("\r\u{1B}[K") }

    private static func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
