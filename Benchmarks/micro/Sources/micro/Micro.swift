import CAllocations
import Foundation

/// Measures the parts that every packet or request goes through: see the help of `Options`.
@main
struct Micro {
    static func main() {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            guard !options.wantsHelp else { return print(Options.help) }
            try run(options)
        } catch {
            complain("\(error)")
            exit(2)
        }
    }

    private static let benchmarks =
        PacketizerBenchmarks.all + RTSPBenchmarks.all + DemandQueueBenchmarks.all + PacerBenchmarks.all
        + ViewerBenchmarks.all

    private static func run(_ options: Options) throws {
        try checkThatAllocationsAreCounted()
        let chosen = benchmarks.filter { options.filter.isEmpty || $0.name.contains(options.filter) }
        guard !chosen.isEmpty else { throw BenchmarkError("no benchmark's name holds \(options.filter)") }
        if !options.isJSON { print(Table.header) }
        let measurements = try chosen.map { benchmark in
            let measurement = try Measurement(of: benchmark, isTimed: !options.isUntimed)
            if !options.isJSON { print(Table.row(measurement)) }
            return measurement
        }
        if options.isJSON { print(try Measurement.json(measurements)) }
        if let path = options.write { try Thresholds(measurements).write(to: path) }
        guard let path = options.check else { return }
        let thresholds = try Thresholds(contentsOf: path)
        for line in thresholds.improvements(measurements) { complain("fewer than \(path) allows: \(line)") }
        let violations = thresholds.violations(measurements, isComplete: options.filter.isEmpty)
        for line in violations { complain(line) }
        if !violations.isEmpty { exit(1) }
    }

    private static func complain(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }

    private final class Object {
        let first = 1
    }

    /// Counts that read 0 because nothing is counted would hold every threshold.
    private static func checkThatAllocationsAreCounted() throws {
        let count = 100
        let kinds: [() -> Void] = [
            { for _ in 0..<count { keep(Object()) } },
            { for size in 1...count { keep([UInt8](repeating: 1, count: size)) } },
            { for value in 0..<count { keep(value) } },
        ]
        // The runtime allocates what it knows of a type when it first meets it.
        for kind in kinds { kind() }
        let found = kinds.map { Int(Sample.of(count, body: $0).allocations) }
        guard found == [count, count, 0] else {
            throw BenchmarkError(
                "allocations are not counted here: \(found) instead of \([count, count, 0]) of objects, arrays and nothing"
            )
        }
    }
}
