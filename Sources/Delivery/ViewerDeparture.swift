package import MediaCore
import RTP

/// Sending: what the pacer wakes.
extension Viewer {
    package func departDue(now: MediaTime) -> MediaTime? {
        if case .closed = state { return nil }
        noteSlowness(now: now)
        departLines(now: now)
        sendReportsIfDue(now: now)
        endIfDone(now: now)
        closeGap()
        giveUpIfStalled(now: now)
        return nextWake(now: now)
    }

    /// Lines in the order of their heads' decode times; what is left over from before a seek goes first.
    private func departLines(now: MediaTime) {
        var budget = pacing.burst
        switch queue.lines.count {
        case 1:
            _ = depart(line: 0, now: now, budget: budget)
        case 2:
            let first = headTime(1) < headTime(0) ? 1 : 0
            budget -= depart(line: first, now: now, budget: budget)
            _ = depart(line: 1 - first, now: now, budget: budget)
        default:
            let lines = queue.lines.indices.map { (line: $0, time: headTime($0)) }
            for (line, _) in lines.sorted(by: { $0.time < $1.time }) {
                budget -= depart(line: line, now: now, budget: budget)
            }
        }
    }

    private func headTime(_ line: Int) -> MediaTime {
        guard let head = queue.head(line: line) else { return MediaTime(nanoseconds: .max) }
        return head.isLeftover ? MediaTime(nanoseconds: .min) : head.decodeTime
    }

    /// Sends what is due of one line; returns how many packets of the quantum's burst that took.
    private func depart(line: Int, now: MediaTime, budget: Int) -> Int {
        if streams[line].phase != .sending { dropDue(line: line, now: now) }
        guard streams[line].phase == .sending else { return 0 }
        let transport = streams[line].transport
        let limits = limits(of: transport)
        var due = packetsDue(line, limits: limits, now: now + pacing.gather)
        if transport.isPaced { due = min(due, budget) }
        var (sent, hasThinned) = (0, false)
        while sent < due, !transport.isFull {
            if queue.head(line: line)?.departedPackets == 0 {
                if let left = thinHead(line: line) {
                    due -= left
                    hasThinned = true
                    continue
                }
                beginUnit(line: line)
            }
            guard let departure = depart(line: line, limit: due - sent, transport) else { break }
            sent += departure.packets
            guard departure.isWithinBuffer(prefix: transport.prefix) else {
                // Our own mistake, but no reason to write into others' memory, nor to end them.
                queue.accept(line: line, packets: departure.packets, refused: true)
                continue
            }
            streams[line].stamp(departure)
            streams[line].lastDeparture = now
            if !transport.isPaced { slowness.owes(since: now) }
            transport.send(departure)
        }
        if sent < due, !transport.isPaced, transport.isFull, isPlaying { slowness.stall(at: now) }
        if hasThinned { readIfNeeded() }
        return transport.isPaced ? sent : 0
    }

    /// A datagram transport takes what one segmented send may have: 64 segments (the kernel's UDP_MAX_SEGMENTS) and 65,507 bytes (RFC 768,
    /// over IPv4).
    private func depart(line: Int, limit: Int, _ transport: any PacketTransport) -> DemandQueue.Departure? {
        guard transport.isPaced else { return queue.depart(line: line, limit: limit, prefix: transport.prefix) }
        return queue.depart(line: line, limit: min(limit, 64), prefix: transport.prefix, maximumBytes: 65_507)
    }

    /// A byte stream takes whole units when they are due: a large one need not be spread.
    private func limits(of transport: any PacketTransport) -> PacingLimits {
        transport.isPaced
            ? pacing
            : PacingLimits(quantum: pacing.quantum, lead: pacing.lead, burst: Int(Int32.max), step: Int(Int32.max))
    }

    /// While not playing, only units that are half sent are finished.
    private func packetsDue(_ line: Int, limits: PacingLimits, now: MediaTime) -> Int {
        if case .playing = state {
            let (timeline, catchUp, last) = (timeline, slowness.catchUp, streams[line].lastDeparture)
            return queue.packetsDue(line: line, limits, now: now, last: last) {
                catchUp.due(timeline.deliveryTime(of: $0))
            }
        }
        guard let head = queue.lines[line].waiting.first, head.departedPackets > 0 else { return 0 }
        return Int(head.packetsLeft)
    }

