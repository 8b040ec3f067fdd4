/// Where a presentation is sent for many at once: what SDP says of it, and SETUP with `multicast` (RFC 2326 12.39).
package struct MulticastOffer: Hashable, Sendable {
    /// Of the group, without brackets.
    package var address: String
    package var isIPv6: Bool
    /// Hops of IPv4 (SDP's `c=` line), or of IPv6.
    package var ttl: UInt8
    /// RTP port of track 0, even; track `i` has the port `2i` further, and RTCP the next.
    package var port: UInt16
    /// The sender's address, if receivers are to join for it alone: source-specific multicast (RFC 4570, RFC 4607).
    package var source: String?

    package init(address: String, isIPv6: Bool, ttl: UInt8, port: UInt16, source: String? = nil) {
        self.address = address
        self.isIPv6 = isIPv6
        self.ttl = ttl
        self.port = port
        self.source = source
    }

    /// RTP port of a track; nil if there is none.
    package func port(of track: Int) -> UInt16? {
        let port = Int(port) + 2 * track
        return port < Int(UInt16.max) ? UInt16(port) : nil
    }
}
