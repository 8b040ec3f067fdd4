package import MediaCore
package import RTP

/// A loop's end of a channel: what was sent of late, and the viewers who live on that loop.
///
/// Belongs to that loop; not thread-safe. It subscribes with its first viewer who plays, and leaves with the last.
package final class ChannelOutlet: Paced {
    package var pacerSlot = PacerSlot()
    let environment: Viewer.Environment
    let cname: CNAME
    let limits: ChannelLimits
    let pacing: PacingLimits
    var tide: Tide
    /// Of the producer, behind all that came.
    private(set) var senders: [SenderState]
    /// The title has ended, and nothing follows what is here.
    private(set) var end: ChannelPublication.End?
    /// Those who play, or wait for their first packet; each knows its place.
    private var viewers: [ChannelViewer] = []
    private var subscription: UInt64 = 0
    private var isSubscribed = false
    /// The first publication of a subscription tells what is in the window.
    private var awaitsWindow = false
    private let subscribe: (ChannelOutlet, UInt64) -> Void
    private let unsubscribe: (UInt64) -> Void

    /// - Parameters:
    ///   - senders: the channel's, as they are before anything came.
    ///   - subscribe: asks the channel to tell this outlet what it sends, under a number; `unsubscribe` ends that.
    package init(
        senders: [SenderState], cname: CNAME, limits: ChannelLimits, pacing: PacingLimits,
        environment: Viewer.Environment, subscribe: @escaping (ChannelOutlet, UInt64) -> Void,
        unsubscribe: @escaping (UInt64) -> Void
    ) {
        self.senders = senders
        self.cname = cname
        self.limits = limits
        self.pacing = pacing
        self.environment = environment
        self.subscribe = subscribe
        self.unsubscribe = unsubscribe
        tide = Tide(lines: senders.count, limits: limits)
    }

    package var viewerCount: Int { viewers.count }
    /// What is kept for those who come later or are slow.
    package var windowBytes: Int { tide.bytes }

    // MARK: Viewers

    /// - Returns: whether what is in the window is known already.
    func enter(_ viewer: ChannelViewer) -> Bool {
        guard viewer.place == nil else { return !awaitsWindow }
        viewer.place = viewers.count
        viewers.append(viewer)
        if isSubscribed {
            // What is here may do to begin with.
            schedule(atOnce: true)
            return !awaitsWindow
        } else {
            (isSubscribed, awaitsWindow) = (true, true)
            subscription += 1
            (end, goodbyes) = (nil, [:])
            subscribe(self, subscription)
            return false
        }
    }

    func leave(_ viewer: ChannelViewer) {
        guard let place = viewer.place else { return }
        viewer.place = nil
        viewers.swapAt(place, viewers.count - 1)
        viewers.removeLast()
        if place < viewers.count { viewers[place].place = place }
        guard viewers.isEmpty else { return }
        if isSubscribed { unsubscribe(subscription) }
        isSubscribed = false
        environment.pacer.cancel(self)
        tide.clear()
    }

    func schedule(atOnce: Bool = false) {
        let now = environment.now()
        if atOnce { environment.pacer.scheduleAtOnce(self, at: now) } else { environment.pacer.schedule(self, at: now) }
        environment.scheduled()
    }

    // MARK: What the channel sends

    /// On this outlet's loop.
    package func receive(_ publication: ChannelPublication) {
        guard isSubscribed, publication.subscription == subscription else { return }
        for run in publication.runs { tide.append(run) }
        senders = publication.senders
        if awaitsWindow {
            awaitsWindow = false
            for viewer in viewers { viewer.windowIsKnown() }
        }
        if let end = publication.end {
            self.end = end
            isSubscribed = false
            for (line, bytes) in publication.reports { goodbyes[line] = bytes }
        } else {
            for (line, bytes) in publication.reports {
                for viewer in viewers { viewer.report(bytes, line: line) }
            }
        }
        schedule(atOnce: true)
    }

    /// The last report of each line, which says BYE: sent to each viewer when it has had all else.
    private(set) var goodbyes: [Int: [UInt8]] = [:]

    package func departDue(now: MediaTime) -> MediaTime? {
        var next: MediaTime?
        var stalled: [ChannelViewer] = []
        var done: [ChannelViewer] = []
        for viewer in viewers {
            switch viewer.depart(now: now) {
            case .wake(let time): next = next.map { min($0, time) } ?? time
            case .wait: break
            case .stalled: stalled.append(viewer)
            case .done: done.append(viewer)
            }
        }
        tide.trim()
        for viewer in stalled { viewer.stalled?() }
        for viewer in done { viewer.finish() }
        return next
    }

    // MARK: Reports

    /// RFC 3550 6.4.1 for somebody who has heard none yet.
    func report(line: Int, now: MediaTime) -> [UInt8] {
        CompoundPacket(reportAndDescription(line: line, now: now)).serialize()
    }

    func goodbye(line: Int, now: MediaTime) -> [UInt8] {
        let source = senders[line].ssrc
        let packets = reportAndDescription(line: line, now: now) + [.goodbye(Goodbye(sources: [source]))]
        return CompoundPacket(packets).serialize()
    }

    private func reportAndDescription(line: Int, now: MediaTime) -> [RTCPPacket] {
        let report = senders[line].report(at: now)
        return [
            .senderReport(report), .sourceDescription(SourceDescription(ssrc: report.ssrc, cname: cname)),
        ]
    }
}
