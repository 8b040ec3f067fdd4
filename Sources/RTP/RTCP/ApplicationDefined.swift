/// APP, RFC 3550 6.7: for experiments.
/// ```
/// |V=2|P| subtype |   PT=APP=204  |             length            |
/// |                           SSRC/CSRC                           |
/// |                          name (ASCII)                         |
/// |                   application-dependent data                ...
/// ```
package struct ApplicationDefined: Hashable, Sendable {
    /// 0...31.
    package var subtype: UInt8
    package var ssrc: SSRC
    /// Four ASCII characters, in network order.
    package var name: UInt32
    /// A multiple of four bytes.
    package var data: [UInt8]

    package static let type: UInt8 = 204

    package init(subtype: UInt8, ssrc: SSRC, name: UInt32, data: [UInt8]) {
        self.subtype = subtype
        self.ssrc = ssrc
        self.name = name
        self.data = data
    }

    init(parsing bytes: RawSpan, header: RTCPHeader) throws(RTCPError) {
        let start = header.body.lowerBound
        guard header.body.count >= 8 else { throw .truncated(offset: start) }
        self.subtype = UInt8(header.count)
        self.ssrc = SSRC(bytes.uint32(at: start))
        self.name = bytes.uint32(at: start + 4)
        self.data = bytes.copy(start + 8..<header.body.upperBound)
    }

    func append(to bytes: inout [UInt8]) {
        precondition(data.count % 4 == 0)
        RTCPHeader.append(count: Int(subtype), type: Self.type, words: 3 + data.count / 4, to: &bytes)
        bytes.appendBigEndian(ssrc.rawValue)
        bytes.appendBigEndian(name)
        bytes += data
    }
}
