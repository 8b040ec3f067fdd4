/// Counts measured times in microseconds by their size: memory that does not grow with the run, and a known error.
///
/// The first `headLimit` values are kept as they are. Then the value around which most of them lie becomes the base,
/// and from there on only distances from it are counted, in buckets as HdrHistogram's: exact up to 127 us from the base,
/// and not wider than 1/64 of the distance beyond.
/// ```
/// distance   0 1 2 ... 127 | 128 130 ... 254 | 256 260 ... 508 | ...
/// bucket     0 1 2 ... 127 | 128 129 ... 191 | 192 193 ... 255 | ...
/// ```
/// Arrays grow by 64 buckets as larger distances come: in practice some 2 kB, at most 14.
package struct Histogram: Hashable, Sendable {
    /// Values counted.
    package private(set) var count = 0
    /// Exact.
    package private(set) var minimum: Int32?
    /// Exact.
    package private(set) var maximum: Int32?
    /// Before there is a base: the values as they came.
    private var head: [Int32] = []
    private var base: Int32?
    /// By bucket, of values from the base on, and of those before it.
    private var above: [UInt32] = []
    private var below: [UInt32] = []

    static let headLimit = 256
    /// Buckets that each doubling of the distance has.
    private static let perDoubling = 64

    /// One bucket that holds something.
    package struct Entry: Hashable, Sendable {
        /// Its middle.
        package var value: Int32
        package var count: Int
    }

    package init() {}

    /// - Parameter nanoseconds: rounded towards zero; beyond 35 minutes it is cut to that.
    package mutating func add(nanoseconds: Int64) { add(Int32(clamping: nanoseconds / 1000)) }

    package mutating func add(_ microseconds: Int32) {
        count += 1
        minimum = min(minimum ?? microseconds, microseconds)
        maximum = max(maximum ?? microseconds, microseconds)
        if let base {
            add(Int64(microseconds) - Int64(base))
        } else {
            head.append(microseconds)
            if head.count == Self.headLimit { settle() }
        }
    }

    private mutating func settle() {
        let base = usual ?? 0
        self.base = base
        for value in head { add(Int64(value) - Int64(base)) }
        head = []
    }

    private mutating func add(_ distance: Int64) {
        let bucket = Self.bucket(UInt32(distance.magnitude))
        if distance < 0 { Self.count(bucket, in: &below) } else { Self.count(bucket, in: &above) }
    }

    private static func count(_ bucket: Int, in counts: inout [UInt32]) {
        if bucket >= counts.count {
            let size = (bucket / perDoubling + 1) * perDoubling
            counts.append(contentsOf: repeatElement(0, count: size - counts.count))
        }
        counts[bucket] += 1
    }

    /// The distance's seven leading bits, and how many follow.
    static func bucket(_ distance: UInt32) -> Int {
        let shift = max(0, UInt32.bitWidth - 7 - distance.leadingZeroBitCount)
        return shift * perDoubling + Int(distance >> UInt32(shift))
    }

    /// The middle of a bucket's distances.
    static func middle(_ bucket: Int) -> Int64 {
        let shift = max(0, bucket / perDoubling - 1)
        let least = Int64(bucket - shift * perDoubling) << Int64(shift)
        return least + (1 << Int64(shift)) / 2
    }

    /// What it holds, ascending.
    package var entries: [Entry] {
        guard let base, let minimum, let maximum else { return head.sorted().map { Entry(value: $0, count: 1) } }
        func entry(_ bucket: Int, _ count: UInt32, sign: Int64) -> Entry? {
            guard count > 0 else { return nil }
            let value = Int32(clamping: Int64(base) + sign * Self.middle(bucket))
            return Entry(value: min(max(value, minimum), maximum), count: Int(count))
        }
        return below.indices.reversed().compactMap { entry($0, below[$0], sign: -1) }
            + above.indices.compactMap { entry($0, above[$0], sign: 1) }
    }

    /// The lower end of the 2 ms in which most of the values lie.
    package var usual: Int32? {
        let entries = entries
        guard var best = entries.first?.value else { return nil }
        var (bestCount, held, end) = (0, 0, 0)
        for entry in entries {
            while end < entries.count, Int64(entries[end].value) - Int64(entry.value) <= 2_000 {
                held += entries[end].count
                end += 1
            }
            if held > bestCount { (bestCount, best) = (held, entry.value) }
            held -= entry.count
        }
        return best
    }
}
