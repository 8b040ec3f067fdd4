import Delivery
internal import LibAV
import MediaCore
import NIOCore
import Synchronization

/// A reading position in a transcoded title: reads with a cursor of the file, on the I/O pool, and works off what that leaves on the compute
/// pool. What the file's cursor packetizes itself goes through.
///
/// One read brings what one read of the file becomes. It goes on where that becomes nothing, as at the beginning, where decoders hold back, and
/// after a seek, where what lies before the place is decoded and not sent.
final class TranscodingCursor: MediaCursor {
    private let title: TranscodedTitle
    private let options: CursorOptions
    private let closed = Atomic(false)
    /// Held for moments: one read at a time changes it.
    private let state: Mutex<State>

    private struct State {
        var inner: any MediaCursor
        var workers: [TrackTranscoder]
        /// The file's cursor has come to its end.
        var isSourceEnded = false
        var failure: MediaError?
        /// Where a seek wanted to go, until it is known where it leads.
        var target: MediaTime?
        /// What is presented before is not sent.
        var floor: MediaTime?
        /// Of tracks that stay as they are, something has come.
        var hasTrains = false
    }

    /// How much media one read of the file brings: decoding and encoding it takes a part of the time that is unsent then.
    private static let maximumDuration = MediaTime.milliseconds(250)

    init(_ title: TranscodedTitle, _ options: CursorOptions) {
        self.title = title
        self.options = options
        state = Mutex(Self.begin(title, options))
    }

    /// Goes on where another cursor has left a track.
    private init(_ title: TranscodedTitle, _ worker: TrackTranscoder, _ state: State) {
        self.title = title
        options = CursorOptions(tracks: [worker.options])
        self.state = Mutex(state)
    }

    private static func begin(_ title: TranscodedTitle, _ options: CursorOptions) -> State {
        let workers = options.tracks.compactMap { track in
            title.plans[track.track].map { TrackTranscoder($0, track) }
        }
        let taps = Dictionary(uniqueKeysWithValues: workers.map { ($0.options.track, $0.tap) })
        return State(inner: FileCursor(title.file, options, taps: taps), workers: workers)
    }

    func read(_ request: consuming ReadRequest, completion: @escaping @Sendable (Batch) -> Void) {
        if let seek = request.seek {
            state.withLock { state in
                for worker in state.workers { worker.reset() }
                (state.isSourceEnded, state.failure, state.target, state.floor) = (false, nil, seek, nil)
                state.hasTrains = false
            }
        }
        let wish = Wish(request)
        let held = HeldRequest(request)
        let mayWait = state.withLock { $0.isSourceEnded || $0.workers.contains(where: \.isBusy) }
        guard mayWait else { return readSource(held, wish, Gathered(), completion) }
        title.compute.enqueue { [self] in
            work(Batch(buffer: emptied(held.take().buffer)), wish, Gathered(), completion)
        }
    }

    /// What a request asks for, beside its buffer.
    private struct Wish: Sendable {
        let end: MediaTime?
        let maximumBytes: Int
        let maximumDuration: MediaTime
        let mayAggregate: Bool

        init(_ request: borrowing ReadRequest) {
            end = request.end
            maximumBytes = request.maximumBytes
            maximumDuration = request.maximumDuration
            mayAggregate = request.mayAggregate
        }
    }

    /// What reads of the file that became nothing had to say.
    private struct Gathered: Sendable {
        var start: MediaTime?
        var ended: [Int] = []
        var resting: [Int] = []
        var skipped = 0
        var reason: String?

        mutating func add(_ batch: borrowing Batch) {
            start = batch.start ?? start
            ended += batch.endedTracks
            resting += batch.restingTracks
            skipped += batch.skippedUnits
            reason = batch.skipReason ?? reason
        }

        func put(into batch: inout Batch) {
            batch.start = batch.start ?? start
            batch.endedTracks = ended + batch.endedTracks
            batch.restingTracks = resting + batch.restingTracks
            batch.skippedUnits += skipped
            batch.skipReason = batch.skipReason ?? reason
        }
    }

    private func emptied(_ buffer: consuming ByteBuffer) -> ByteBuffer {
        var buffer = buffer
        buffer.clear()
        return buffer
    }

    private func readSource(
        _ held: HeldRequest, _ wish: Wish, _ gathered: Gathered, _ completion: @escaping @Sendable (Batch) -> Void
    ) {
        var request = held.take()
        // Room for what is encoded beside it.
        request.maximumBytes = max(1, wish.maximumBytes / 2)
        request.maximumDuration = min(wish.maximumDuration, Self.maximumDuration)
        let inner = state.withLock { $0.inner }
        inner.read(request) { [self] batch in
            guard batch.failure != .cancelled else { return completion(batch) }
            let held = HeldBatch(batch)
            title.compute.enqueue { [self] in
                var batch = held.take()
                note(&batch)
                work(batch, wish, gathered, completion)
            }
        }
    }

