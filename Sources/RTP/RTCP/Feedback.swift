/// A feedback message, RFC 4585 6.1: transport layer (RTPFB: generic NACK ...) or payload specific (PSFB: PLI, FIR
/// ...).
///
/// A server of files has nothing to answer, but its sender is alive.
/// ```
/// |V=2|P|   FMT   |  PT=205|206   |             length            |
/// |                     SSRC of packet sender                     |
/// |                      SSRC of media source                     |
/// :            feedback control information (FCI)                 :
/// ```
package struct Feedback: Hashable, Sendable {
    package enum Layer: UInt8, Hashable, Sendable {
        /// RTPFB.
        case transport = 205
        /// PSFB.
        case payload = 206
    }

    package var layer: Layer
    /// FMT, 0...31.
    package var format: UInt8
    package var sender: SSRC
    package var media: SSRC
    /// A multiple of four bytes.
    package var information: [UInt8]

    package init(layer: Layer, format: UInt8, sender: SSRC, media: SSRC, information: [UInt8]) {
        self.layer = layer
        self.format = format
        self.sender = sender
        self.media = media
        self.information = information
    }

    init(parsing bytes: RawSpan, header: RTCPHeader, layer: Layer) throws(RTCPError) {
        let start = header.body.lowerBound
        guard header.body.count >= 8 else { throw .truncated(offset: start) }
        self.layer = layer
        self.format = UInt8(header.count)
        self.sender = SSRC(bytes.uint32(at: start))
        self.media = SSRC(bytes.uint32(at: start + 4))
        self.information = bytes.copy(start + 8..<header.body.upperBound)
    }

    func append(to bytes: inout [UInt8]) {
        precondition(information.count % 4 == 0)
        RTCPHeader.append(count: Int(format), type: layer.rawValue, words: 3 + information.count / 4, to: &bytes)
        bytes.appendBigEndian(sender.rawValue)
        bytes.appendBigEndian(media.rawValue)
        bytes += information
    }
}
