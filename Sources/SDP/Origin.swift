/// `o=username sess-id sess-version IN addrtype unicast-address` (RFC 8866 5.2).
package struct Origin: Hashable, Sendable {
    /// `-` for none; holds no white space.
    package var username: String
    /// With the username and the address, globally unique.
    package var sessionID: UInt64
    /// Grows when the description changes.
    package var sessionVersion: UInt64
    package var addressType: AddressType
    /// The address, or host name, of the machine that made the description.
    package var address: String

    package init(
        username: String = "-", sessionID: UInt64, sessionVersion: UInt64, addressType: AddressType = .ip4,
        address: String
    ) {
        self.username = username
        self.sessionID = sessionID
        self.sessionVersion = sessionVersion
        self.addressType = addressType
        self.address = address
    }

    /// Cameras write numbers that are none, or do not fit: those are read as 0, for nothing depends on them.
    init?(_ value: Substring) {
        let words = value.split(separator: " ")
        guard words.count >= 6, let addressType = AddressType(rawValue: words[4].uppercased()) else { return nil }
        self.username = String(words[0])
        self.sessionID = UInt64(words[1]) ?? 0
        self.sessionVersion = UInt64(words[2]) ?? 0
        self.addressType = addressType
        self.address = String(words[5])
    }

    func serialize() -> String {
        let user = username.split(whereSeparator: \.isWhitespace).joined(separator: "_")
        return "\(user.isEmpty ? "-" : user) \(sessionID) \(sessionVersion) IN \(addressType.rawValue) \(address)"
    }
}

/// `addrtype` (RFC 8866 8.2.7).
package enum AddressType: String, Hashable, Sendable {
    case ip4 = "IP4"
    case ip6 = "IP6"
}
