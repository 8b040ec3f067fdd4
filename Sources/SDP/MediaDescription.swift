/// `m=media port proto fmt ...` and the lines that belong to it (RFC 8866 5.14).
package struct MediaDescription: Hashable, Sendable {
    /// `video`, `audio`, `text`, `application` ...
    package var media: String
    /// 0 when RTSP is to tell it (RFC 2326 C.1.2).
    package var port: UInt16
    /// How many port pairs, nil means one.
    package var portCount: UInt16?
    /// `RTP/AVP`
    package var proto: String
    /// For RTP the payload types.
    package var formats: [String]
    /// `i=`
    package var information: String?
    /// `c=`
    package var connection: ConnectionInformation?
    /// `b=`
    package var bandwidths: [Bandwidth]
    /// `a=`
    package var attributes: [Attribute]

    package init(
        media: String, port: UInt16 = 0, portCount: UInt16? = nil, proto: String = "RTP/AVP", formats: [String],
        information: String? = nil, connection: ConnectionInformation? = nil, bandwidths: [Bandwidth] = [],
        attributes: [Attribute] = []
    ) {
        self.media = media
        self.port = port
        self.portCount = portCount
        self.proto = proto
        self.formats = formats
        self.information = information
        self.connection = connection
        self.bandwidths = bandwidths
        self.attributes = attributes
    }

    /// Parses the value of `m=`.
    init?(_ value: Substring) {
        let words = value.split(separator: " ")
        guard words.count >= 4 else { return nil }
        let ports = words[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let port = UInt16(ports[0]) else { return nil }
        self.init(media: String(words[0]), port: port, proto: String(words[2]), formats: words[3...].map(String.init))
        if ports.count == 2 {
            guard let count = UInt16(ports[1]) else { return nil }
            self.portCount = count
        }
    }

    /// The mapping of a payload type, from `a=rtpmap`; nil if there is none that can be read.
    package func rtpMap(payloadType: UInt8) -> RTPMap? {
        attributes.lazy.filter { $0.name == RTPMap.attributeName }
            .compactMap { $0.value.flatMap { RTPMap($0) } }
            .first { $0.payloadType == payloadType }
    }

    /// The format parameters of a payload type, from `a=fmtp`; nil if there are none.
    package func formatParameters(payloadType: UInt8) -> FormatParameters? {
        attributes.lazy.filter { $0.name == FormatParameters.attributeName }
            .compactMap { $0.value.flatMap { FormatParameters($0) } }
            .first { $0.payloadType == payloadType }
    }

    func write(to lines: inout LineWriter) {
        let ports = portCount.map { "\(port)/\($0)" } ?? "\(port)"
        lines.add("m", "\(media) \(ports) \(proto) \(formats.joined(separator: " "))")
        if let information { lines.add("i", information) }
        if let connection { lines.add("c", connection.serialize()) }
        for bandwidth in bandwidths { lines.add("b", bandwidth.serialize()) }
        for attribute in attributes { lines.add("a", attribute.serialize()) }
    }
}