    /// Takes notice of what the file's cursor says.
    private func note(_ batch: inout Batch) {
        let floor = state.withLock { state -> MediaTime? in
            if let start = batch.start {
                // The leading pictures are decoded from the key frame on and sent from the place on.
                if let target = state.target, target > start, state.workers.contains(where: \.isVideo) {
                    batch.start = target
                }
                state.floor = state.target == nil ? nil : batch.start
                if let floor = batch.start { for worker in state.workers { worker.begin(at: floor) } }
                state.target = nil
            }
            for worker in state.workers where batch.isEnd || batch.endedTracks.contains(worker.options.track) {
                worker.isSourceEnded = true
            }
            batch.endedTracks.removeAll { track in state.workers.contains { $0.options.track == track } }
            state.hasTrains = state.hasTrains || !batch.trains.isEmpty
            if batch.isEnd { (state.isSourceEnded, state.failure) = (true, batch.failure) }
            return state.floor
        }
        (batch.isEnd, batch.failure) = (false, nil)
        if let floor { batch.trains.removeAll { $0.unit.presentationTime < floor } }
    }

    /// Works off what the file's cursor has left, and answers, or reads on if there is nothing to answer with.
    private func work(
        _ source: consuming Batch, _ wish: Wish, _ gathered: Gathered,
        _ completion: @escaping @Sendable (Batch) -> Void
    ) {
        var batch = source
        let workers = state.withLock { $0.workers }
        for worker in workers {
            worker.run(&batch, maximumBytes: wish.maximumBytes, end: wish.end) { closed.load(ordering: .relaxed) }
            if worker.isEnded, !worker.isBusy, !worker.isEndReported {
                worker.isEndReported = true
                batch.endedTracks.append(worker.options.track)
            }
        }
        if closed.load(ordering: .relaxed) {
            (batch.isEnd, batch.failure) = (true, .cancelled)
            return completion(batch)
        }
        let (isSourceEnded, failure, hasTrains) = state.withLock { ($0.isSourceEnded, $0.failure, $0.hasTrains) }
        // If every track has been given up, what else the file holds is for nobody.
        let isForNobody = workers.count == options.tracks.count && workers.allSatisfy(\.isEnded)
        if isSourceEnded || isForNobody, workers.allSatisfy({ !$0.isBusy }) {
            batch.isEnd = true
            batch.failure = failure ?? (hasTrains ? nil : nothingDecoded(workers))
        }
        guard batch.trains.isEmpty, !batch.isEnd else {
            gathered.put(into: &batch)
            return completion(batch)
        }
        var gathered = gathered
        gathered.add(batch)
        var buffer = ByteBuffer()
        swap(&buffer, &batch.buffer)
        let request = ReadRequest(
            buffer: emptied(buffer), seek: nil, end: wish.end, maximumBytes: wish.maximumBytes,
            maximumDuration: wish.maximumDuration, mayAggregate: wish.mayAggregate)
        readSource(HeldRequest(request), wish, gathered, completion)
    }

    /// Why an entry ends of which nothing could be decoded.
    private func nothingDecoded(_ workers: [TrackTranscoder]) -> MediaError? {
        guard !workers.contains(where: \.hasUnits), workers.contains(where: \.hasInput) else { return nil }
        let reason = workers.compactMap(\.lastFailure).first ?? "the decoder brings nothing"
        return .unreadable("nothing of it can be decoded: \(reason)")
    }

    func split() -> [Int: any MediaCursor] {
        let left = state.withLock { state -> State in
            let left = state
            // What this one reads next begins with a seek.
            state = Self.begin(title, options)
            return left
        }
        var parts = left.inner.split()
        for worker in left.workers {
            guard let inner = parts[worker.options.track] else { continue }
            var state = left
            (state.inner, state.workers) = (inner, [worker])
            parts[worker.options.track] = TranscodingCursor(title, worker, state)
        }
        return parts
    }

    func close() {
        closed.store(true, ordering: .relaxed)
        state.withLock { $0.inner }.close()
    }
}

/// Keeps a batch until it is worked on, so that its buffer has one owner and is written in place.
private final class HeldBatch: Sendable {
    private let batch: Mutex<Batch>

    init(_ batch: consuming Batch) { self.batch = Mutex(batch) }

    func take() -> Batch {
        batch.withLock { batch in
            var taken = Batch(buffer: ByteBuffer())
            swap(&taken, &batch)
            return taken
        }
    }
}
