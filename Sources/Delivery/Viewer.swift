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
        /// The first batch of a PLAY is being read.
        case starting(end: MediaTime?, completion: (Result<Start, MediaError>) -> Void)
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
    /// NPT at which a pause stopped delivery.
    var pausedAt = MediaTime.zero
    /// Nothing was read yet: a PLAY from the start need not seek.
    var isUntouched = true
    var lastFailure: MediaError?
    var reportSchedule: ReportSchedule

    let cursor: any MediaCursor
    let environment: Environment
    let pacing: PacingLimits
    /// The size of the last batch, a guess at the next.
    private var expectedBatchBytes: Int

    /// Called once when everything was sent, BYE included; with the reason if reading failed before the end.
    package var ended: ((MediaError?) -> Void)?
    /// Called with each batch's reason for units left out.
    package var unitsSkipped: ((_ count: Int, _ reason: String) -> Void)?

    /// - Parameters:
    ///   - streams: one per track that `cursor` brings.
    ///   - wallClock: nanoseconds since the Unix epoch at loop time zero.
    package init(
        cursor: any MediaCursor, streams: [ViewerStream], cname: CNAME, limits: DemandLimits, pacing: PacingLimits,
        wallClock: Int64, environment: Environment
    ) {
        self.cursor = cursor
        self.streams = streams
        self.queue = DemandQueue(tracks: streams.map(\.track), limits: limits)
        self.pacing = pacing
        self.environment = environment
        self.timeline = DeliveryTimeline(wallClock: wallClock)
        self.reportSchedule = ReportSchedule(cname: cname)
        self.expectedBatchBytes = min(64 * 1024, limits.batchBytes)
    }

    package var counters: DeliveryCounters { queue.counters }
    package var isPlaying: Bool { if case .playing = state { true } else { false } }
    package var hasEnded: Bool { if case .ended = state { true } else { false } }

    /// NPT that delivery has reached.
    package var position: MediaTime {
        switch state {
        case .paused: pausedAt
        case .playing: max(timeline.npt(at: environment.now()), timeline.start)
        default: timeline.start
        }
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
            resume(completion)
        default:
            let target = seek ?? (hasEnded ? .zero : position)
            queue.restart(at: isUntouched && target == .zero ? nil : target, end: end)
            lastFailure = nil
            state = .starting(end: end, completion: completion)
            readIfNeeded()
        }
    }

    private func cancelStarting() {
        guard case .starting(_, let completion) = state else { return }
        state = .idle
        completion(.failure(.cancelled))
    }

    private func resume(_ completion: (Result<Start, MediaError>) -> Void) {
        // Delivery goes on where it stood, also if that lies before the start (a pause within the lead).
        let origin = environment.now() + (max(pausedAt, timeline.start) - pausedAt)
        begin(from: max(pausedAt, timeline.start), at: origin, end: nil, completion)
    }

    /// Stops sending. What is queued stays, and reads stop as soon as it is enough.
    package func pause() {
        switch state {
        case .playing:
            pausedAt = timeline.npt(at: environment.now())
            state = .paused
        case .starting:
            pausedAt = timeline.start
            cancelStarting()
        default:
            break
        }
    }

    /// BYE on every stream (RFC 3550 6.6), then nothing more.
    package func close() {
        if case .closed = state { return }
        cancelStarting()
        if case .ended = state {} else { sendGoodbye(now: environment.now()) }
        state = .closed
        environment.pacer.cancel(self)
        queue.close()
        cursor.close()
    }

    // MARK: Reading

    /// Asks for a batch if the queue demands one.
    func readIfNeeded() {
        if case .closed = state { return }
        guard let demand = queue.demand() else { return }
        isUntouched = false
        let request = ReadRequest(
            buffer: environment.pool.take(capacity: expectedBatchBytes), seek: demand.seek, end: demand.end,
            maximumBytes: queue.limits.batchBytes, maximumDuration: queue.limits.batchTime)
        let eventLoop = environment.eventLoop
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        cursor.read(request) { batch in
            eventLoop.execute { bound.value.received(batch, generation: demand.generation) }
        }
    }

    private func received(_ batch: Batch, generation: UInt64) {
        if batch.skippedUnits > 0 { unitsSkipped?(batch.skippedUnits, batch.skipReason ?? "unknown reason") }
        // A sixteenth more than last time, so that a steady stream's batches need not grow their buffers.
        expectedBatchBytes = max(4096, batch.buffer.readableBytes + batch.buffer.readableBytes / 16)
        let isCurrent = queue.receive(batch, generation: generation, pool: environment.pool)
        if isCurrent {
            lastFailure = batch.failure ?? lastFailure
            if case .starting(let end, let completion) = state { start(batch, end: end, completion) }
        }
        readIfNeeded()
        scheduleDeparture()
    }

    /// The first batch of a PLAY is here.
    private func start(_ batch: Batch, end: MediaTime?, _ completion: (Result<Start, MediaError>) -> Void) {
        let heads = queue.lines.compactMap { $0.waiting.first { !$0.isLeftover }?.train }
        guard let first = heads.min(by: { $0.unit.decodeTime < $1.unit.decodeTime }) else {
            guard batch.isEnd || batch.failure != nil else { return }
            state = .idle
            return completion(.failure(batch.failure ?? .rangeNotSatisfiable))
        }
        let position = batch.start ?? first.unit.presentationTime
        // The first unit leaves now; if it is large, it has the whole lead to leave in.
        let isPaced = streams.contains { $0.track == first.unit.track && $0.transport.isPaced }
        let lead = isPaced && pacing.isLarge(first.packets) ? pacing.lead : .zero
        let origin = environment.now() + lead + (position - first.unit.decodeTime)
        begin(from: position, at: origin, end: end, completion)
    }

    private func begin(
        from position: MediaTime, at origin: MediaTime, end: MediaTime?, _ completion: (Result<Start, MediaError>) -> Void
    ) {
        timeline.play(from: position, at: origin)
        state = .playing
        var starts: [StreamStart] = []
        for index in streams.indices {
            streams[index].sender.clock.play(timeline)
            streams[index].needsStartReport = true
            let leftover = queue.lines[index].waiting.first.map { $0.isLeftover ? Int($0.packetsLeft) : 0 } ?? 0
            starts.append(
                StreamStart(
                    track: streams[index].track,
                    sequenceNumber: streams[index].sender.nextSequenceNumber.advanced(by: leftover),
                    timestamp: streams[index].sender.clock.startTimestamp))
        }
        completion(.success(Start(position: position, end: end, streams: starts)))
        readIfNeeded()
        scheduleDeparture()
    }

    // MARK: Acceptance

    /// The transport reports packets that the kernel took, or refused for this viewer.
    package func accepted(line: Int, packets: Int, refused: Bool = false) {
        queue.accept(line: line, packets: packets, refused: refused)
        readIfNeeded()
        if queue.isEmpty { scheduleDeparture() }
    }

    /// A transport that was full has room again.
    package func transportDrained() { scheduleDeparture() }

    func scheduleDeparture() {
        guard let next = nextWake(now: environment.now()) else { return }
        environment.pacer.schedule(self, at: next)
        environment.scheduled()
    }
}
