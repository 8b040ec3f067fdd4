import Glibc
import Synchronization

/// What a run has come to so far; any thread may count and read.
final class LoadProgress: Sendable {
    private let started = Atomic<Int>(0)
    private let nowPlaying = Atomic<Int>(0)
    private let endedCount = Atomic<Int>(0)
    private let failedCount = Atomic<Int>(0)
    private let packets = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)

    func starting() { started.add(1, ordering: .relaxed) }
    func playing() { nowPlaying.add(1, ordering: .relaxed) }
    func failed() { failedCount.add(1, ordering: .relaxed) }

    func ended() {
        nowPlaying.subtract(1, ordering: .relaxed)
        endedCount.add(1, ordering: .relaxed)
    }

    func received(bytes count: Int) {
        packets.add(1, ordering: .relaxed)
        bytes.add(count, ordering: .relaxed)
    }

    var playingCount: Int { nowPlaying.load(ordering: .relaxed) }
    var byteCount: Int { bytes.load(ordering: .relaxed) }

    /// Whether anybody watches stderr.
    static let isVisible = isatty(STDERR_FILENO) == 1

    /// Rewrites the line on stderr.
    /// - Parameter bytesPerSecond: since the last line.
    func show(seconds: Int, of clients: Int, bytesPerSecond: Int) {
        let line =
            "\r\u{1B}[K\(seconds) s: \(nowPlaying.load(ordering: .relaxed)) playing, "
            + "\(endedCount.load(ordering: .relaxed)) ended, \(failedCount.load(ordering: .relaxed)) failed, "
            + "\(clients - started.load(ordering: .relaxed)) to start, \(packets.load(ordering: .relaxed)) packets, "
            + "\(LoadFormat.fixed(Double(bytesPerSecond) * 8 / 1e6, places: 1)) Mbit/s"
        Self.write(line)
    }

    static func clear() { write("\r\u{1B}[K") }

    private static func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
