import MediaCore
package import RTP

/// When a viewer's RTCP goes out: RFC 3550 6.3 for a session of two, this server and the viewer.
struct ReportSchedule {
    let cname: CNAME
    /// Delivery time of the next reports; nil before the first packet of the first PLAY.
    var next: MediaTime?
    private var interval: ReportInterval
    private var random = SystemRandomNumberGenerator()

    init(cname: CNAME) {
        self.cname = cname
        // 5 % of 1 Mbit/s: with two members the five-second minimum decides at any bandwidth that carries video.
        self.interval = ReportInterval(members: 2, senders: 1, weSent: true, rtcpBandwidth: 6250, probableSize: 60)
    }

    mutating func sent(bytes: Int, now: MediaTime) {
        interval.sent(bytes: bytes)
        next = now + interval.next(using: &random)
    }

    mutating func received(bytes: Int) { interval.observed(bytes: bytes) }
}

/// Sending and taking RTCP.
extension Viewer {
    /// Reports where a PLAY starts, right before the first packet of a stream after it.
    func sendStartReport(line: Int) {
        let sender = streams[line].sender
        let report = streams[line].hasJoined ? sender.report(at: environment.now()) : sender.startReport
        let bytes = compound(line: line, report: report)
        streams[line].transport.send(control: bytes)
        if reportSchedule.next == nil { reportSchedule.sent(bytes: bytes.count, now: environment.now()) }
    }

    /// Sender reports of every stream that has started, when they are due.
    func sendReportsIfDue(now: MediaTime) {
        guard case .playing = state, let due = reportSchedule.next, due <= now else { return }
        var size = 0
        for line in streams.indices where !streams[line].needsStartReport {
            let bytes = compound(line: line, report: streams[line].sender.report(at: now))
            streams[line].transport.send(control: bytes)
            size = max(size, bytes.count)
        }
        // None has started since the PLAY: the first start report sets the clock anew.
        if size > 0 { reportSchedule.sent(bytes: size, now: now) } else { reportSchedule.next = nil }
    }

    /// SR, SDES and BYE (RFC 3550 6.6) on every stream, also one that had nothing to send: FFmpeg ends once all streams have said it.
    func sendGoodbye(now: MediaTime) {
        for line in streams.indices where streams[line].phase != .silent { sendGoodbye(line: line, now: now) }
    }

    func sendGoodbye(line: Int, now: MediaTime) {
        let ssrc = streams[line].sender.ssrc
        let packets = reportAndDescription(line: line, report: streams[line].sender.report(at: now))
        let bytes = CompoundPacket(packets + [.goodbye(Goodbye(sources: [ssrc]))]).serialize()
        streams[line].transport.send(control: bytes)
    }

    private func compound(line: Int, report: SenderReport) -> [UInt8] {
        CompoundPacket(reportAndDescription(line: line, report: report)).serialize()
    }

    private func reportAndDescription(line: Int, report: SenderReport) -> [RTCPPacket] {
        [
            .senderReport(report),
            .sourceDescription(SourceDescription(ssrc: report.ssrc, cname: reportSchedule.cname)),
        ]
    }

    /// Takes a datagram of the viewer's RTCP, already checked: keeps the last report about each stream.
    /// - Returns: whether any of it is about one of our streams.
    package func received(_ packet: CompoundPacket, bytes: Int) -> Bool {
        reportSchedule.received(bytes: bytes)
        var isOurs = false
        for report in packet.receptionReports {
            let ours = streams.firstIndex { $0.phase != .silent && $0.sender.ssrc == report.ssrc }
            guard let line = ours else { continue }
            streams[line].lastReception = report
            adapt(to: report, line: line)
            isOurs = true
        }
        return isOurs
    }
}
