package import Delivery
package import MediaCore
import NIOCore
import RTPPayload
import Synchronization

/// A cursor over a fake title: batches by the rules of `ReadRequest`, at once or when the test says so.
package final class FakeCursor: MediaCursor {
    /// When reads complete, and what goes wrong.
    package struct Behaviour: Sendable {
        package enum Completion: Sendable {
            /// Within `read`.
            case immediate
            /// By `completeRead`.
            case manual
        }

        package var completion: Completion
        /// Reading fails for good before the unit of this place in the script.
        package var failure: (unit: Int, error: MediaError)?
        /// Every seek fails.
        package var seekFailure: MediaError?

        package init(
            completion: Completion = .immediate, failure: (unit: Int, error: MediaError)? = nil,
            seekFailure: MediaError? = nil
        ) {
            self.completion = completion
            self.failure = failure
            self.seekFailure = seekFailure
        }
    }

    private struct State {
        /// Place in the script of the next unit.
        var next = 0
        /// Units presented before are passed over: nil before any seek.
        var floor: MediaTime?
        var isStarted = false
        var endedTracks: Set<Int> = []
        var pending: (request: ReadRequest, completion: @Sendable (Batch) -> Void)?
        var log = Log()
        var parts: [FakeCursor] = []
    }

    /// What a cursor was asked to do.
    package struct Log: Sendable {
        package var reads = 0
        package var seeks: [MediaTime] = []
        /// Of each read, whether units might have shared packets.
        package var mayAggregate: [Bool] = []
        /// The most bytes of wire buffer that one batch had.
        package var largestBatch = 0
        package var largestBatchPackets = 0
        /// The most bytes that a request's buffer had room for.
        package var largestRequest = 0
        package var isClosed = false
    }

    private let title: FakeTitle
    private let options: CursorOptions
    private let state = Mutex(State())

    init(_ title: FakeTitle, _ options: CursorOptions) {
        self.title = title
        self.options = options
    }

    package var log: Log { state.withLock { $0.log } }
    /// It, or a part of it, has a read under way.
    package var isReading: Bool {
        let (isReading, parts) = state.withLock { ($0.pending != nil, $0.parts) }
        return isReading || parts.contains(where: \.isReading)
    }

    package func split() -> [Int: any MediaCursor] { splitFakes().mapValues { $0 } }

    package func splitFakes() -> [Int: FakeCursor] {
        state.withLock { state in
            precondition(state.pending == nil, "no read is under way")
            let parts = options.tracks.map { track in
                let part = FakeCursor(title, CursorOptions(tracks: [track]))
                part.state.withLock { [state] in
                    ($0.next, $0.floor, $0.isStarted) = (state.next, state.floor, true)
                    if state.endedTracks.contains(track.track) { $0.endedTracks = [track.track] }
                }
                return part
            }
            state.parts = parts
            return Dictionary(uniqueKeysWithValues: zip(options.tracks.map(\.track), parts))
        }
    }

    /// Of the last split.
    package var parts: [FakeCursor] { state.withLock { $0.parts } }

    package func read(_ request: ReadRequest, completion: @escaping @Sendable (Batch) -> Void) {
        state.withLock { state in
            precondition(state.pending == nil, "one read at a time")
            precondition(!state.log.isClosed, "no read follows a close")
            precondition(request.buffer.readableBytes == 0)
            state.pending = (request, completion)
            state.log.reads += 1
            state.log.largestRequest = max(state.log.largestRequest, request.buffer.capacity)
            state.log.mayAggregate.append(request.mayAggregate)
            if let seek = request.seek { state.log.seeks.append(seek) }
        }
        if case .immediate = title.behaviour.completion { completeRead() }
    }

    /// The read under way ends. Nothing if there is none.
    package func completeRead() {
        let work = state.withLock { state -> (@Sendable (Batch) -> Void, Batch)? in
            guard let (request, completion) = state.pending else { return nil }
            state.pending = nil
            return (completion, fill(request, &state))
        }
        if let (completion, batch) = work { completion(batch) }
        for part in parts { part.completeRead() }
    }

    package func close() { state.withLock { $0.log.isClosed = true } }

    private func fill(_ request: ReadRequest, _ state: inout State) -> Batch {
        var batch = Batch(buffer: request.buffer)
        if let failure = state.log.isClosed ? .cancelled : begin(&batch, request, &state) {
            batch.failure = failure
            batch.isEnd = true
            return batch
        }
        var first: [Int: MediaTime] = [:]
        while state.next < title.units.count {
            if let failure = title.behaviour.failure, failure.unit == state.next {
                batch.failure = failure.error
                batch.isEnd = true
                return batch
            }
            let unit = title.units[state.next]
            if isWanted(unit, request, state) {
                let begin = first[unit.unit.track] ?? unit.unit.decodeTime
                guard append(unit, begin: begin, to: &batch, request, state.next) else { break }
                first[unit.unit.track] = begin
            }
            state.next += 1
        }
        noteEnds(&batch, request, &state)
        state.log.largestBatch = max(state.log.largestBatch, batch.buffer.readableBytes)
        state.log.largestBatchPackets = max(
            state.log.largestBatchPackets, batch.trains.reduce(0) { $0 + Int($1.packets) })
        return batch
    }

    private func isWanted(_ unit: FakeUnit, _ request: ReadRequest, _ state: State) -> Bool {
        guard options.tracks.contains(where: { $0.track == unit.unit.track }) else { return false }
        if let floor = state.floor, unit.unit.presentationTime < floor { return false }
        if let end = request.end, unit.unit.presentationTime >= end { return false }
        return true
    }

    /// False if the unit belongs to the next batch.
    private func append(
        _ unit: FakeUnit, begin: MediaTime, to batch: inout Batch, _ request: ReadRequest, _ ordinal: Int
    ) -> Bool {
        guard let track = options.tracks.first(where: { $0.track == unit.unit.track }) else { return true }
        let bytes = unit.bytes + unit.packets * track.layout.prefix
        if !batch.trains.isEmpty {
            guard batch.buffer.readableBytes + bytes <= request.maximumBytes else { return false }
            guard unit.unit.decodeTime - begin < request.maximumDuration else { return false }
        }
        let firstRun = Int32(batch.runs.count)
        unit.write(
            ordinal: ordinal, layout: track.layout, payloadType: track.payloadType, into: &batch.buffer,
            runs: &batch.runs)
        batch.trains.append(
            PacketTrain(
                unit: unit.unit, runs: firstRun..<Int32(batch.runs.count), packets: Int32(unit.packets),
                bytes: Int32(unit.bytes)))
        return true
    }

    private func noteEnds(_ batch: inout Batch, _ request: ReadRequest, _ state: inout State) {
        let rest = title.units[state.next...]
        for track in options.tracks.map(\.track) where !state.endedTracks.contains(track) {
            let hasMore = rest.contains { $0.unit.track == track && isWanted($0, request, state) }
            guard !hasMore else { continue }
            state.endedTracks.insert(track)
            batch.endedTracks.append(track)
        }
        batch.isEnd = state.endedTracks.count == options.tracks.count
    }

    /// Positions the cursor as the request says. The error of a seek that fails.
    private func begin(_ batch: inout Batch, _ request: ReadRequest, _ state: inout State) -> MediaError? {
        defer { state.isStarted = true }
        guard let position = request.seek else {
            if !state.isStarted { batch.start = earliest }
            return nil
        }
        if let failure = title.behaviour.seekFailure { return failure }
        if let duration = title.duration, position > duration { return .rangeNotSatisfiable }
        state.endedTracks = []
        let leader = options.tracks.map(\.track).min()
        let key = title.units.lastIndex {
            $0.unit.track == leader && $0.unit.isRandomAccessPoint && $0.unit.presentationTime <= position
        }
        guard let key, key > 0 else {
            (state.next, state.floor) = (0, nil)
            batch.start = earliest
            return nil
        }
        let start = title.units[key].unit.presentationTime
        // Other tracks' units of that time may lie before the key frame in the file; the leader's need not be looked at again.
        let first = title.units.firstIndex {
            $0.unit.presentationTime >= start
                && ($0.unit.track != leader || $0.unit.decodeTime >= title.units[key].unit.decodeTime)
        }
        (state.next, state.floor) = (first ?? key, start)
        batch.start = start
        return nil
    }

    private var earliest: MediaTime? {
        title.units.filter { unit in options.tracks.contains { $0.track == unit.unit.track } }
            .map(\.unit.presentationTime).min()
    }
}
