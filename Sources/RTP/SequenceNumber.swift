/// An RTP sequence number, RFC 3550 5.1: 16 bits, one more with each packet, wrapping to zero after 65,535.
///
/// Order and distance are those of serial number arithmetic (RFC 1982), so there is no `Comparable`: the order is not
/// transitive.
package struct SequenceNumber: Hashable, Sendable {
    package let rawValue: UInt16

    @inlinable
    package init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package var next: SequenceNumber { SequenceNumber(rawValue &+ 1) }

    /// `count` packets later; earlier if negative. Any count wraps.
    package func advanced(by count: Int) -> SequenceNumber {
        SequenceNumber(rawValue &+ UInt16(truncatingIfNeeded: count))
    }

    /// Steps from this number to `other` by the shorter way, -32,768...32,767; positive if `other` is later.
    package func distance(to other: SequenceNumber) -> Int {
        Int(Int16(truncatingIfNeeded: other.rawValue &- rawValue))
    }

    /// RFC 1982 3.2. Two numbers exactly 32,768 apart precede each other in neither direction.
    package func precedes(_ other: SequenceNumber) -> Bool { distance(to: other) > 0 }
}

extension SequenceNumber: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
