/// `c=IN addrtype address[/ttl][/count]` (RFC 8866 5.7).
package struct ConnectionInformation: Hashable, Sendable {
    package var addressType: AddressType
    /// Unicast or multicast; `0.0.0.0` or `::` when RTSP is to tell it (RFC 2326 C.1.4).
    package var address: String
    /// Time to live, IPv4 multicast only.
    package var ttl: UInt8?
    /// How many consecutive multicast addresses; nil means one.
    package var addressCount: UInt16?

    package init(addressType: AddressType, address: String, ttl: UInt8? = nil, addressCount: UInt16? = nil) {
        self.addressType = addressType
        self.address = address
        self.ttl = ttl
        self.addressCount = addressCount
    }

    init?(_ value: Substring) {
        let words = value.split(separator: " ")
        guard words.count >= 3, let addressType = AddressType(rawValue: words[1].uppercased()) else { return nil }
        let pieces = words[2].split(separator: "/", omittingEmptySubsequences: false)
        self.init(addressType: addressType, address: String(pieces[0]))
        guard !pieces[0].isEmpty else { return nil }
        var numbers = pieces.dropFirst()
        if addressType == .ip4, let text = numbers.popFirst() {
            guard let ttl = UInt8(text) else { return nil }
            self.ttl = ttl
        }
        if let text = numbers.popFirst() {
            guard let count = UInt16(text) else { return nil }
            self.addressCount = count
        }
    }

    func serialize() -> String {
        var text = "IN \(addressType.rawValue) \(address)"
        if addressType == .ip4, ttl != nil || addressCount != nil { text += "/\(ttl ?? 1)" }
        if let addressCount { text += "/\(addressCount)" }
        return text
    }
}
