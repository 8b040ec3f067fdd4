import Foundation
import Subprocess

/// What a process left behind.
struct Outcome: Sendable {
    /// nil if a signal ended it.
    let status: Int?
    let output: String
    let error: String
    /// Wall clock, seconds.
    let seconds: Double

    /// It was stopped because its time was up.
    var timedOut: Bool { status == 124 || status == 137 }

    /// The last lines of its standard error, for a failure's message.
    var lastErrors: String { error.split(separator: "\n").suffix(6).joined(separator: " | ") }
}

/// Runs programs, each with an end to its time.
enum Tool {
    /// What a server and its clients run under: nothing else on the machine may make them late (root can ask for that).
    static let urgently = ["nice", "-n", "-10"]

    /// Runs `command` to its end, at most `seconds`; `timeout` of coreutils stops it then, also if these tests have died meanwhile.
    static func run(_ command: [String], seconds: Double = 60) async throws -> Outcome {
        let began = ContinuousClock.now
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        let result = try await Subprocess.run(
            .name("timeout"), arguments: .init(["--kill-after=5", "\(seconds)"] + command), platformOptions: options,
            output: .bytes(limit: 256 << 20), error: .bytes(limit: 64 << 20))
        let status: Int? = if case .exited(let code) = result.terminationStatus { Int(code) } else { nil }
        let elapsed = began.duration(to: .now)
        return Outcome(
            status: status, output: String(decoding: result.standardOutput, as: UTF8.self),
            error: String(decoding: result.standardError, as: UTF8.self),
            seconds: Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18)
    }

    /// Like `run`, but a failure throws.
    @discardableResult
    static func require(_ command: [String], seconds: Double = 60) async throws -> String {
        let outcome = try await run(command, seconds: seconds)
        guard outcome.status == 0 else { throw ToolFailure(command: command, outcome: outcome) }
        return outcome.output
    }
}

struct ToolFailure: Error, CustomStringConvertible {
    let command: [String]
    let outcome: Outcome
    var description: String {
        "`\(command.joined(separator: " "))` ended with \(outcome.status.map(String.init) ?? "a signal"): \(outcome.lastErrors)"
    }
}
