/// `t=start stop` (RFC 8866 5.9).
package struct TimeDescription: Hashable, Sendable {
    /// Seconds since 1900; 0 means always.
    package var start: UInt64
    /// Seconds since 1900; 0 means without end.
    package var stop: UInt64

    package static let unbounded = TimeDescription(start: 0, stop: 0)

    package init(start: UInt64, stop: UInt64) {
        self.start = start
        self.stop = stop
    }

    init?(_ value: Substring) {
        let words = value.split(separator: " ")
        guard words.count >= 2, let start = UInt64(words[0]), let stop = UInt64(words[1]) else { return nil }
        self.init(start: start, stop: stop)
    }

    func serialize() -> String { "\(start) \(stop)" }
}
