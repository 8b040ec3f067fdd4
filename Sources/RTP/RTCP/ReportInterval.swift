package import MediaCore

/// How long until a participant's next RTCP packet: RFC 3550 6.3.1 and A.7.
///
/// The interval grows with the members so that RTCP keeps to its share of the bandwidth, is never below five seconds
/// (half of that for the first report), and is random, so that members do not fall into step.
package struct ReportInterval: Hashable, Sendable {
    /// All members known, oneself included; at least 1.
    package var members: Int
    /// Members that have sent RTP lately, oneself included if `weSent`.
    package var senders: Int
    package var weSent: Bool
    /// Bytes per second for the RTCP of all members: 5 % of the session's bandwidth unless told otherwise (RFC 3550
    /// 6.2).
    package var rtcpBandwidth: Int
    /// Mean size of all RTCP datagrams seen and sent, in 1/16 bytes, UDP and IP headers included (RFC 3550 6.3.3).
    package private(set) var averageSizeSixteenths: Int
    /// No RTCP has been sent yet.
    package private(set) var isInitial = true

    /// Bytes of UDP and IPv4 headers, which count as RTCP's (RFC 3550 6.2).
    package static let lowerLayerBytes = 28
    /// RFC 3550 6.2.
    package static let minimum = MediaTime.seconds(5)

    /// e - 3/2, in 2^-16: makes up for timer reconsideration, which lets intervals come out too long (RFC 3550 6.3.1).
    private static let compensation: Int64 = 79_839

    /// - Parameters:
    ///   - rtcpBandwidth: bytes per second.
    ///   - probableSize: bytes of the first packet that will be sent, without UDP and IP headers (RFC 3550 6.3.2).
    package init(members: Int, senders: Int, weSent: Bool, rtcpBandwidth: Int, probableSize: Int) {
        self.members = members
        self.senders = senders
        self.weSent = weSent
        self.rtcpBandwidth = rtcpBandwidth
        self.averageSizeSixteenths = 16 * (probableSize + Self.lowerLayerBytes)
    }

    /// Accounts for an RTCP datagram of `bytes`, sent or received: avg = size/16 + 15/16 avg (RFC 3550 6.3.3).
    package mutating func observed(bytes: Int) {
        averageSizeSixteenths += bytes + Self.lowerLayerBytes - averageSizeSixteenths / 16
    }

    /// The first report is out: the minimum is the full one from now on.
    package mutating func sent(bytes: Int) {
        isInitial = false
        observed(bytes: bytes)
    }

    /// The deterministic calculated interval, `Td` of RFC 3550 6.3.1: what time-outs are counted in.
    package var deterministic: MediaTime {
        let minimum = isInitial ? Self.minimum.nanoseconds / 2 : Self.minimum.nanoseconds
        let members = Int64(max(members, 1))
        let senders = Int64(max(senders, 0))
        var share = Int64(max(rtcpBandwidth, 1))
        var count = members
        // A quarter of the bandwidth is for senders while they are at most a quarter of the members.
        if senders > 0, senders * 4 <= members {
            share = weSent ? max(share / 4, 1) : max(share - share / 4, 1)
            count = weSent ? senders : members - senders
        }
        // Members are bounded by memory and sizes by 64 kB, so 128 bits hold the product.
        let nanoseconds = Int128(count) * Int128(averageSizeSixteenths) * 1_000_000_000 / 16 / Int128(share)
        return MediaTime(nanoseconds: max(minimum, Int64(clamping: nanoseconds)))
    }

    /// From the packet just sent (or from joining) to the next: `deterministic` times a factor from 0.5 to 1.5, over e
    /// - 3/2.
    package func next(using random: inout some RandomNumberGenerator) -> MediaTime {
        let factor = (1 << 31) + Int64(random.next() >> 32)
        let scaled = Int128(deterministic.nanoseconds) * Int128(factor) >> 16
        return MediaTime(nanoseconds: Int64(clamping: scaled / Int128(Self.compensation)))
    }
}
