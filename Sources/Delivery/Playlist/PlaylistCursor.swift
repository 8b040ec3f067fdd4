import MediaCore
import NIOCore
import Synchronization

/// A reading position in a playlist: reads the cursors of its entries, one after another, and moves what they bring to one timeline that runs
/// on.
final class PlaylistCursor: MediaCursor {
    private let tracks: [CursorTrack]
    /// Held for moments: one read at a time changes it.
    private let state: Mutex<State>

    private struct State {
        var run: PlaylistRun
        var isRunStarted = false
        var part: PlaylistPart?
        /// The viewer has not been told where delivery starts.
        var needsStart = true
        var placing = TrainPlacing()
        var isClosed = false
    }

    init(_ run: PlaylistRun, _ tracks: [CursorTrack]) {
        self.tracks = tracks
        state = Mutex(State(run: run))
    }

    /// Goes on where another cursor has left a track.
    private init(_ state: State, _ track: CursorTrack) {
        tracks = [track]
        self.state = Mutex(state)
    }

    func read(_ request: consuming ReadRequest, completion: @escaping @Sendable (Batch) -> Void) {
        if let position = request.seek {
            request.seek = nil
            let run = state.withLock { state in
                state.run = state.run.replaced()
                (state.isRunStarted, state.needsStart, state.placing) = (true, true, TrainPlacing())
                state.part?.isOver = true
                return state.run
            }
            run.search(for: position)
            return next(of: run, after: nil, HeldRequest(request), completion)
        }
        let (run, part, mustStart) = state.withLock { state in
            defer { state.isRunStarted = true }
            return (state.run, state.part, !state.isRunStarted)
        }
        if mustStart { run.searchNext() }
        if let part, !part.isOver { return forward(request, part, completion) }
        next(of: run, after: part?.entry.ordinal, HeldRequest(request), completion)
    }

    /// Reads from the entry that follows when it is there.
    private func next(
        of run: PlaylistRun, after ordinal: Int?, _ held: HeldRequest,
        _ completion: @escaping @Sendable (Batch) -> Void
    ) {
        run.entry(after: ordinal) { [self] following in
            switch following {
            case .end: completion(held.take().ended(nil))
            case .failed(let error): completion(held.take().ended(error))
            case .entry(let entry): begin(entry, held.take(), completion)
            }
        }
    }

    private func begin(
        _ entry: PlaylistEntry, _ request: consuming ReadRequest, _ completion: @escaping @Sendable (Batch) -> Void
    ) {
        if let end = request.end, entry.offset >= end { return completion(request.ended(nil)) }
        let (part, old) = state.withLock { state -> (PlaylistPart?, PlaylistPart?) in
            guard !state.isClosed else { return (nil, nil) }
            let old = state.part
            let part = PlaylistPart(entry, tracks, continuing: old)
            state.part = part
            return (part, old)
        }
        guard let part else { return completion(request.cancelled()) }
        if let cursor = old?.cursor, cursor !== part.cursor { cursor.close() }
        request.seek = part.start
        forward(request, part, completion)
    }

    private func forward(
        _ request: consuming ReadRequest, _ part: PlaylistPart, _ completion: @escaping @Sendable (Batch) -> Void
    ) {
        let end = request.end
        request.end = end.map { $0 - part.entry.offset }
        guard let cursor = part.cursor else {
            // Nothing of this entry is read: its tracks rest until the others have ended.
            var batch = request.ended(nil)
            batch.isEnd = true
            return completion(placed(batch, end: end))
        }
        cursor.read(request) { [self] batch in completion(placed(batch, end: end)) }
    }

    /// - Parameter end: on the channel's timeline.
    private func placed(_ batch: Batch, end: MediaTime?) -> Batch {
        var batch = batch
        let (run, part) = state.withLock { state -> (PlaylistRun, PlaylistPart?) in
            state.part?.place(&batch, &state.placing)
            if !state.needsStart { batch.start = nil }
            if batch.start != nil { state.needsStart = false }
            return (state.run, state.part)
        }
        guard let part else { return batch }
        if batch.isEnd, batch.failure != .cancelled, !isLast(part, end: end) {
            if let failure = batch.failure { run.contents.skipped(part.entry.path, because: "\(failure)") }
            (batch.isEnd, batch.failure) = (false, nil)
            state.withLock { $0.part?.isOver = true }
            run.ended(tracks.map(\.track), in: part.entry, at: part.end, hasUnits: part.hasUnits)
        }
        guard !batch.isEnd else { return batch }
        batch.restingTracks += batch.endedTracks
        batch.endedTracks = []
        return batch
    }

    /// Whether the range that is played ends in this entry.
    private func isLast(_ part: PlaylistPart, end: MediaTime?) -> Bool {
        guard let end else { return false }
        return end - part.entry.offset <= max(part.end, part.entry.title.duration ?? .zero)
    }

    func split() -> [Int: any MediaCursor] {
        let (state, cursors) = state.withLock { state -> (State, [Int: any MediaCursor]) in
            let left = state
            // What this one reads next begins with a seek.
            state.part?.isOver = true
            if !state.isRunStarted {
                state.run.searchNext()
                state.isRunStarted = true
            }
            return (left, left.part?.cursor?.split() ?? [:])
        }
        return Dictionary(
            uniqueKeysWithValues: tracks.map { track in
                var left = state
                left.isRunStarted = true
                left.part?.cursor = state.part?.entry.tracks[track.track].flatMap { cursors[$0] }
                return (track.track, PlaylistCursor(left, track))
            })
    }

    func close() {
        let (run, part) = state.withLock { state in
            state.isClosed = true
            return (state.run, state.part)
        }
        part?.cursor?.close()
        run.close()
    }
}
