/// A canonical end-point name, RFC 3550 6.5.1: what ties an RTP session's streams together across SSRC changes.
package struct CNAME: Hashable, Sendable {
    /// 1 to 255 bytes of UTF-8.
    package let text: String

    /// The largest SDES item: its length field is one byte (RFC 3550 6.5).
    package static let maximumBytes = 255

    /// Nil if empty or longer than `maximumBytes`.
    package init?(_ text: String) {
        guard (1...Self.maximumBytes).contains(text.utf8.count) else { return nil }
        self.text = text
    }

    /// A short-term persistent name of 96 random bits in base64, RFC 7022 4.2: 16 characters that tell nothing of the
    /// host.
    package init(using random: inout some RandomNumberGenerator) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let characters = (0..<16).map { _ in alphabet[Int(random.next() & 63)] }
        self.text = String(decoding: characters, as: UTF8.self)
    }
}
