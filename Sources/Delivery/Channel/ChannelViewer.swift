package import MediaCore
import RTP

/// A viewer of a channel: a place in the tide for each of its streams, and where their packets go.
///
/// It is sent what is at its place as long as its transports take it, and all of a unit that it has begun in any case. One that falls out of
/// the window goes on with the newest key frame. Belongs to its outlet's loop.
package final class ChannelViewer {
    enum State {
        case idle
        /// It waits for a unit to begin with.
        case starting((Result<Viewer.Start, MediaError>) -> Void)
        case playing
        /// Paused, but for units that are half sent.
        case pausing
        case paused
        /// All is sent and BYE has gone out.
        case ended
        case closed
    }

    /// What a wake of the pacer came to.
    enum Departed {
        case wake(MediaTime)
        case wait
        /// It has taken nothing for longer than it may.
        case stalled
        /// Nothing follows.
        case done
    }

    let outlet: ChannelOutlet
    /// Tracks that are pictures: one of them leads, if any is set up.
    let videoLines: Set<Int>
    private(set) var state = State.idle
    var streams: [Stream] = []
    /// Those of the outlet's viewers whom it is served with, while it plays; and its place among them.
    unowned(unsafe) var turn: ChannelTurn?
    var place = 0
    /// While it catches up: when it began, and when what it began with was sent.
    var catchUp: (begin: MediaTime, time: MediaTime)?
    private var stalledSince: MediaTime?
    /// The place in the leader's lane from which on it waits for a key frame.
    var waitsFrom: Int?
    package internal(set) var counters = DeliveryCounters()

    /// Called once when everything was sent, BYE included; with the reason if the channel failed.
    package var ended: ((MediaError?) -> Void)?
    /// Called when it has had something to take and has taken nothing for `ChannelLimits.stallTime`.
    package var stalled: (() -> Void)?

    /// - Parameter videoTracks: positions in the title.
    package init(outlet: ChannelOutlet, videoTracks: Set<Int>) {
        self.outlet = outlet
        self.videoLines = videoTracks
    }

    // MARK: Streams

    /// A stream that is sent from the next PLAY, or `join`, on.
    package func add(track: Int, transport: any PacketTransport) {
        streams.removeAll { $0.line == track }
        streams.append(Stream(line: track, transport: transport))
        streams.sort { $0.line < $1.line }
    }

    /// A stream ends: BYE, if anything was sent of it and the end has not said it.
    package func remove(track: Int) {
        guard let index = streams.firstIndex(where: { $0.line == track }) else { return }
        if case .ended = state {} else { sendGoodbye(index) }
        streams.remove(at: index)
        // One that plays keeps its turn: its only stream may come again over another transport.
        if case .playing = state { return }
        guard streams.isEmpty else { return }
        cancelStarting()
        outlet.leave(self)
    }

    /// While playing: streams that were added begin with the next unit; the others go on.
    /// - Returns: where they stand.
    package func join() -> Viewer.Start {
        for index in streams.indices {
            guard case .waiting = streams[index].phase else { continue }
            streams[index].place = outlet.tide.lanes[streams[index].line].end
            streams[index].phase = .joining(atRandomAccess: true)
        }
        outlet.schedule(self)
        return start
    }

    // MARK: Play, pause, close

    /// Begins at the live point, also after a pause.
    /// - Parameter completion: called once, when it is known what is sent first; media follows after it returns.
    package func play(completion: @escaping (Result<Viewer.Start, MediaError>) -> Void) {
        cancelStarting()
        if case .closed = state { return completion(.failure(.cancelled)) }
        state = .starting(completion)
        stalledSince = nil
        beginAnew()
        waitsFrom = nil
        if outlet.enter(self) { windowIsKnown() }
    }

    /// Streams are as if nothing had been sent, unless a unit is half sent: that is finished before.
    private func beginAnew() {
        for index in streams.indices where streams[index].amid == nil {
            (streams[index].phase, streams[index].needsReport) = (.waiting, true)
        }
    }

    /// What is in the window is known: one that waits for the next key frame waits from here on.
    func windowIsKnown() {
        guard outlet.limits.joinBurst == nil, let leader else { return }
        waitsFrom = outlet.tide.lanes[streams[leader].line].end
    }

    private func cancelStarting() {
        guard case .starting(let completion) = state else { return }
        state = .idle
        completion(.failure(.cancelled))
    }

    package func pause() {
        switch state {
        case .starting: cancelStarting()
        case .playing:
            guard !streams.contains(where: { $0.amid != nil }) else { return state = .pausing }
            state = .paused
        case .idle, .pausing, .paused, .ended, .closed: return
        }
        outlet.leave(self)
    }

    /// BYE on every stream of which anything was sent, unless the end came before; then nothing more.
    package func close() {
        switch state {
        case .closed: return
        case .ended: break
        default: for index in streams.indices { sendGoodbye(index) }
        }
        let last = state
        state = .closed
        outlet.leave(self)
        if case .starting(let completion) = last { completion(.failure(.cancelled)) }
    }

    private func sendGoodbye(_ index: Int) {
        guard streams[index].hasSent else { return }
        let line = streams[index].line
        streams[index].transport.send(control: outlet.goodbye(line: line, now: outlet.environment.now()))
    }

    // MARK: What transports report

    package func accepted(packets: Int, refused: Bool = false) {
        stalledSince = nil
        if refused { counters.sendErrors += packets } else { counters.packetsSent += packets }
    }

    /// A transport that was full has room again.
    package func transportDrained() {
        stalledSince = nil
        outlet.schedule(self)
    }

    /// The channel's report, for those who have begun.
    func report(_ bytes: [UInt8], line: Int) {
        guard case .playing = state,
            let stream = streams.first(where: { $0.line == line }), case .sending = stream.phase, !stream.needsReport
        else { return }
        stream.transport.send(control: bytes)
    }

    // MARK: Departing

    /// Sends what is due and the transports take.
    func depart(now: MediaTime) -> Departed {
        if case .starting(let completion) = state {
            if case .failed(let error) = outlet.end {
                state = .idle
                completion(.failure(error))
                return .done
            }
            guard hasFinishedUnits(now: now) else { return .wait }
            guard takePlaces(now: now) else {
                if case .over = outlet.end {
                    state = .idle
                    completion(.failure(.notFound))
                    return .done
                }
                return .wait
            }
            state = .playing
            completion(.success(start))
        }
        switch state {
        case .playing:
            guard hasFallenOut else { return departRuns(now: now) }
            finishUnits(now: now)
            return goForward(now: now)
        case .pausing:
            if hasFinishedUnits(now: now) { pauseNow() }
            return .wait
        default: return .wait
        }
    }

    private func pauseNow() {
        state = .paused
        outlet.leave(self)
    }

    /// Sends what there is of units that were begun.
    private func finishUnits(now: MediaTime) {
        for index in streams.indices {
            while streams[index].amid?.next != nil { _ = send(index, now: now) }
        }
    }

    /// Of units that were begun before a PAUSE: whether they are whole, or will never be, since the channel has ended.
    private func hasFinishedUnits(now: MediaTime) -> Bool {
        guard streams.contains(where: { $0.amid != nil }) else { return true }
        finishUnits(now: now)
        guard outlet.end != nil || !streams.contains(where: { $0.amid != nil }) else { return false }
        for index in streams.indices { streams[index].amid = nil }
        if case .starting = state { beginAnew() }
        return true
    }

    private var hasFallenOut: Bool {
        streams.contains { stream in
            guard case .sending = stream.phase else { return false }
            return stream.place < outlet.tide.first(line: stream.line)
        }
    }

    /// To the newest key frame, as soon as the transports can take it.
    private func goForward(now: MediaTime) -> Departed {
        guard !streams.contains(where: { $0.transport.isFull }) else { return blocked(now: now) }
        guard takePlaces(now: now) else { return outlet.end == nil ? .wait : .done }
        return departRuns(now: now)
    }

    private func departRuns(now: MediaTime) -> Departed {
        var budget = catchUp == nil ? Int.max : outlet.pacing.burst
        while let (index, time) = next() {
            let due = due(time)
            if due > now {
                if due == inTurn(time) { catchUp = nil }
                return .wake(due)
            }
            if budget <= 0 { return .wake(now + outlet.pacing.quantum) }
            guard mustFinish(index) || !streams[index].transport.isFull else { return blocked(now: now) }
            budget -= send(index, now: now)
        }
        catchUp = nil
        stalledSince = nil
        return outlet.end == nil ? .wait : .done
    }

    /// Over a byte stream no unit is ever left half sent. (The socket for datagrams is everybody's, and is offered more in the next quantum.)
    private func mustFinish(_ index: Int) -> Bool { streams[index].amid != nil && !streams[index].isPaced }

    /// When a run is due that was sent in the quantum that began at `time`.
    private func due(_ time: MediaTime) -> MediaTime {
        guard let catchUp, let burst = outlet.limits.joinBurst else { return inTurn(time) }
        return max(
            inTurn(time), catchUp.begin + MediaTime(nanoseconds: (time - catchUp.time).nanoseconds / Int64(burst)))
    }

    private func inTurn(_ time: MediaTime) -> MediaTime { time + (turn?.delay ?? .zero) }

    /// The stream whose next run was sent first, and when; nil if all have had what there is.
    private func next() -> (index: Int, time: MediaTime)? {
        var next: (index: Int, time: MediaTime)?
        for index in streams.indices {
            passOver(index)
            guard case .sending = streams[index].phase,
                let time = outlet.tide.time(line: streams[index].line, place: streams[index].place)
            else { continue }
            if next == nil || time < next!.time { next = (index, time) }
        }
        return next
    }

    /// Of a stream that joins, what comes before the unit that it begins with.
    private func passOver(_ index: Int) {
        guard case .joining(let atRandomAccess) = streams[index].phase else { return }
        let lane = outlet.tide.lanes[streams[index].line]
        var place = max(streams[index].place, lane.first)
        while place < lane.end {
            let run = lane.run(at: place)
            if run.beginsUnit, !atRandomAccess || run.unit.isRandomAccessPoint {
                streams[index].phase = .sending
                skip(to: place, index)
                break
            }
            place += 1
        }
        streams[index].place = place
    }

    /// Sends one run; returns the packets.
    private func send(_ index: Int, now: MediaTime) -> Int {
        let (line, place, transport) = (streams[index].line, streams[index].place, streams[index].transport)
        if streams[index].needsReport {
            transport.send(control: outlet.report(line: line, now: now))
            (streams[index].needsReport, streams[index].hasSent) = (false, true)
        }
        let entry = streams[index].amid?.next ?? outlet.tide.entry(line: line, place: place)
        let departure = outlet.tide.departure(entry, place: place, id: transport.interleavedID)
        transport.send(departure)
        counters.bytesSent += (departure.packets - 1) * departure.packetSize + departure.lastPacketSize
        streams[index].place = place + 1
        streams[index].amid = departure.packetsAfter > 0 ? entry : nil
        streams[index].ordinal = entry.run.ordinal + Int64(departure.packets)
        return departure.packets
    }

    /// A transport is full: the loop's socket is offered more in the next quantum, a byte stream tells when it has room.
    private func blocked(now: MediaTime) -> Departed {
        guard streams.contains(where: { !$0.isPaced && $0.transport.isFull }) else {
            return .wake(now + outlet.pacing.quantum)
        }
        let since = stalledSince ?? now
        stalledSince = since
        if now - since >= outlet.limits.stallTime { return .stalled }
        return .wake(since + outlet.limits.stallTime)
    }

    /// Nothing follows: BYE, or the failure has been told.
    func finish() {
        outlet.leave(self)
        guard case .playing = state else { return }
        state = .ended
        for stream in streams {
            guard let bytes = outlet.goodbyes[stream.line] else { continue }
            stream.transport.send(control: bytes)
        }
        switch outlet.end {
        case .over(let failure): ended?(failure)
        case .failed(let error): ended?(error)
        case nil: ended?(nil)
        }
    }
}
