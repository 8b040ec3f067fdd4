package import MediaCore

/// One track's sending side: what RFC 3550 asks a source to remember, A.3's counterpart.
///
/// Numbers and stamps packets as they depart, so that nothing discarded before leaves a gap, and counts them for sender
/// reports.
package struct SenderState: Hashable, Sendable {
    package let ssrc: SSRC
    /// Of the next packet to depart: `seq` of RTP-Info. It runs on through pause and seek.
    package private(set) var nextSequenceNumber: SequenceNumber
    package var clock: RTPClock
    /// Packets departed, wrapping (RFC 3550 6.4.1).
    package private(set) var packetCount: UInt32 = 0
    /// Payload bytes departed, headers excluded, wrapping (RFC 3550 6.4.1).
    package private(set) var octetCount: UInt32 = 0
    /// Of the packet that departed last; nil before the first.
    package private(set) var lastTimestamp: RTPTimestamp?

    /// - Parameter sequenceNumber: random, RFC 3550 5.1.
    package init(ssrc: SSRC, sequenceNumber: SequenceNumber, clock: RTPClock) {
        self.ssrc = ssrc
        self.nextSequenceNumber = sequenceNumber
        self.clock = clock
    }

    /// Stamps packets that depart now, one after the other, and counts them.
    /// - Parameters:
    ///   - first: the first packet's RTP header; packet `i` begins `i * stride` bytes on. All of it is the caller's to
    ///     write.
    ///   - count: packets; may be zero.
    ///   - stride: bytes from header to header.
    ///   - octets: bytes of all their payloads, RTP headers excluded.
    ///   - timestamp: what all of them bear: they are of one access unit.
    @inlinable
    package mutating func depart(
        _ first: UnsafeMutableRawPointer, count: Int, stride: Int, octets: Int, timestamp: RTPTimestamp
    ) {
        var packet = first
        var sequenceNumber = nextSequenceNumber.rawValue
        for _ in 0..<count {
            RTPHeader.stamp(packet, sequenceNumber: SequenceNumber(sequenceNumber), timestamp: timestamp, ssrc: ssrc)
            sequenceNumber &+= 1
            packet += stride
        }
        departed(count: count, octets: octets, timestamp: timestamp)
    }

    /// Counts packets that the caller has stamped itself.
    @usableFromInline
    mutating func departed(count: Int, octets: Int, timestamp: RTPTimestamp) {
        guard count > 0 else { return }
        nextSequenceNumber = nextSequenceNumber.advanced(by: count)
        packetCount &+= UInt32(truncatingIfNeeded: count)
        octetCount &+= UInt32(truncatingIfNeeded: octets)
        lastTimestamp = timestamp
    }

    /// A sender report for delivery time `now`.
    package func report(at now: MediaTime) -> SenderReport { report(clock.reportTime(at: now)) }

    /// The sender report that goes out before the first packet of each PLAY: exactly the start of the reply's Range.
    package var startReport: SenderReport { report(clock.startReportTime) }

    private func report(_ time: (ntp: NTPTimestamp, rtp: RTPTimestamp)) -> SenderReport {
        SenderReport(
            ssrc: ssrc, ntpTimestamp: time.ntp, rtpTimestamp: time.rtp, packetCount: packetCount, octetCount: octetCount
        )
    }
}
