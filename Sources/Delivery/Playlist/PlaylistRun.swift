import MediaCore
import Synchronization

/// Goes from entry to entry, for all the cursors of one viewer: an entry is over when all tracks have ended in it, and as long as the unit that
/// ends last. What comes next is looked for then, in the list as it stands then; the next title was asked for when the entry began.
///
/// At most two entries are open: the one on the air, and the next.
final class PlaylistRun: Sendable {
    /// What follows an entry.
    enum Following: Sendable {
        case entry(PlaylistEntry)
        case end
        case failed(MediaError)
    }

    typealias Completion = @Sendable (Following) -> Void

    enum Phase {
        /// For the next entry, from `State.order` on.
        case searching
        case playing(PlaylistEntry)
        case isOver(Following)
    }

    struct State {
        var phase = Phase.searching
        /// Its current entry is the last that was on the air; of `version`, and at `offset`.
        var order: PlaylistOrder
        var version: UInt64
        var offset = MediaTime.zero
        /// Where a search for the next entry is.
        var candidate: PlaylistOrder
        /// Where the next entry is to begin.
        var nextOffset = MediaTime.zero
        var ordinal = 0
        /// Tracks whose end in this entry has not been seen.
        var missing: Set<Int> = []
        /// End of the last unit, in the entry's own time.
        var longest = MediaTime.zero
        var hasUnits = false
        /// Entries in a row that brought nothing.
        var fruitless = 0
        var lastReason = ""
        var waiting: [Completion] = []
        var next: PromisedTitle?
    }

    let contents: any PlaylistContents
    let parameters: PlaylistParameters
    let lengths: PlaylistLengths
    /// The channel's tracks that are read.
    let tracks: Set<Int>
    let state: Mutex<State>

    /// - Parameters:
    ///   - order: before its first entry.
    ///   - version: of the order's list.
    ///   - next: the first entry's title, if it is at hand.
    convenience init(
        _ contents: any PlaylistContents, _ parameters: PlaylistParameters, _ lengths: PlaylistLengths,
        tracks: Set<Int>, _ order: PlaylistOrder, version: UInt64, next: PromisedTitle?
    ) {
        var state = State(order: order, version: version, candidate: order)
        state.next = next
        self.init(contents, parameters, lengths, tracks, state)
    }

    private init(
        _ contents: any PlaylistContents, _ parameters: PlaylistParameters, _ lengths: PlaylistLengths,
        _ tracks: Set<Int>, _ state: State
    ) {
        self.contents = contents
        self.parameters = parameters
        self.lengths = lengths
        self.tracks = tracks
        self.state = Mutex(state)
    }

    /// Another run that knows what this one does, and begins elsewhere; this one ends.
    func replaced() -> PlaylistRun {
        let (order, version, offset, next) = state.withLock { ($0.order, $0.version, $0.offset, $0.next) }
        var state = State(order: order, version: version, candidate: order)
        (state.offset, state.next) = (offset, next)
        close()
        return PlaylistRun(contents, parameters, lengths, tracks, state)
    }

    /// The entry that follows: now, or when all tracks have ended in the one on the air.
    /// - Parameter ordinal: of the entry that the caller was in; nil if in none.
    func entry(after ordinal: Int?, completion: @escaping Completion) {
        let following = state.withLock { state -> Following? in
            switch state.phase {
            case .isOver(let following): return following
            case .playing(let entry) where ordinal.map({ entry.ordinal > $0 }) ?? true: return .entry(entry)
            case .playing, .searching:
                state.waiting.append(completion)
                return nil
            }
        }
        if let following { completion(following) }
    }

    /// All units of `tracks` in an entry have been seen.
    /// - Parameters:
    ///   - end: of the last of them, in the entry's own time.
    ///   - hasUnits: whether there were any.
    func ended(_ tracks: some Sequence<Int>, in entry: PlaylistEntry, at end: MediaTime, hasUnits: Bool) {
        let isOver = state.withLock { state -> Bool in
            guard case .playing(let playing) = state.phase, playing.ordinal == entry.ordinal else { return false }
            state.longest = max(state.longest, end)
            state.hasUnits = state.hasUnits || hasUnits
            state.missing.subtract(tracks)
            guard state.missing.isEmpty else { return false }
            finish(entry, &state)
            return true
        }
        if isOver { searchNext() }
    }

    private func finish(_ entry: PlaylistEntry, _ state: inout State) {
        state.phase = .searching
        state.candidate = state.order
        if state.hasUnits {
            let length = max(state.longest, PlaylistLengths.minimum)
            lengths.measured(length, of: entry.title, at: entry.path)
            (state.nextOffset, state.fruitless) = (entry.offset + length, 0)
        } else {
            // Behind the place where somebody comes back to it there may be nothing left.
            if entry.start == nil {
                lengths.unplayable(entry.path)
                state.fruitless += 1
            }
            state.lastReason = "\(entry.path) brings nothing"
            state.nextOffset = entry.offset + (entry.start ?? .zero)
        }
    }

    /// Nobody is kept waiting any more, and nothing follows.
    func close() { conclude(.failed(.cancelled)) }

    /// There are no more entries.
    func conclude(_ following: Following) {
        let waiting = state.withLock { state -> [Completion] in
            if case .isOver = state.phase { return [] }
            state.phase = .isOver(following)
            state.next = nil
            defer { state.waiting = [] }
            return state.waiting
        }
        for completion in waiting { completion(following) }
    }
}
