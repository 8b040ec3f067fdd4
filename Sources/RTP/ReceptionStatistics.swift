package import MediaCore

/// What a receiver knows of one source: extended sequence number, loss and jitter, RFC 3550 A.1, A.3 and A.8.
package struct ReceptionStatistics: Sendable {
    package let clockRate: ClockRate
    /// Packets received, late and duplicate ones too.
    package private(set) var received: UInt64 = 0
    private var highest: UInt16 = 0
    /// Sequence number wraps, already shifted by 16 bits.
    private var cycles: UInt32 = 0
    private var base: UInt32 = 0
    /// The number after a jump; a second packet in order there is believed to be the source restarting.
    private var suspect: UInt32 = Self.noSuspect
    private var prior: (expected: Int64, received: UInt64) = (0, 0)
    /// Times 16, in timestamp units.
    private var scaledJitter: UInt32 = 0
    private var lastTransit: UInt32?
    private var lastSenderReport: (middle: UInt32, arrival: MediaTime)?

    /// RFC 3550 A.1: a larger step forward is a jump, not loss.
    private static let maximumDropout: UInt16 = 3000
    /// RFC 3550 A.1: a smaller step back is a packet out of order.
    private static let maximumMisorder: UInt16 = 100
    /// No sequence number.
    private static let noSuspect: UInt32 = 1 << 16

    package init(clockRate: ClockRate) { self.clockRate = clockRate }

    package enum Arrival: Hashable, Sendable {
        case first, inOrder
        /// `missing` packets lie between this one and the highest before.
        case gap(missing: Int)
        /// Older than the highest or equal to it: late or twice.
        case lateOrDuplicate
        /// Too far off to be believed; not counted.
        case jump
        /// The second in order after a jump: counting starts anew.
        case restart
    }

    /// Accounts for a packet.
    /// - Parameter arrival: on any monotonic clock.
    package mutating func receive(
        _ sequenceNumber: SequenceNumber, timestamp: RTPTimestamp, at arrival: MediaTime
    ) -> Arrival {
        let result = advance(sequenceNumber.rawValue)
        guard result != .jump else { return result }
        received += 1
        if result == .restart { lastTransit = nil }
        updateJitter(timestamp: timestamp, arrival: arrival)
        return result
    }

    /// `update_seq` of RFC 3550 A.1, without probation: the peer's address is known from RTSP.
    private mutating func advance(_ number: UInt16) -> Arrival {
        guard received > 0 else {
            restart(at: number)
            return .first
        }
        let step = number &- highest
        switch step {
        case 1..<Self.maximumDropout:
            if number < highest { cycles &+= 1 << 16 }
            highest = number
            suspect = Self.noSuspect
            return step == 1 ? .inOrder : .gap(missing: Int(step) - 1)
        case 0, (0 &- Self.maximumMisorder)...:
            return .lateOrDuplicate
        default:
            guard UInt32(number) == suspect else {
                suspect = UInt32(number &+ 1)
                return .jump
            }
            restart(at: number)
            return .restart
        }
    }

    private mutating func restart(at number: UInt16) {
        highest = number
        base = UInt32(number)
        cycles = 0
        suspect = Self.noSuspect
        received = 0
        prior = (0, 0)
    }

    /// RFC 3550 A.8 in integers: J += |D| - J/16, where J is 16 times the jitter.
    private mutating func updateJitter(timestamp: RTPTimestamp, arrival: MediaTime) {
        let transit = UInt32(truncatingIfNeeded: arrival.ticks(at: clockRate)) &- timestamp.rawValue
        defer { lastTransit = transit }
        guard let lastTransit else { return }
        let difference = Int32(bitPattern: transit &- lastTransit).magnitude
        scaledJitter = scaledJitter &+ difference &- ((scaledJitter &+ 8) >> 4)
    }

    /// Remembers a sender report for LSR and DLSR.
    package mutating func received(_ report: SenderReport, at arrival: MediaTime) {
        lastSenderReport = (report.ntpTimestamp.middle, arrival)
    }

    package var extendedHighestSequenceNumber: UInt32 { cycles &+ UInt32(highest) }
    /// In timestamp units.
    package var jitter: UInt32 { scaledJitter >> 4 }
    /// Packets that should have come since the first.
    package var expected: Int64 { received == 0 ? 0 : Int64(extendedHighestSequenceNumber) - Int64(base) + 1 }
    /// Negative if duplicates outnumber losses.
    package var lost: Int64 { expected - Int64(clamping: received) }

    /// The report block for a receiver report that leaves at `now`; what it says of loss "since the last report" begins
    /// anew (A.3).
    package mutating func report(on ssrc: SSRC, at now: MediaTime) -> ReceptionReport {
        let expectedNow = expected - prior.expected
        let lostNow = expectedNow - Int64(clamping: received - prior.received)
        prior = (expected, received)
        let fraction = expectedNow > 0 && lostNow > 0 ? min((lostNow << 8) / expectedNow, 255) : 0
        var delay: Int64 = 0
        if let lastSenderReport {
            let elapsed = max(now - lastSenderReport.arrival, .zero)
            delay = Int64(clamping: (Int128(elapsed.nanoseconds) << 16) / 1_000_000_000)
        }
        return ReceptionReport(
            ssrc: ssrc, fractionLost: UInt8(fraction), cumulativeLost: Int32(clamping: lost),
            extendedHighestSequenceNumber: extendedHighestSequenceNumber, jitter: jitter,
            lastSenderReport: lastSenderReport?.middle ?? 0, delaySinceLastSenderReport: UInt32(clamping: delay))
    }
}
