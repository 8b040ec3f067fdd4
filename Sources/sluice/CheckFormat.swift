import MediaCore

/// Numbers as `check` prints them.
enum CheckFormat {
    /// `12.04 s`, and from a minute on `1:32:10`.
    static func time(_ time: MediaTime) -> String {
        let milliseconds = max(0, time.nanoseconds) / 1_000_000
        guard milliseconds >= 60_000 else {
            return "\(LoadFormat.fixed(Double(milliseconds / 10) / 100, places: 2)) s"
        }
        let seconds = milliseconds / 1000
        let minutes = seconds / 60
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let tail = two(seconds % 60)
        return minutes < 60 ? "\(minutes):\(tail)" : "\(minutes / 60):\(two(minutes % 60)):\(tail)"
    }

    /// Seconds, to the millisecond.
    static func json(_ time: MediaTime?) -> LoadJSON {
        .optional(time) { .decimal(Double($0.nanoseconds / 1_000_000) / 1000, places: 3) }
    }
}
