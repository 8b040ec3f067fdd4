import Library
import MediaCore

/// What a check has come to so far: counts alone, however many files there are.
struct CheckSummary: Sendable {
    private(set) var verdicts: [CheckedFile.Verdict: Int] = [:]
    /// Files that have the problem.
    private(set) var problems: [CheckedFile.Problem.Kind: Int] = [:]
    /// Streams of files that are served.
    private(set) var leftOut = 0
    /// Of all files that are served, and say how long they last.
    private(set) var duration = MediaTime.zero

    var files: Int { verdicts.values.reduce(0, +) }
    /// Nothing is refused that somebody may want to play.
    var isClean: Bool { verdicts[.refused] == nil }

    mutating func add(_ file: CheckedFile) {
        verdicts[file.verdict, default: 0] += 1
        for kind in Set(file.problems.map(\.kind)) { problems[kind, default: 0] += 1 }
        guard file.verdict == .served || file.verdict == .flawed, let description = file.description else { return }
        leftOut += description.omitted.count
        if let duration = description.duration { self.duration += duration }
    }

    func text(isInterrupted: Bool) -> String {
        let counts = CheckedFile.Verdict.allCases.compactMap { verdict in
            verdicts[verdict].map { "\($0) \(verdict.rawValue)" }
        }
        var lines = [
            "\(files) files\(isInterrupted ? ", then interrupted" : ""): "
                + (counts.isEmpty ? "none" : counts.joined(separator: ", ")) + "; \(CheckFormat.time(duration)) in all"
        ]
        let found = CheckedFile.Problem.Kind.allCases.compactMap { kind in
            problems[kind].map { "\(kind.rawValue): \($0)" }
        }
        if !found.isEmpty { lines.append("problems, by files: " + found.joined(separator: ", ")) }
        if leftOut > 0 { lines.append("\(leftOut) streams of served files are left out") }
        return lines.joined(separator: "\n")
    }

    func json(isInterrupted: Bool) -> LoadJSON {
        .object([
            (
                "summary",
                .object([
                    ("files", .integer(Int64(files))), ("interrupted", .bool(isInterrupted)),
                    (
                        "verdicts",
                        .object(CheckedFile.Verdict.allCases.map { ("\($0)", .integer(Int64(verdicts[$0] ?? 0))) })
                    ),
                    (
                        "problems",
                        .object(
                            CheckedFile.Problem.Kind.allCases.map { ("\($0)", .integer(Int64(problems[$0] ?? 0))) })
                    ),
                    ("leftOut", .integer(Int64(leftOut))), ("duration", CheckFormat.json(duration)),
                ])
            )
        ])
    }
}
