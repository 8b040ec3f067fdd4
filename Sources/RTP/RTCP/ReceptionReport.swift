package import MediaCore

/// What a receiver reports of one source, a report block of SR and RR: RFC 3550 6.4.1.
/// ```
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                 SSRC of the source reported on                |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// | fraction lost |       cumulative number of packets lost       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |           extended highest sequence number received           |
/// |                      interarrival jitter                      |
/// |                         last SR (LSR)                         |
/// |                   delay since last SR (DLSR)                  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// ```
package struct ReceptionReport: Hashable, Sendable {
    package var ssrc: SSRC
    /// Packets lost since the last report, in 1/256 of those expected.
    package var fractionLost: UInt8
    /// Since the beginning; 24 bits, negative if duplicates outnumber losses. Clamped when serialized.
    package var cumulativeLost: Int32
    /// Wraps in the upper, highest sequence number in the lower 16 bits.
    package var extendedHighestSequenceNumber: UInt32
    /// In timestamp units.
    package var jitter: UInt32
    /// The middle 32 bits of the last sender report's NTP timestamp; zero if none has come.
    package var lastSenderReport: UInt32
    /// From that report's arrival to this one's departure, in 1/65,536 s.
    package var delaySinceLastSenderReport: UInt32

    static let size = 24
    /// The range of a 24-bit signed number.
    static let cumulativeLostRange: ClosedRange<Int32> = -0x80_0000...0x7F_FFFF

    package init(
        ssrc: SSRC, fractionLost: UInt8, cumulativeLost: Int32, extendedHighestSequenceNumber: UInt32, jitter: UInt32,
        lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = cumulativeLost
        self.extendedHighestSequenceNumber = extendedHighestSequenceNumber
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }

    /// The way from sender to receiver and back, RFC 3550 6.4.1: arrival - LSR - DLSR. To the resolution of 1/65,536 s.
    /// - Parameter arrival: of this report, on the clock that the sender report's NTP timestamp came from.
    /// - Returns: nil if the receiver had no sender report yet, or names one from the future.
    package func roundTripTime(arrival: NTPTimestamp) -> MediaTime? {
        guard lastSenderReport != 0 else { return nil }
        let units = Int32(bitPattern: arrival.middle &- lastSenderReport &- delaySinceLastSenderReport)
        guard units >= 0 else { return nil }
        return MediaTime(nanoseconds: (Int64(units) * 1_000_000_000) >> 16)
    }

    /// - Precondition: `size` bytes are there.
    init(parsing bytes: RawSpan, at offset: Int) {
        self.ssrc = SSRC(bytes.uint32(at: offset))
        let lost = bytes.uint32(at: offset + 4)
        self.fractionLost = UInt8(lost >> 24)
        self.cumulativeLost = Int32(bitPattern: lost << 8) >> 8
        self.extendedHighestSequenceNumber = bytes.uint32(at: offset + 8)
        self.jitter = bytes.uint32(at: offset + 12)
        self.lastSenderReport = bytes.uint32(at: offset + 16)
        self.delaySinceLastSenderReport = bytes.uint32(at: offset + 20)
    }

    /// The `count` blocks that begin at `offset`, and where they end.
    static func parse(
        _ bytes: RawSpan, at offset: Int, count: Int, end: Int
    ) throws(RTCPError) -> (reports: [ReceptionReport], end: Int) {
        guard end - offset >= count * size else { throw .truncated(offset: offset) }
        return ((0..<count).map { ReceptionReport(parsing: bytes, at: offset + $0 * size) }, offset + count * size)
    }

    func append(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(ssrc.rawValue)
        let lost = min(max(cumulativeLost, Self.cumulativeLostRange.lowerBound), Self.cumulativeLostRange.upperBound)
        bytes.appendBigEndian(UInt32(fractionLost) << 24 | UInt32(bitPattern: lost) & 0xFF_FFFF)
        bytes.appendBigEndian(extendedHighestSequenceNumber)
        bytes.appendBigEndian(jitter)
        bytes.appendBigEndian(lastSenderReport)
        bytes.appendBigEndian(delaySinceLastSenderReport)
    }
}