    /// The next packet is a unit's first: fixes its timestamp, and reports where a PLAY starts before its first packet.
    private func beginUnit(line: Int) {
        guard let train = queue.lines[line].waiting.first?.train else { return }
        if streams[line].needsStartReport {
            streams[line].needsStartReport = false
            sendStartReport(line: line)
        }
        streams[line].lastUnit = train.lastDecodeTime
        streams[line].unitTimestamp = streams[line].sender.clock.timestamp(of: train.unit.presentationTime)
    }

    /// A gap of more than 10 s that all tracks share is not waited for: what lies after it follows what departed before it.
    func closeGap() {
        guard case .playing = state else { return }
        var last: MediaTime?
        var next: MediaTime?
        for index in queue.lines.indices {
            let head = queue.head(line: index)
            if let until = queue.lines[index].departedUntil { last = max(last ?? until, until) }
            guard let head else {
                guard queue.lines[index].isEnded else { return }
                continue
            }
            if head.isLeftover { return }
            next = min(next ?? head.decodeTime, head.decodeTime)
        }
        guard let last, let next, next - last > Self.largestGap else { return }
        // Not into the past, and with the lead that a large unit has anywhere else.
        let due = max(timeline.deliveryTime(of: last), environment.now() + startDelay(next))
        timeline.play(from: timeline.start, at: timeline.origin - (timeline.deliveryTime(of: next) - due))
        for index in streams.indices { streams[index].sender.clock.play(timeline) }
    }

    private static let largestGap = MediaTime.seconds(10)

    /// When the pacer should call next; nil while there is nothing to wait for but an event.
    func nextWake(now: MediaTime) -> MediaTime? {
        switch state {
        case .playing: break
        case .idle, .starting, .paused: return nextLeftover(now: now)
        case .ended, .closed: return nil
        }
        var earliest = reportSchedule.next
        for line in queue.lines.indices {
            let transport = streams[line].transport
            guard streams[line].phase == .sending else {
                if let time = nextDrop(line: line) { earliest = min(earliest ?? time, time) }
                continue
            }
            let (timeline, catchUp, last) = (timeline, slowness.catchUp, streams[line].lastDeparture)
            let next = queue.nextDeparture(line: line, limits(of: transport), last: last) {
                catchUp.due(timeline.deliveryTime(of: $0))
            }
            guard var time = next else { continue }
            if transport.isFull {
                // A byte stream tells when it has room; the loop's shared socket is offered more in each quantum.
                guard transport.isPaced else { continue }
                time = max(time, now + pacing.quantum)
            }
            earliest = min(earliest ?? time, time)
        }
        if let end = endTime { earliest = min(earliest ?? end, end) }
        if let deadline = slowness.stallDeadline { earliest = min(earliest ?? deadline, deadline) }
        return earliest
    }

    private func nextLeftover(now: MediaTime) -> MediaTime? {
        let isUnfinished = queue.lines.indices.contains { line in
            guard (queue.lines[line].waiting.first?.departedPackets ?? 0) > 0 else { return false }
            let transport = streams[line].transport
            return transport.isPaced || !transport.isFull
        }
        return isUnfinished ? now : nil
    }

    // MARK: The end

    /// Nothing more comes on any stream that is set up, and the kernel has all of it.
    var isDelivered: Bool {
        if queue.isExhausted && queue.isEmpty { return true }
        return streams.indices.allSatisfy { index in
            streams[index].phase == .silent || queue.isDelivered(line: index)
        }
    }

    /// Decode time + duration of the last unit queued since the last seek, of the streams that are set up.
    var lastUnitEnd: MediaTime {
        streams.indices.filter { streams[$0].phase != .silent }.compactMap { queue.lines[$0].queuedUntil }.max()
            ?? timeline.start
    }

    /// When BYE goes out, once everything is accepted; nil before.
    private var endTime: MediaTime? {
        guard case .playing = state, isDelivered else { return nil }
        let end = timeline.deliveryTime(of: lastUnitEnd)
        // On a byte stream nothing overtakes.
        return streams.contains { $0.transport.isPaced } ? end + pacing.goodbyeDelay : end
    }

    private func endIfDone(now: MediaTime) {
        guard let end = endTime, end <= now else { return }
        sendGoodbye(now: now)
        standsAt = lastUnitEnd
        state = .ended
        ended?(lastFailure)
    }
}
