package import MediaCore
package import NIOCore
package import RTP

/// An RTSP session's media side: a cursor, its DemandQueue, the RTP senders of its streams and their transports.
///
/// Everything happens on one event loop. Time is the loop's monotonic clock as a `MediaTime`, passed in; the pacer wakes `departDue`.
package final class Viewer: Paced {
    /// What a viewer needs of its loop.
    package struct Environment {
        package var eventLoop: any EventLoop
        package var pacer: Pacer
        package var pool: BufferPool
        /// The loop's monotonic clock.
        package var now: () -> MediaTime
        /// Told that the pacer has something new and its timer may have to be armed earlier.
        package var scheduled: () -> Void

        package init(
            eventLoop: any EventLoop, pacer: Pacer, pool: BufferPool, now: @escaping () -> MediaTime,
            scheduled: @escaping () -> Void
        ) {
            self.eventLoop = eventLoop
            self.pacer = pacer
            self.pool = pool
            self.now = now
            self.scheduled = scheduled
        }
    }

    /// Where a PLAY has begun: what Range and RTP-Info say (RFC 2326 12.29, 12.33).
    package struct Start: Equatable {
        package var position: MediaTime
        package var end: MediaTime?
        package var streams: [StreamStart]
    }

    package struct StreamStart: Equatable {
        package var track: Int
        /// Of the next packet.
        package var sequenceNumber: SequenceNumber
        /// At `Start.position`, even if no packet bears it.
        package var timestamp: RTPTimestamp
    }

    enum State {
        case idle
        /// The first batch of a PLAY is being read. `from` is where delivery stood before.
        case starting(from: MediaTime, completion: (Result<Start, MediaError>) -> Void)
        case playing
        case paused
        /// Everything is sent and BYE has gone out.
        case ended
        case closed
    }

    package var pacerSlot = PacerSlot()
    var state = State.idle
    var queue: DemandQueue
    var streams: [ViewerStream]
    var timeline: DeliveryTimeline
    /// While not playing, the NPT at which delivery stopped or was asked to start; before the start after a pause within the lead.
    var standsAt = MediaTime.zero
    /// NPT at which the PLAY in force ends; nil for the title's end.
    var rangeEnd: MediaTime?
    /// Where the PLAY that is starting will begin, once the first batch has told.
    private var startPosition: MediaTime?
    /// NPT of the first unit since the last seek.
    var mediaStart = MediaTime.zero
    /// What was read before a stream joined is read again: see `wanted`.
    var isRereading = false
    /// Nothing was read yet: a PLAY from the start need not seek.
    var isUntouched = true
    var lastFailure: MediaError?
    var reportSchedule: ReportSchedule
    var slowness: Slowness

    var cursor: any MediaCursor
    /// Tracks of the title that `cursor` does not bring.
    var absentTracks: [Int]
    /// What the next PLAY reads from, if not from `cursor`.
    var nextCursor: (cursor: any MediaCursor, absentTracks: [Int])?
    let environment: Environment
    let pacing: PacingLimits
    private let reference: ViewerReference
    /// By track, while the reading is split; else none.
    private var parts: [Int: any MediaCursor] = [:]
    /// The size of the last batch of each cursor, a guess at the next.
    private var expectedBatchBytes: [Int]

    /// Called once when everything was sent, BYE included; with the reason if reading failed before the end.
    package var ended: ((MediaError?) -> Void)?
    /// Called with each batch's reason for units left out.
    package var unitsSkipped: ((_ count: Int, _ reason: String) -> Void)?
    /// Called when the viewer gets less of the video than before, or more.
    package var levelChanged: ((ThinLevel) -> Void)?
    /// Called once when the viewer took nothing for `SlowLimits.stallTimeout`.
    package var takesNothing: (() -> Void)?

    /// - Parameters:
    ///   - streams: one per track that `cursor` brings, and silent ones for tracks that may be set up later.
    ///   - sparseTracks: tracks whose units come now and then (text, metadata).
    ///   - videoTracks: tracks that may be thinned.
    ///   - wallClock: nanoseconds since the Unix epoch at loop time zero.
    ///   - reference: that of no other viewer.
    package init(
        cursor: any MediaCursor, streams: [ViewerStream], cname: CNAME, limits: DemandLimits, pacing: PacingLimits,
        slow: SlowLimits = SlowLimits(), sparseTracks: Set<Int> = [], videoTracks: Set<Int> = [], wallClock: Int64,
        environment: Environment,
        reference: ViewerReference = ViewerReference()
    ) {
        precondition(reference.viewer == nil)
        self.cursor = cursor
        self.absentTracks = streams.filter { $0.phase == .silent }.map(\.track)
        self.streams = streams
        self.queue = DemandQueue(tracks: streams.map(\.track), sparse: sparseTracks, limits: limits)
        self.pacing = pacing
        self.slowness = Slowness(limits: slow, isVideo: streams.map { videoTracks.contains($0.track) })
        self.environment = environment
        self.timeline = DeliveryTimeline(wallClock: wallClock)
        self.reportSchedule = ReportSchedule(cname: cname)
        self.expectedBatchBytes = streams.map { _ in min(64 * 1024, limits.batchBytes) }
        self.reference = reference
        reference.viewer = self
    }

    deinit { reference.viewer = nil }

    package var counters: DeliveryCounters { queue.counters }
    package var isPlaying: Bool { if case .playing = state { true } else { false } }
    package var hasEnded: Bool { if case .ended = state { true } else { false } }

    /// NPT that delivery has reached, or that it was asked to start at.
    package var position: MediaTime {
        switch state {
        case .playing: max(reached, timeline.start)
        case .paused: max(standsAt, timeline.start)
        case .idle, .starting, .ended, .closed: standsAt
        }
    }

    /// NPT that is due now; not beyond the last unit's end while BYE waits.
    private var reached: MediaTime {
        let npt = timeline.npt(at: environment.now())
        return isDelivered ? min(npt, lastUnitEnd) : npt
    }

    // MARK: Play, pause, close

    /// Begins, goes on, or jumps.
    /// - Parameters:
    ///   - seek: NPT to go to; nil goes on from where delivery stopped.
    ///   - end: NPT at which delivery ends; nil for the title's end.
    ///   - completion: called once, when it is known where delivery starts; media follows after it returns.
    package func play(
        seek: MediaTime?, end: MediaTime?, completion: @escaping (Result<Start, MediaError>) -> Void
    ) {
        cancelStarting()
        switch state {
        case .closed:
            return completion(.failure(.cancelled))
        case .paused where seek == nil && end == nil:
            admitStreams(from: position)
            resume(completion)
        default:
            let from = position
            let target = seek ?? (hasEnded ? .zero : from)
            changeCursor()
            admitAllStreams()
            queue.restart(at: isUntouched && target == .zero ? nil : target, end: end)
            if !queue.isSplit { closeParts() }
            lastFailure = nil
            (standsAt, rangeEnd, startPosition) = (target, end, nil)
            state = .starting(from: from, completion: completion)
            readIfNeeded()
            scheduleDeparture()
        }
    }

    private func cancelStarting() {
        guard case .starting(_, let completion) = state else { return }
        state = .idle
        completion(.failure(.cancelled))
    }

    private func resume(_ completion: (Result<Start, MediaError>) -> Void) {
        // Delivery goes on where it stood, also if that lies before the start (a pause within the lead).
        let start = max(standsAt, timeline.start)
        slowness.resume()
        begin(from: start, at: beginning + (start - standsAt), completion)
    }

    /// Stops sending. What is queued stays, and reads stop as soon as it is enough.
    package func pause() {
        switch state {
        case .playing:
            standsAt = reached
            state = .paused
            slowness.owedSince = nil
            scheduleDeparture()
        case .starting:
            cancelStarting()
        case .idle, .paused, .ended, .closed:
            break
        }
    }

    /// BYE on every stream (RFC 3550 6.6), unless the end or no packet at all (6.3.7) came before; then nothing more.
    package func close() {
        let last = state
        if case .closed = last { return }
        standsAt = position
        state = .closed
        let hasSent = streams.contains { $0.sender.lastTimestamp != nil }
        if case .ended = last {} else if hasSent { sendGoodbye(now: environment.now()) }
        environment.pacer.cancel(self)
        queue.close()
        closeParts()
        cursor.close()
        nextCursor?.cursor.close()
        if case .starting(_, let completion) = last { completion(.failure(.cancelled)) }
    }

    func closeParts() {
        for part in parts.values { part.close() }
        parts = [:]
    }

    // MARK: Reading

    /// Asks for the batches that the queue demands; splits the cursor if that lets a track starve.
    func readIfNeeded() {
        if case .closed = state { return }
        if queue.needsSplit {
            queue.split()
            parts = cursor.split()
        }
        while let demand = queue.demand() { read(demand) }
    }

    private func read(_ demand: DemandQueue.Demand) {
        isUntouched = false
        let cursor = queue.isSplit ? parts[streams[demand.cursor].track] ?? cursor : cursor
        let request = ReadRequest(
            buffer: environment.pool.take(capacity: expectedBatchBytes[demand.cursor]), seek: demand.seek,
            end: demand.end,
            maximumBytes: queue.limits.batchBytes, maximumDuration: queue.limits.batchTime,
            mayAggregate: !isRereading)
        let eventLoop = environment.eventLoop
        // The I/O thread may be the last to let go of this closure, and a viewer ends on its loop.
        let bound = NIOLoopBound(reference, eventLoop: eventLoop)
        cursor.read(consume request) { batch in
            eventLoop.execute { bound.value.viewer?.received(batch, for: demand) }
        }
    }

    private func received(_ batch: Batch, for demand: DemandQueue.Demand) {
        let batch = demand.generation == queue.generation ? wanted(batch) : batch
        if batch.skippedUnits > 0 { unitsSkipped?(batch.skippedUnits, batch.skipReason ?? "unknown reason") }
        // A sixteenth more than last time, so that a steady stream's batches need not grow their buffers; a single unit larger than a batch
        // is no guess at the next.
        let bytes = batch.buffer.readableBytes
        expectedBatchBytes[demand.cursor] = min(max(4096, bytes + bytes / 16), queue.limits.batchBytes)
        let isCurrent = queue.receive(
            batch, generation: demand.generation, feed: demand.feed, pool: environment.pool)
        if isCurrent {
            lastFailure = batch.failure ?? lastFailure
            if case .starting(let from, let completion) = state { start(batch, from: from, completion) }
        }
        readIfNeeded()
        scheduleDeparture()
    }

    /// A batch of a PLAY that has not begun is here: the first, or the first that has units of all streams which must be spread.
    private func start(_ batch: Batch, from: MediaTime, _ completion: (Result<Start, MediaError>) -> Void) {
        startPosition = batch.start ?? startPosition
        guard batch.failure != nil || !lacksFirstUnit || !queue.mayReadMore else { return }
        guard let first = queue.lines.compactMap({ $0.firstOfGeneration?.unit.decodeTime }).min() else {
            guard queue.isExhausted || batch.failure != nil else { return }
            state = .idle
            standsAt = from
            return completion(.failure(batch.failure ?? .rangeNotSatisfiable))
        }
        let position =
            startPosition ?? queue.lines.compactMap { $0.firstOfGeneration?.unit.presentationTime }.min() ?? first
        mediaStart = position
        begin(from: position, at: beginning + startDelay(first) + (position - first), completion)
    }

    /// The delivery time of what begins now: on the pacer's grid, so that it need not wait for the next quantum.
    private var beginning: MediaTime { environment.pacer.beginning(of: environment.now()) }

    /// A stream over datagrams has nothing yet: its first unit may be a large one, for whose time everything else must wait.
    private var lacksFirstUnit: Bool {
        streams.indices.contains { index in
            streams[index].transport.isPaced && streams[index].phase != .silent && !queue.lines[index].isEnded
                && !queue.lines[index].mayLack
                && queue.lines[index].firstOfGeneration == nil
        }
    }

    /// How long the earliest unit must wait so that each track's first unit, if it is large, has the time to leave in.
    ///
    /// - Parameter first: the earliest decode time.
    func startDelay(_ first: MediaTime) -> MediaTime {
        var delay = MediaTime.zero
        for index in streams.indices where streams[index].transport.isPaced {
            guard let head = queue.lines[index].firstOfGeneration else { continue }
            delay = max(delay, pacing.leadAtStart(head.packets) - (head.unit.decodeTime - first))
        }
        return delay
    }

    private func begin(
        from position: MediaTime, at origin: MediaTime, _ completion: (Result<Start, MediaError>) -> Void
    ) {
        timeline.play(from: position, at: origin)
        state = .playing
        slowness.owedSince = owesNothing ? nil : environment.now()
        var starts: [StreamStart] = []
        for index in streams.indices {
            streams[index].sender.clock.play(timeline)
            streams[index].needsStartReport = true
            streams[index].hasJoined = false
            guard streams[index].phase != .silent else { continue }
            let leftover = queue.lines[index].waiting.first.map { $0.isLeftover ? Int($0.packetsLeft) : 0 } ?? 0
            starts.append(
                StreamStart(
                    track: streams[index].track,
                    sequenceNumber: streams[index].sender.nextSequenceNumber.advanced(by: leftover),
                    timestamp: streams[index].sender.clock.startTimestamp))
        }
        completion(.success(Start(position: position, end: rangeEnd, streams: starts)))
        readIfNeeded()
        scheduleDeparture(atOnce: true)
    }

    // MARK: Acceptance

    /// The transport reports packets that the kernel took, or refused for this viewer.
    package func accepted(line: Int, packets: Int, refused: Bool = false) {
        queue.accept(line: line, packets: packets, refused: refused)
        if slowness.owedSince != nil, packets > 0, !refused { noteTaken(line: line) }
        readIfNeeded()
        if isDelivered || streams[line].phase != .sending { scheduleDeparture() }
    }

    /// A transport that was full has room again.
    package func transportDrained() { scheduleDeparture() }

    /// - Parameter atOnce: what is due need not wait for the next quantum.
    func scheduleDeparture(atOnce: Bool = false) {
        closeGap()
        guard let next = nextWake(now: environment.now()) else { return }
        if atOnce {
            environment.pacer.scheduleAtOnce(self, at: next)
        } else {
            environment.pacer.schedule(self, at: next)
        }
        environment.scheduled()
    }
}

/// Where callbacks of transports and cursors find a viewer that may be gone by then, without keeping it. Weak references would do the same, and
/// make every retain of the viewer a slow one.
///
/// SAFETY: read, set and cleared on the viewer's event loop alone, on which viewers begin and end.
package final class ViewerReference {
    package fileprivate(set) unowned(unsafe) var viewer: Viewer?
    package init() {}
}
