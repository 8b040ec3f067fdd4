/// The distribution of many measured times, in microseconds.
package struct Distribution: Hashable, Sendable {
    package var count: Int
    package var p50: Int32
    package var p99: Int32
    package var p999: Int32
    /// Exact, as is `maximum`.
    package var minimum: Int32
    package var maximum: Int32

    /// Nil if there are no values.
    /// - Parameter series: each a histogram and what is added to its values (saturating).
    package init?(_ series: [(histogram: Histogram, shift: Int32)]) {
        var entries: [Histogram.Entry] = []
        for (histogram, shift) in series {
            entries.append(
                contentsOf: histogram.entries.lazy.map { .init(value: Self.add($0.value, shift), count: $0.count) })
        }
        entries.sort { $0.value < $1.value }
        let count = entries.reduce(0) { $0 + $1.count }
        guard count > 0 else { return nil }
        self.count = count
        self.p50 = Self.percentile(entries, count, thousandths: 500)
        self.p99 = Self.percentile(entries, count, thousandths: 990)
        self.p999 = Self.percentile(entries, count, thousandths: 999)
        self.minimum = series.compactMap { item in item.histogram.minimum.map { Self.add($0, item.shift) } }.min()!
        self.maximum = series.compactMap { item in item.histogram.maximum.map { Self.add($0, item.shift) } }.max()!
    }

    package init?(_ histograms: [Histogram]) { self.init(histograms.map { ($0, 0) }) }

    /// Nearest rank: the smallest value that at least `thousandths`/1000 of all do not exceed.
    private static func percentile(_ sorted: [Histogram.Entry], _ count: Int, thousandths: Int) -> Int32 {
        var left = max((count * thousandths + 999) / 1000, 1)
        for entry in sorted {
            left -= entry.count
            if left <= 0 { return entry.value }
        }
        return sorted[sorted.count - 1].value
    }

    private static func add(_ value: Int32, _ shift: Int32) -> Int32 { Int32(clamping: Int64(value) + Int64(shift)) }
}
