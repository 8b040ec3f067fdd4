/// BYE, RFC 3550 6.6: sources that leave.
/// ```
/// |V=2|P|   SC    |   PT=BYE=203  |             length            |
/// |                           SSRC/CSRC ...                       |
/// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
/// |     length    |               reason for leaving            ...
/// ```
package struct Goodbye: Hashable, Sendable {
    /// At most 31.
    package var sources: [SSRC]
    /// At most 255 bytes of UTF-8, cut at a character when serialized.
    package var reason: String?

    package static let type: UInt8 = 203

    package init(sources: [SSRC], reason: String? = nil) {
        self.sources = sources
        self.reason = reason
    }

    init(parsing bytes: RawSpan, header: RTCPHeader) throws(RTCPError) {
        let start = header.body.lowerBound
        let reason = start + 4 * header.count
        guard reason <= header.body.upperBound else { throw .truncated(offset: start) }
        self.sources = stride(from: start, to: reason, by: 4).map { SSRC(bytes.uint32(at: $0)) }
        if reason < header.body.upperBound {
            let text = reason + 1..<reason + 1 + Int(bytes.uint8(at: reason))
            guard text.upperBound <= header.body.upperBound else { throw .truncated(offset: reason) }
            self.reason = String(decoding: bytes.copy(text), as: UTF8.self)
        } else {
            self.reason = nil
        }
    }

    func append(to bytes: inout [UInt8]) {
        var text: [UInt8] = []
        if let reason {
            let utf8 = reason.utf8Prefix(255)
            text.append(UInt8(utf8.count))
            text += utf8
            text += repeatElement(0, count: (4 - text.count % 4) % 4)
        }
        RTCPHeader.append(count: sources.count, type: Self.type, words: 1 + sources.count + text.count / 4, to: &bytes)
        for source in sources { bytes.appendBigEndian(source.rawValue) }
        bytes += text
    }
}
