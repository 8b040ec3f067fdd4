/// RR, RFC 3550 6.4.2: what somebody who sends nothing has received.
/// ```
/// |V=2|P|   RC    |   PT=RR=201   |             length            |
/// |                     SSRC of packet sender                     |
/// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
/// |                report blocks, 24 bytes each ...               |
/// |                  profile-specific extensions                  |
/// ```
package struct ReceiverReport: Hashable, Sendable {
    package var ssrc: SSRC
    /// At most 31; none from one who has heard nothing.
    package var reports: [ReceptionReport]
    /// Profile-specific; a multiple of four bytes.
    package var extensions: [UInt8]

    package static let type: UInt8 = 201

    package init(ssrc: SSRC, reports: [ReceptionReport] = [], extensions: [UInt8] = []) {
        self.ssrc = ssrc
        self.reports = reports
        self.extensions = extensions
    }

    init(parsing bytes: RawSpan, header: RTCPHeader) throws(RTCPError) {
        let offset = header.body.lowerBound
        guard header.body.count >= 4 else { throw .truncated(offset: offset) }
        self.ssrc = SSRC(bytes.uint32(at: offset))
        let (reports, end) = try ReceptionReport.parse(
            bytes, at: offset + 4, count: header.count, end: header.body.upperBound)
        self.reports = reports
        self.extensions = bytes.copy(end..<header.body.upperBound)
    }

    func append(to bytes: inout [UInt8]) {
        precondition(extensions.count % 4 == 0)
        RTCPHeader.append(
            count: reports.count, type: Self.type, words: 2 + 6 * reports.count + extensions.count / 4, to: &bytes)
        bytes.appendBigEndian(ssrc.rawValue)
        for report in reports { report.append(to: &bytes) }
        bytes += extensions
    }
}
