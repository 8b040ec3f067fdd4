package import RTP

/// Which packets of a stream came: exact counts of loss, duplicates and reordering, from sequence numbers alone.
///
/// Unlike RFC 3550 A.3's "expected - received", a duplicate never hides a loss: the last `window` numbers are
/// remembered one by one. Jumps of up to 32,767 numbers count as loss; what comes more than `window` numbers late
/// counts as neither received nor duplicate, so it stays lost.
package struct SequenceLedger: Sendable {
    /// How late a packet may come and still fill its gap, in packets.
    package static let window = 4096

    package enum Arrival: Hashable, Sendable {
        /// Newer than everything before it.
        case ahead
        /// Fills a gap, or precedes the first packet.
        case late
        case duplicate
        /// Older than the window.
        case tooLate
    }

    /// Packets that came, duplicates and those too late excluded.
    package private(set) var received: Int64 = 0
    package private(set) var duplicates: Int64 = 0
    /// Packets that came after one with a higher number.
    package private(set) var reordered: Int64 = 0
    /// Extended numbers, counted on from the first packet's own.
    private var lowest: Int64 = 0
    private var highest: Int64 = 0
    /// One bit per number of the window.
    private var seen = [UInt64](repeating: 0, count: window / 64)

    package init() {}

    package mutating func receive(_ number: SequenceNumber) -> Arrival {
        guard received > 0 else {
            lowest = Int64(number.rawValue)
            highest = lowest
            mark(highest)
            received = 1
            return .ahead
        }
        let step = Int64(SequenceNumber(UInt16(truncatingIfNeeded: highest)).distance(to: number))
        let extended = highest + step
        if step > 0 {
            forget(from: highest + 1, through: extended)
            highest = extended
            mark(extended)
            received += 1
            return .ahead
        }
        guard step > -Int64(Self.window) else {
            reordered += 1
            return .tooLate
        }
        guard !isMarked(extended) else {
            duplicates += 1
            return .duplicate
        }
        mark(extended)
        lowest = min(lowest, extended)
        received += 1
        reordered += 1
        return .late
    }

    /// Packets from the lowest number to the highest.
    package var expected: Int64 { received == 0 ? 0 : highest - lowest + 1 }

    /// Gaps between the lowest number and the highest.
    package var lost: Int64 { expected - received }

    /// Packets missing before the lowest number, if the stream began with `first` (`seq` of RTP-Info, RFC 2326 12.33).
    package func missing(from first: SequenceNumber) -> Int64 {
        guard received > 0 else { return 0 }
        return Int64(max(0, first.distance(to: SequenceNumber(UInt16(truncatingIfNeeded: lowest)))))
    }

    private func position(_ number: Int64) -> (word: Int, bit: UInt64) {
        let index = Int(truncatingIfNeeded: number) & (Self.window - 1)
        return (index >> 6, 1 << UInt64(index & 63))
    }

    private func isMarked(_ number: Int64) -> Bool {
        let (word, bit) = position(number)
        return seen[word] & bit != 0
    }

    private mutating func mark(_ number: Int64) {
        let (word, bit) = position(number)
        seen[word] |= bit
    }

    private mutating func forget(from first: Int64, through last: Int64) {
        for number in max(first, last - Int64(Self.window) + 1)...last {
            let (word, bit) = position(number)
            seen[word] &= ~bit
        }
    }
}
