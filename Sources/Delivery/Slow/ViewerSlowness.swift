import MediaCore
import RTP

/// Viewers that take less than they are due: over TCP they slip, catch up and are thinned as `SlowLimits` says, or are given up; over UDP they
/// are thinned by the loss that they report.
///
/// Of a viewer that keeps up nothing is asked here but what the kernel still has to take.
extension Viewer {
    /// When what is decoded at `npt` is due.
    func due(_ npt: MediaTime) -> MediaTime { slowness.catchUp.due(timeline.deliveryTime(of: npt)) }

    /// Before a quantum's packets depart: a viewer that was stalled and has room again goes on, on the level that its lateness says.
    func noteSlowness(now: MediaTime) {
        guard slowness.isActive, isPlaying else { return }
        var oldest: MediaTime?
        for line in queue.lines.indices where isByteStream(line) {
            guard let head = queue.head(line: line), !head.isLeftover else { continue }
            let time = timeline.deliveryTime(of: head.decodeTime)
            if time <= now, streams[line].transport.isFull { return }
            oldest = min(oldest ?? time, time)
        }
        if slowness.catchUp.isStalled {
            slowness.goOn(at: now, oldest: oldest)
            if owesNothing { slowness.owedSince = nil }
        }
        let lateness = oldest.map { max(.zero, now - $0) } ?? .zero
        queue.counters.latenessMaximum = max(queue.counters.latenessMaximum, lateness)
        if slowness.limits.mode == .thin, hasVideo {
            // Late for another reason, such as a slow disk, is not the viewer's slowness.
            let own = slowness.catchUp.isActive ? lateness : .zero
            slowness.thinning.update(lateness: own, now: now, limits: slowness.limits)
            noteLevel()
        }
        slowness.endCatchUpIfMet(at: now)
    }

    private func isByteStream(_ line: Int) -> Bool {
        streams[line].phase == .sending && !streams[line].transport.isPaced
    }

    private var hasVideo: Bool {
        streams.indices.contains { slowness.videos[$0] != nil && streams[$0].phase == .sending }
    }

    // MARK: Thinning

    /// Says what has become of the level, once for each change.
    func noteLevel() {
        let level = slowness.level
        guard level != queue.counters.thinning.level else { return }
        queue.counters.thinning.changed(to: level)
        if level > .everything { slowness.isThinned = true }
        levelChanged?(level)
    }

    /// Leaves out the unit at the front of a line, none of which has departed, if the level wants it so.
    /// - Returns: packets that were left out; nil if the unit is to be sent.
    func thinHead(line: Int) -> Int? {
        guard slowness.isThinned, slowness.videos[line] != nil, let train = queue.lines[line].waiting.first?.train,
            let reason = slowness.drops(train.unit, line: line)
        else { return nil }
        queue.dropHead(line: line)
        queue.counters.thinning.dropped(at: reason)
        streams[line].lastUnit = train.lastDecodeTime
        return Int(train.packets)
    }

    /// Takes a report about a stream over UDP. Video that is alone is not left out wholly: nothing would be reported any more.
    func adapt(to report: ReceptionReport, line: Int) {
        // Of video that is left out nothing is reported any more: what is on its way still must not count for ever.
        let isLeftOut = slowness.lossLevel == .noVideo && slowness.videos[line] != nil
        guard slowness.limits.adapts, isPlaying, hasVideo, streams[line].transport.isPaced, !isLeftOut,
            let verdict = slowness.losses.received(report, line: line, limits: slowness.limits)
        else { return }
        let isAlone = !streams.indices.contains {
            slowness.videos[$0] == nil && streams[$0].phase == .sending && !queue.lines[$0].isSparse
        }
        switch verdict {
        case .lossy: slowness.lossLevel = min(slowness.lossLevel.thinner, isAlone ? .keyFrames : .noVideo)
        case .clean: slowness.lossLevel = slowness.lossLevel.thicker
        }
        if slowness.lossLevel == .noVideo {
            for line in streams.indices where slowness.videos[line] != nil { slowness.losses.forget(line: line) }
        }
        noteLevel()
    }

    // MARK: Giving up

    /// Whether the kernel has taken all that was handed to byte streams.
    var owesNothing: Bool {
        streams.indices.allSatisfy { streams[$0].transport.isPaced || queue.lines[$0].departed.isEmpty }
    }

    /// The kernel has taken something of a line.
    func noteTaken(line: Int) {
        slowness.owedSince = owesNothing && !slowness.catchUp.isStalled ? nil : environment.now()
    }

    func giveUpIfStalled(now: MediaTime) {
        guard isPlaying, let deadline = slowness.stallDeadline, deadline <= now else { return }
        slowness.isGivenUp = true
        takesNothing?()
    }
}
