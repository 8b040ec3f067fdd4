/// An RTP timestamp, RFC 3550 5.1: 32 bits in clock-rate units, from a random start, wrapping.
package struct RTPTimestamp: Hashable, Sendable {
    package let rawValue: UInt32

    @inlinable
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// `ticks` later; earlier if negative. Any count wraps.
    package func advanced(by ticks: Int64) -> RTPTimestamp {
        RTPTimestamp(rawValue &+ UInt32(truncatingIfNeeded: ticks))
    }

    /// Ticks from this timestamp to `other` by the shorter way: right as long as the two are less than 2^31 ticks apart
    /// (6.6 hours at 90 kHz).
    package func distance(to other: RTPTimestamp) -> Int32 { Int32(truncatingIfNeeded: other.rawValue &- rawValue) }
}

extension RTPTimestamp: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
