/// SR, RFC 3550 6.4.1: what a source has sent, and which RTP timestamp is which wall-clock time.
/// ```
/// |V=2|P|   RC    |   PT=SR=200   |             length            |
/// |                         SSRC of sender                        |
/// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
/// |              NTP timestamp, most significant word             |
/// |             NTP timestamp, least significant word             |
/// |                         RTP timestamp                         |
/// |                     sender's packet count                     |
/// |                      sender's octet count                     |
/// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
/// |                report blocks, 24 bytes each ...               |
/// |                  profile-specific extensions                  |
/// ```
package struct SenderReport: Hashable, Sendable {
    package var ssrc: SSRC
    package var ntpTimestamp: NTPTimestamp
    package var rtpTimestamp: RTPTimestamp
    package var packetCount: UInt32
    package var octetCount: UInt32
    /// At most 31.
    package var reports: [ReceptionReport]
    /// Profile-specific; a multiple of four bytes.
    package var extensions: [UInt8]

    package static let type: UInt8 = 200

    package init(
        ssrc: SSRC, ntpTimestamp: NTPTimestamp, rtpTimestamp: RTPTimestamp, packetCount: UInt32, octetCount: UInt32,
        reports: [ReceptionReport] = [], extensions: [UInt8] = []
    ) {
        self.ssrc = ssrc
        self.ntpTimestamp = ntpTimestamp
        self.rtpTimestamp = rtpTimestamp
        self.packetCount = packetCount
        self.octetCount = octetCount
        self.reports = reports
        self.extensions = extensions
    }

    init(parsing bytes: RawSpan, header: RTCPHeader) throws(RTCPError) {
        let offset = header.body.lowerBound
        guard header.body.count >= 24 else { throw .truncated(offset: offset) }
        self.ssrc = SSRC(bytes.uint32(at: offset))
        self.ntpTimestamp = NTPTimestamp(bytes.uint64(at: offset + 4))
        self.rtpTimestamp = RTPTimestamp(bytes.uint32(at: offset + 12))
        self.packetCount = bytes.uint32(at: offset + 16)
        self.octetCount = bytes.uint32(at: offset + 20)
        let (reports, end) = try ReceptionReport.parse(
            bytes, at: offset + 24, count: header.count, end: header.body.upperBound)
        self.reports = reports
        self.extensions = bytes.copy(end..<header.body.upperBound)
    }

    func append(to bytes: inout [UInt8]) {
        precondition(extensions.count % 4 == 0)
        RTCPHeader.append(
            count: reports.count, type: Self.type, words: 7 + 6 * reports.count + extensions.count / 4, to: &bytes)
        bytes.appendBigEndian(ssrc.rawValue)
        bytes.appendBigEndian(ntpTimestamp.rawValue)
        bytes.appendBigEndian(rtpTimestamp.rawValue)
        bytes.appendBigEndian(packetCount)
        bytes.appendBigEndian(octetCount)
        for report in reports { report.append(to: &bytes) }
        bytes += extensions
    }
}
