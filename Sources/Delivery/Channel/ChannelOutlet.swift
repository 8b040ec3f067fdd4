import MediaCore
package import RTP

/// A loop's end of a channel: what was sent of late, and the viewers who live on that loop.
///
/// Many viewers take what is new in turns (`ChannelLimits.spread`): a thousand copies of each picture in one instant are late for whoever is
/// last, and more than a switch holds. A viewer keeps its turn, so what it gets is as even as what was sent.
///
/// Belongs to that loop; not thread-safe. It subscribes with its first viewer who plays, and leaves with the last.
package final class ChannelOutlet {
    let environment: Viewer.Environment
    let cname: CNAME
    let limits: ChannelLimits
    let pacing: PacingLimits
    var tide: Tide
    /// Of the producer, behind all that came.
    private(set) var senders: [SenderState]
    /// The title has ended, and nothing follows what is here.
    private(set) var end: ChannelPublication.End?
    /// Those who play, or wait for their first packet; each knows its turn, and its place there.
    private let turns: [ChannelTurn]
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
        tide = Tide(lines: senders.count, limits: limits, quantum: pacing.quantum)
        turns = ChannelTurn.all(within: limits.spread, quantum: pacing.quantum)
        for turn in turns { turn.outlet = self }
    }

    package private(set) var viewerCount = 0
    /// What is kept for those who come later or are slow.
    package var windowBytes: Int { tide.bytes }

    // MARK: Viewers

    /// - Returns: whether what is in the window is known already.
    func enter(_ viewer: ChannelViewer) -> Bool {
        guard viewer.turn == nil else { return !awaitsWindow }
        ChannelTurn.next(of: turns).add(viewer)
        viewerCount += 1
        if isSubscribed {
            // What is here may do to begin with.
            schedule(viewer)
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
        guard let turn = viewer.turn else { return }
        turn.remove(viewer)
        viewerCount -= 1
        if turn.viewers.isEmpty { environment.pacer.cancel(turn) }
        guard viewerCount == 0 else { return }
        if isSubscribed { unsubscribe(subscription) }
        isSubscribed = false
        tide.clear()
    }

    /// Something has changed for a viewer alone.
    func schedule(_ viewer: ChannelViewer) {
        guard let turn = viewer.turn else { return }
        environment.pacer.scheduleAtOnce(turn, at: environment.now())
        environment.scheduled()
    }

    /// Each turn is woken when what was sent at `time` is due to it.
    private func schedule(sentAt time: MediaTime) {
        let now = environment.now()
        for turn in turns where !turn.viewers.isEmpty {
            environment.pacer.scheduleAtOnce(turn, at: max(now, time + turn.delay))
        }
        environment.scheduled()
    }

    // MARK: What the channel sends

    /// On this outlet's loop.
    package func receive(_ publication: ChannelPublication) {
        guard isSubscribed, publication.subscription == subscription else { return }
        // Those who keep up have had what was there.
        tide.trim()
        for run in publication.runs { tide.append(run) }
        senders = publication.senders
        if awaitsWindow {
            awaitsWindow = false
            forEachViewer { $0.windowIsKnown() }
        }
        if let end = publication.end {
            self.end = end
            isSubscribed = false
            for (line, bytes) in publication.reports { goodbyes[line] = bytes }
        } else {
            for (line, bytes) in publication.reports {
                forEachViewer { $0.report(bytes, line: line) }
            }
        }
        schedule(sentAt: publication.runs.first.map { environment.pacer.beginning(of: $0.time) } ?? environment.now())
    }

    private func forEachViewer(_ body: (ChannelViewer) -> Void) {
        for turn in turns { for viewer in turn.viewers { body(viewer) } }
    }

    /// The last report of each line, which says BYE: sent to each viewer when it has had all else.
    private(set) var goodbyes: [Int: [UInt8]] = [:]

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
