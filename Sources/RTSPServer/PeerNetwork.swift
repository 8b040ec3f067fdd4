import NIOCore

/// Whom the limits per address count as one: an IPv4 address, also one mapped into IPv6, or an IPv6 /64, of which one subscriber has at least
/// one (RFC 6177).
struct PeerNetwork: Hashable, Sendable {
    private let isIPv6: Bool
    /// Network order, the first byte highest.
    private let prefix: UInt64

    /// Nil for what has no IP address.
    init?(_ address: SocketAddress) {
        // `sockaddr_in` has its address at byte 4, `sockaddr_in6` at byte 8.
        let place: Range<Int>
        switch address {
        case .v4: place = 4..<8
        case .v6: place = 8..<24
        case .unixDomainSocket: return nil
        }
        let bytes = address.withSockAddr { pointer, length in
            Array(UnsafeRawBufferPointer(start: pointer, count: length)[place])
        }
        // RFC 4291 2.5.5.2: ::ffff:a.b.c.d
        let isMapped = bytes.count == 16 && bytes.starts(with: Array(repeating: 0, count: 10) + [0xFF, 0xFF])
        isIPv6 = bytes.count == 16 && !isMapped
        prefix = (isIPv6 ? bytes.prefix(8) : bytes.suffix(4)).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
