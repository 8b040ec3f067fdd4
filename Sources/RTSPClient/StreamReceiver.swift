package import MediaCore
package import RTP

/// What a stream's packets are given to, on the connection's event loop, in the order of arrival.
package struct StreamCallbacks: Sendable {
    /// An RTP packet: its header, all of its bytes (valid during the call), and when it came, on the clock of
    /// `MediaTime.now`.
    package var packet: @Sendable (_ header: RTPHeader, _ packet: RawSpan, _ arrival: MediaTime) -> Void
    /// An RTCP datagram or frame.
    package var report: @Sendable (_ packet: CompoundPacket, _ arrival: MediaTime) -> Void

    package init(
        packet: @escaping @Sendable (_ header: RTPHeader, _ packet: RawSpan, _ arrival: MediaTime) -> Void,
        report: @escaping @Sendable (_ packet: CompoundPacket, _ arrival: MediaTime) -> Void = { _, _ in }
    ) {
        self.packet = packet
        self.report = report
    }
}

/// The receiving side of one stream: checks what comes, keeps the statistics that reports are made of, passes it on.
///
/// Lives on the connection's event loop.
final class StreamReceiver {
    /// The form in which SETUP named it.
    let controlURL: String
    private let callbacks: StreamCallbacks
    private var statistics: ReceptionStatistics
    /// The sender's, from the Transport header or the first packet. Packets of others are not this stream's.
    var remoteSSRC: SSRC?
    private let localSSRC: SSRC
    /// A BYE has come since the last PLAY.
    var hasEnded = false
    private(set) var lastArrival: MediaTime?
    /// Sends RTCP to the server; set when the transport is known.
    var sendControl: ((_ packet: [UInt8]) -> Void)?
    /// Told about each BYE of the sender.
    var goodbye: (() -> Void)?

    init(_ stream: Presentation.Stream, callbacks: StreamCallbacks) {
        self.controlURL = stream.controlURL
        self.callbacks = callbacks
        self.statistics = ReceptionStatistics(clockRate: stream.clockRate)
        self.localSSRC = SSRC(.random(in: 1...UInt32.max))
    }

    /// Takes an RTP packet; what is none, or another source's, is ignored.
    func receiveMedia(_ packet: RawSpan, at arrival: MediaTime) {
        guard let header = try? RTPHeader(parsing: packet) else { return }
        if remoteSSRC == nil { remoteSSRC = header.ssrc }
        guard header.ssrc == remoteSSRC else { return }
        lastArrival = arrival
        _ = statistics.receive(header.sequenceNumber, timestamp: header.timestamp, at: arrival)
        callbacks.packet(header, packet, arrival)
    }

    /// Takes RTCP; what is none is ignored.
    func receiveControl(_ bytes: RawSpan, at arrival: MediaTime) {
        guard let compound = try? CompoundPacket(parsing: bytes) else { return }
        var ends = false
        for packet in compound.packets {
            switch packet {
            case .senderReport(let report) where report.ssrc == remoteSSRC || remoteSSRC == nil:
                statistics.received(report, at: arrival)
            case .goodbye(let goodbye):
                ends = ends || remoteSSRC == nil || goodbye.sources.contains { $0 == remoteSSRC }
            default:
                break
            }
        }
        callbacks.report(compound, arrival)
        if ends {
            hasEnded = true
            goodbye?()
        }
    }

    /// RR and SDES (RFC 3550 6.1); nothing before the first packet. Answers its size in bytes.
    func sendReport(cname: CNAME, now: MediaTime) -> Int? {
        guard let remoteSSRC, let sendControl, lastArrival != nil else { return nil }
        let compound = CompoundPacket([
            .receiverReport(ReceiverReport(ssrc: localSSRC, reports: [statistics.report(on: remoteSSRC, at: now)])),
            .sourceDescription(SourceDescription(ssrc: localSSRC, cname: cname)),
        ])
        let bytes = compound.serialize()
        sendControl(bytes)
        return bytes.count
    }
}
