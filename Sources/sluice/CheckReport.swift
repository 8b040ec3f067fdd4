import Glibc
import MediaCore
import Synchronization

/// Prints what is found as it is found, and between two files the progress, if somebody watches.
final class CheckReport: Sendable {
    private let isJSON: Bool
    private let state = Mutex(State())
    /// Files that have been counted, ahead of the check; and whether these are all.
    private let counted = Atomic<Int>(0)
    private let isCounted = Atomic<Bool>(false)

    private struct State {
        var summary = CheckSummary()
        var isOver = false
        var isBarDrawn = false
    }

    /// A bar is drawn on stderr.
    static let isWatched = isatty(STDERR_FILENO) == 1

    init(isJSON: Bool) { self.isJSON = isJSON }

    func count() { counted.add(1, ordering: .relaxed) }
    func countedAll() { isCounted.store(true, ordering: .relaxed) }

    func add(_ file: CheckedFile) {
        state.withLock { state in
            guard !state.isOver else { return }
            state.summary.add(file)
            let isBarDrawn = state.isBarDrawn
            clear(&state)
            FileOutput.line(isJSON ? file.json.line : file.text)
            if isBarDrawn { draw(&state) }
        }
    }

    /// The last lines; nothing is printed any more.
    /// - Returns: the summary; nil if it was printed before.
    func finish(isInterrupted: Bool = false) -> CheckSummary? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            state.isOver = true
            clear(&state)
            let summary = state.summary
            FileOutput.line(
                isJSON
                    ? summary.json(isInterrupted: isInterrupted).line
                    : "\n" + summary.text(isInterrupted: isInterrupted))
            return summary
        }
    }

    // MARK: Progress

    func drawBar() {
        state.withLock { state in
            if !state.isOver { draw(&state) }
        }
    }

    private func draw(_ state: inout State) {
        state.isBarDrawn = true
        let bar = Self.bar(
            done: state.summary.files, of: counted.load(ordering: .relaxed),
            isCounted: isCounted.load(ordering: .relaxed), failed: state.summary.verdicts[.refused] ?? 0)
        Self.write("\r\u{1B}[K" + bar)
    }

    /// `[#########.....................]  30% 120 of 400 files, 2 cannot be served`
    static func bar(done: Int, of counted: Int, isCounted: Bool, failed: Int) -> String {
        let width = 30
        let total = max(done, counted)
        let failures = failed > 0 ? ", \(failed) cannot be served" : ""
        // While they are being counted the part is not known.
        guard isCounted, total > 0 else { return "\(done) of \(total) or more files\(failures)" }
        let filled = done * width / total
        let percent = LoadFormat.fixed((100 * Double(done) / Double(total)).rounded(.down), places: 0)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return
            "[\(bar)] \(String(repeating: " ", count: 3 - percent.count))\(percent)% \(done) of \(total) files\(failures)"
    }

    private func clear(_ state: inout State) {
        guard state.isBarDrawn else { return }
        state.isBarDrawn = false
        Self.write("\r\u{1B}[K")
    }

    private static func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
