/// A group that a channel is sent to while anybody has asked for it there.
package struct MulticastGroup: Hashable, Sendable {
    /// `239.1.2.3` or `ff15::7`.
    package var address: String
    /// RTP port of the first track, even; each further track has the port two further, and RTCP the next.
    package var port: UInt16
    /// How many routers it may pass.
    package var ttl: UInt8
    /// The local address that it is sent from, which also chooses the interface; nil: what the host's routes say.
    package var source: String?
    /// Receivers are told to join for this sender alone (RFC 4607).
    package var isSourceSpecific: Bool

    package init(
        address: String, port: UInt16, ttl: UInt8 = 16, source: String? = nil, isSourceSpecific: Bool = false
    ) {
        self.address = address
        self.port = port
        self.ttl = ttl
        self.source = source
        self.isSourceSpecific = isSourceSpecific
    }
}
