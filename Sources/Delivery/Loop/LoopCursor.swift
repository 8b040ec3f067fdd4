import MediaCore
import NIOCore
import Synchronization

/// A reading position in a looped title: reads the title's own cursor, lap after lap, and moves what that brings to one timeline that runs on.
final class LoopCursor: MediaCursor {
    private let cursor: any MediaCursor
    private let tracks: [CursorTrack]
    /// What the title says of its length, until a lap has told.
    private let expectedLength: MediaTime?
    private let lapLength: LapLength
    /// Held for moments: one read at a time changes it.
    private let lap: Mutex<Lap>
    private let isClosed = Atomic(false)

    convenience init(
        _ cursor: any MediaCursor, _ options: CursorOptions, expectedLength: MediaTime?, _ lapLength: LapLength
    ) {
        self.init(cursor, options.tracks, expectedLength, lapLength, Lap())
    }

    private init(
        _ cursor: any MediaCursor, _ tracks: [CursorTrack], _ expectedLength: MediaTime?, _ lapLength: LapLength,
        _ lap: Lap
    ) {
        self.cursor = cursor
        self.tracks = tracks
        self.expectedLength = expectedLength
        self.lapLength = lapLength
        self.lap = Mutex(lap)
    }

    func read(_ request: consuming ReadRequest, completion: @escaping @Sendable (Batch) -> Void) {
        let isWaiting = request.seek == nil && lap.withLock { $0.isOver } && lapLength.length == nil
        guard isWaiting else { return forward(request, completion) }
        let held = HeldRequest(request)
        lapLength.whenKnown { [self] in
            guard !isClosed.load(ordering: .acquiring) else { return completion(held.take().cancelled()) }
            forward(held.take(), completion)
        }
    }

    /// Reads on in the lap, in the next, or in the one where a seek goes to.
    private func forward(_ request: consuming ReadRequest, _ completion: @escaping @Sendable (Batch) -> Void) {
        let (position, end) = (request.seek, request.end)
        let isSought = position != nil
        let (seek, offset) = lap.withLock { lap -> (MediaTime?, MediaTime) in
            if let position {
                let place = lap.go(to: position, length: lapLength.length ?? expectedLength)
                // A lap may be longer than the title says that it is, and there is no seek behind the title's end.
                return (min(place, expectedLength ?? place), lap.offset)
            }
            guard lap.isOver, let length = lapLength.length else { return (nil, lap.offset) }
            lap.next(after: length)
            return (.zero, lap.offset)
        }
        (request.seek, request.end) = (seek, end.map { $0 - offset })
        cursor.read(request) { [self] batch in completion(placed(batch, end: end, isSought: isSought)) }
    }

    /// - Parameters:
    ///   - end: on the viewer's timeline.
    ///   - isSought: the viewer wants to know where it is now.
    private func placed(_ batch: Batch, end: MediaTime?, isSought: Bool) -> Batch {
        var batch = batch
        let lap = lap.withLock { lap in
            for index in batch.trains.indices { lap.place(&batch.trains[index]) }
            lap.isOver = batch.isEnd && batch.failure == nil && lap.mayRepeat && !isLast(lap, end: end)
            return lap
        }
        batch.start = isSought || lap.offset == .zero ? batch.start.map { $0 + lap.offset } : nil
        if lap.isOver {
            batch.isEnd = false
            lapLength.ended(tracks.map(\.track), at: lap.end)
        } else if batch.isEnd {
            // Nothing more comes of these, so nobody should wait for them.
            if batch.failure != nil || !lap.mayRepeat {
                lapLength.ended(tracks.map(\.track), at: max(lap.end, expectedLength ?? .zero))
            }
            return batch
        }
        batch.restingTracks += batch.endedTracks
        batch.endedTracks = []
        return batch
    }

    /// Whether the range that is played ends in this lap.
    private func isLast(_ lap: Lap, end: MediaTime?) -> Bool {
        guard let end else { return false }
        if end - lap.offset <= lap.end { return true }
        guard let length = lapLength.length ?? expectedLength else { return true }
        return end - lap.offset <= length
    }

    func split() -> [Int: any MediaCursor] {
        let lap = lap.withLock { $0 }
        let length = LapLength(tracks: lapLength.length == nil ? tracks.map(\.track) : [])
        // What was seen before the split counts.
        length.ended([], at: lapLength.length ?? lap.end)
        length.whenKnown { [weak length, lapLength, tracks] in
            if let known = length?.length { lapLength.ended(tracks.map(\.track), at: known) }
        }
        return Dictionary(
            uniqueKeysWithValues: cursor.split().map { track, part in
                (track, LoopCursor(part, tracks.filter { $0.track == track }, expectedLength, length, lap))
            })
    }

    func close() {
        isClosed.store(true, ordering: .releasing)
        cursor.close()
        lapLength.release()
    }
}
