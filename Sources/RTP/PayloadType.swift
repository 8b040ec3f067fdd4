/// An RTP payload type, RFC 3550 5.1: 7 bits, which an SDP `a=rtpmap` or RFC 3551 binds to a payload format.
package struct PayloadType: Hashable, Sendable {
    package let rawValue: UInt8

    /// Nil above 127.
    package init?(_ rawValue: UInt8) {
        guard rawValue <= 127 else { return nil }
        self.rawValue = rawValue
    }

    /// The low seven bits of an RTP packet's second byte.
    init(secondByte: UInt8) { self.rawValue = secondByte & 0x7F }

    /// 96...127, bound by `a=rtpmap` (RFC 3551 3).
    package var isDynamic: Bool { rawValue >= 96 }
}

extension PayloadType: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
