/// What FFmpeg's `framecrc` muxer prints: one line per packet of one stream.
///
/// ```
/// #tb 0: 1/12288
/// 0,      -1024,          0,      512,     2341, 0x4b3dd2a1, F=0x0
/// |         |             |        |         |        |        +-- not a key unit
/// stream   DTS           PTS   duration    bytes   Adler-32
/// ```
struct FrameList: Sendable {
    struct Entry: Sendable {
        /// Seconds; not a number if the container has none.
        var pts: Double
        var duration: Double
        let bytes: Int
        let hash: UInt32
        let isKey: Bool

        func moved(to pts: Double, lasting duration: Double? = nil) -> Entry {
            var copy = self
            copy.pts = pts
            copy.duration = duration ?? copy.duration
            return copy
        }
    }

    /// Seconds per unit of its time stamps.
    private(set) var tick: Double = 0
    private(set) var entries: [Entry] = []
    /// Every entry has a time.
    var isTimed: Bool { entries.allSatisfy(\.pts.isFinite) }

    /// The entries with the times that their durations give them: stamps may follow a byte rate that a header has wrong.
    var spacedByDurations: [Entry] {
        var next = entries.first?.pts ?? 0
        return entries.map { entry in
            defer { next += entry.duration }
            return entry.moved(to: next)
        }
    }

    /// The entries with the times that their samples give them, from the first stamp on, and from each that lies off by more than `gap`.
    ///
    /// - Parameters:
    ///   - samples: of each entry.
    ///   - rate: Hz.
    ///   - gap: seconds.
    func spaced(bySamples samples: [Int], rate: Int, gap: Double) -> [Entry] {
        var base = entries.first { $0.pts.isFinite }?.pts ?? 0
        var count = 0
        return zip(entries, samples).map { entry, samples in
            if entry.pts.isFinite, abs(entry.pts - base - Double(count) / Double(rate)) > gap {
                (base, count) = (entry.pts, 0)
            }
            defer { count += samples }
            return entry.moved(to: base + Double(count) / Double(rate), lasting: Double(samples) / Double(rate))
        }
    }

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#tb ") {
                let fraction = line.split(separator: " ").last?.split(separator: "/").compactMap { Double($0) } ?? []
                if fraction.count == 2 { tick = fraction[0] / fraction[1] }
                continue
            }
            let fields = line.split(separator: ",").map { $0.drop(while: { $0 == " " }) }
            guard !line.hasPrefix("#"), fields.count >= 6, let duration = Int(fields[3]),
                let bytes = Int(fields[4]), let hash = UInt32(fields[5].dropFirst(2), radix: 16)
            else { continue }
            entries.append(
                Entry(
                    // Without a time it prints "NOPTS" or the least number.
                    pts: Int(fields[2]).flatMap { $0 == .min ? nil : Double($0) * tick } ?? .nan,
                    duration: Double(duration) * tick,
                    bytes: bytes, hash: hash,
                    isKey: !fields.dropFirst(6).contains { $0.hasPrefix("F=") }))
        }
    }
}
