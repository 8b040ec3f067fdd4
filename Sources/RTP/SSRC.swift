/// A synchronization source identifier, RFC 3550 8: random, unique among the sources of an RTP session.
package struct SSRC: Hashable, Sendable {
    package let rawValue: UInt32

    @inlinable
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

extension SSRC: CustomStringConvertible {
    /// Eight upper-case hexadecimal digits, as the `ssrc` parameter of RTSP's Transport header spells it (RFC 2326
    /// 12.39).
    package var description: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
