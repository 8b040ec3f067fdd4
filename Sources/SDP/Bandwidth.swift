/// `b=bwtype:bandwidth` (RFC 8866 5.8).
package struct Bandwidth: Hashable, Sendable {
    /// `AS`, `CT`, `TIAS`, `RR`, `RS`.
    package var type: String
    /// kbit/s for `AS` and `CT`; bit/s for `TIAS` (RFC 3890), `RR` and `RS` (RFC 3556).
    package var value: UInt64

    package init(type: String, value: UInt64) {
        self.type = type
        self.value = value
    }

    /// Application specific maximum: RTP, UDP and IP headers included.
    package static func applicationSpecific(kilobitsPerSecond: UInt64) -> Bandwidth {
        Bandwidth(type: "AS", value: kilobitsPerSecond)
    }

    init?(_ value: Substring) {
        let pieces = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard pieces.count == 2, !pieces[0].isEmpty, let number = UInt64(pieces[1].trimmed) else { return nil }
        self.init(type: String(pieces[0]), value: number)
    }

    func serialize() -> String { "\(type):\(value)" }
}
