/// An RTCP datagram: one or more packets end to end, RFC 3550 6.1.
package struct CompoundPacket: Hashable, Sendable {
    package var packets: [RTCPPacket]

    package init(_ packets: [RTCPPacket]) { self.packets = packets }

    /// Parses a datagram (or interleaved frame) with the checks of RFC 3550 A.2: version 2 throughout, only the last
    /// packet padded, and lengths that add up to the whole. That the first packet is a report is not asked: see
    /// `isReducedSize`.
    /// - Throws: at the first packet that breaks a rule; nothing of the datagram is to be believed then.
    package init(parsing bytes: RawSpan) throws(RTCPError) {
        guard bytes.byteCount > 0 else { throw .empty }
        var packets: [RTCPPacket] = []
        var offset = 0
        while offset < bytes.byteCount {
            let header = try RTCPHeader(parsing: bytes, at: offset)
            guard !header.hasPadding || header.end == bytes.byteCount else { throw .padding(offset: offset) }
            packets.append(try RTCPPacket(parsing: bytes, header: header))
            offset = header.end
        }
        self.packets = packets
    }

    /// Whether it is legal only between peers that have agreed on RFC 5506: a full compound packet begins with a
    /// report.
    package var isReducedSize: Bool {
        switch packets.first {
        case .senderReport, .receiverReport: false
        default: true
        }
    }

    /// The report blocks of every report in it.
    package var receptionReports: [ReceptionReport] {
        packets.flatMap { packet in
            switch packet {
            case .senderReport(let report): report.reports
            case .receiverReport(let report): report.reports
            default: [ReceptionReport]()
            }
        }
    }

    /// The datagram.
    ///
    /// - Precondition: counts and lengths keep the limits that each packet type states: they are ours.
    package func serialize() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        for packet in packets { packet.append(to: &bytes) }
        return bytes
    }
}

/// One RTCP packet.
package enum RTCPPacket: Hashable, Sendable {
    case senderReport(SenderReport)
    case receiverReport(ReceiverReport)
    case sourceDescription(SourceDescription)
    case goodbye(Goodbye)
    case applicationDefined(ApplicationDefined)
    case feedback(Feedback)
    /// Of a type that this server does not know (XR, AVB ...): skipped, as RFC 3550 6.1 asks.
    case unknown(type: UInt8)

    init(parsing bytes: RawSpan, header: RTCPHeader) throws(RTCPError) {
        switch header.type {
        case SenderReport.type: self = .senderReport(try SenderReport(parsing: bytes, header: header))
        case ReceiverReport.type: self = .receiverReport(try ReceiverReport(parsing: bytes, header: header))
        case SourceDescription.type: self = .sourceDescription(try SourceDescription(parsing: bytes, header: header))
        case Goodbye.type: self = .goodbye(try Goodbye(parsing: bytes, header: header))
        case ApplicationDefined.type: self = .applicationDefined(try ApplicationDefined(parsing: bytes, header: header))
        default:
            if let layer = Feedback.Layer(rawValue: header.type) {
                self = .feedback(try Feedback(parsing: bytes, header: header, layer: layer))
            } else {
                self = .unknown(type: header.type)
            }
        }
    }

    func append(to bytes: inout [UInt8]) {
        switch self {
        case .senderReport(let packet): packet.append(to: &bytes)
        case .receiverReport(let packet): packet.append(to: &bytes)
        case .sourceDescription(let packet): packet.append(to: &bytes)
        case .goodbye(let packet): packet.append(to: &bytes)
        case .applicationDefined(let packet): packet.append(to: &bytes)
        case .feedback(let packet): packet.append(to: &bytes)
        case .unknown: break
        }
    }
}
