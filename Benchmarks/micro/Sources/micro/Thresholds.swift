import Foundation

/// How often an operation may allocate, by its benchmark's name: what is committed pins the hot path.
struct Thresholds {
    private(set) var allocations: [String: Double]

    /// As much as was measured; of what is no whole number, one or two hundredths more, for growth that is spread over many operations.
    init(_ measurements: [Measurement]) {
        allocations = Dictionary(
            uniqueKeysWithValues: measurements.map { measurement in
                let count = measurement.allocations
                return (measurement.name, count == count.rounded() ? count : ((count * 100).rounded(.up) + 1) / 100)
            })
    }

    init(contentsOf path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        allocations = try JSONDecoder().decode([String: Double].self, from: data)
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(allocations) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
    }

    /// What does not hold, a line each.
    /// - Parameter isComplete: every benchmark was run, so that a threshold without one is a mistake.
    func violations(_ measurements: [Measurement], isComplete: Bool) -> [String] {
        var lines: [String] = []
        for measurement in measurements {
            guard let limit = allocations[measurement.name] else {
                lines.append("\(measurement.name): no threshold")
                continue
            }
            guard measurement.allocations > limit else { continue }
            lines.append(
                "\(measurement.name): \(measurement.allocations) allocations per \(measurement.operation), "
                    + "not more than \(limit) are allowed")
        }
        guard isComplete else { return lines }
        let known = Set(measurements.map(\.name))
        return lines + allocations.keys.filter { !known.contains($0) }.sorted().map { "\($0): no such benchmark" }
    }

    /// Benchmarks that allocate less than they may: the threshold can be lowered.
    func improvements(_ measurements: [Measurement]) -> [String] {
        measurements.compactMap { measurement in
            guard let limit = allocations[measurement.name], measurement.allocations < limit - 0.02 else { return nil }
            return "\(measurement.name): \(measurement.allocations) instead of \(limit)"
        }
    }
}
