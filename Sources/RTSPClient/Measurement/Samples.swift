/// Measured times in microseconds, with exact extremes and bounded memory.
///
/// Up to `limit` samples all are kept; then every second one is dropped and from there on only every second one taken,
/// and so on: what is left stays evenly spread over the run.
package struct Samples: Sendable {
    /// 512 kB: half an hour of a track of 71 units a second.
    package static let defaultLimit = 131_072

    package private(set) var values: [Int32] = []
    /// All samples, those not kept included.
    package private(set) var count = 0
    package private(set) var minimum: Int32?
    package private(set) var maximum: Int32?
    private var stride = 1
    private let limit: Int

    /// - Precondition: `limit` is at least 2.
    package init(limit: Int = defaultLimit) {
        precondition(limit >= 2)
        self.limit = limit
    }

    /// - Parameter nanoseconds: rounded towards zero; beyond 35 minutes it is cut to that.
    package mutating func add(nanoseconds: Int64) { add(Int32(clamping: nanoseconds / 1000)) }

    package mutating func add(_ microseconds: Int32) {
        minimum = min(minimum ?? microseconds, microseconds)
        maximum = max(maximum ?? microseconds, microseconds)
        if count % stride == 0 {
            if values.count == limit { thin() }
            if count % stride == 0 { values.append(microseconds) }
        }
        count += 1
    }

    /// Keeps those at even places: they are the multiples of the doubled stride.
    private mutating func thin() {
        for index in 0..<(limit + 1) / 2 { values[index] = values[index * 2] }
        values.removeLast(limit / 2)
        stride *= 2
    }
}

/// The distribution of many samples, in microseconds.
package struct Distribution: Hashable, Sendable {
    package var count: Int
    package var p50: Int32
    package var p99: Int32
    package var p999: Int32
    package var minimum: Int32
    package var maximum: Int32

    /// Nil if there are no samples.
    /// - Parameter samples: each a series and what is added to its values (saturating).
    package init?(_ samples: [(series: Samples, shift: Int32)]) {
        var values: [Int32] = []
        values.reserveCapacity(samples.reduce(0) { $0 + $1.series.values.count })
        for (series, shift) in samples {
            values.append(contentsOf: series.values.lazy.map { Self.add($0, shift) })
        }
        values.sort()
        guard !values.isEmpty else { return nil }
        self.count = samples.reduce(0) { $0 + $1.series.count }
        self.p50 = Self.percentile(values, thousandths: 500)
        self.p99 = Self.percentile(values, thousandths: 990)
        self.p999 = Self.percentile(values, thousandths: 999)
        // Extremes are exact, also of samples that were not kept.
        self.minimum = samples.compactMap { sample in sample.series.minimum.map { Self.add($0, sample.shift) } }.min()!
        self.maximum = samples.compactMap { sample in sample.series.maximum.map { Self.add($0, sample.shift) } }.max()!
    }

    package init?(_ samples: [Samples]) { self.init(samples.map { ($0, 0) }) }

    /// Nearest rank: the smallest value that at least `thousandths`/1000 of all do not exceed.
    static func percentile(_ sorted: [Int32], thousandths: Int) -> Int32 {
        let rank = (sorted.count * thousandths + 999) / 1000
        return sorted[max(rank, 1) - 1]
    }

    private static func add(_ value: Int32, _ shift: Int32) -> Int32 { Int32(clamping: Int64(value) + Int64(shift)) }
}
