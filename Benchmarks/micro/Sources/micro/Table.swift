import Foundation

/// Measurements as they are printed.
enum Table {
    private static let nameWidth = 50
    private static let width = 11

    static var header: String {
        let titles = ["bytes", "min ns", "p50 ns", "p99 ns", "a second", "MB/s", "allocs"]
        return pad("benchmark") + pad("per", to: 10) + titles.map { right($0) }.joined()
    }

    static func row(_ measurement: Measurement) -> String {
        let time = measurement.time
        let numbers = [
            number(measurement.bytes, decimals: 0), number(time?.minimum, decimals: 1),
            number(time?.median, decimals: 1), number(time?.percentile99, decimals: 1),
            number(measurement.perSecond, decimals: 0),
            number(measurement.megabytesPerSecond, decimals: 0), number(measurement.allocations, decimals: 2),
        ]
        return pad(measurement.name) + pad(measurement.operation, to: 10) + numbers.map { right($0) }.joined()
    }

    private static func number(_ value: Double?, decimals: Int) -> String {
        value.map { String(format: "%.\(decimals)f", $0) } ?? ""
    }

    private static func pad(_ text: String, to width: Int = nameWidth) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private static func right(_ text: String) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}

extension Measurement {
    /// As an array, keys in alphabetical order.
    static func json(_ measurements: [Measurement]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(measurements), as: UTF8.self)
    }
}
