import MediaCore
import Synchronization

/// Looking for the entry that follows, or for the one in which a position lies.
extension PlaylistRun {
    /// The next entry that can be played, in the list as it is now.
    func searchNext() {
        let version = state.withLock { $0.version }
        contents.list(unless: version) { [self] result in
            if case .success(let list?) = result {
                state.withLock { state in
                    state.candidate.edit(list.entries)
                    state.version = list.version
                }
                lengths.keep(list.entries)
            }
            Repetition { again in self.tryNext(again) }.run()
        }
    }

    private func tryNext(_ again: @escaping @Sendable (Bool) -> Void) {
        let (following, path) = state.withLock { state -> (Following?, MediaPath?) in
            guard case .searching = state.phase else { return (nil, nil) }
            if let failure = self.failure(state) { return (.failed(failure), nil) }
            let path = state.candidate.advance()
            return (path == nil ? .end : nil, path)
        }
        if let following { conclude(following) }
        guard let path else { return again(false) }
        ask(for: path) { [self] found in
            guard let (title, tracks) = found else { return again(true) }
            let offset = state.withLock { $0.nextOffset }
            begin(path, title, tracks, offset: offset, start: nil)
            again(false)
        }
    }

    /// A whole round brought nothing.
    private func failure(_ state: borrowing State) -> MediaError? {
        let count = state.candidate.entries.count
        if count == 0 { return .unsupported("the playlist is empty") }
        guard state.fruitless >= count else { return nil }
        return .unsupported("nothing in the playlist can be played: \(state.lastReason)")
    }

    /// Goes to where a position lies: in the entry that was on the air, or in a later one; in an earlier one from the beginning on.
    func search(for position: MediaTime) {
        let start = state.withLock { state -> PlaylistWalk in
            let isBehind = position < state.offset || state.order.current == nil
            return PlaylistWalk(
                isBehind ? state.order.restarted() : state.order, offset: isBehind ? .zero : state.offset, to: position)
        }
        guard !start.isInCurrent(lengths) else { return follow(start) }
        let version = state.withLock { $0.version }
        contents.list(unless: version) { [self] result in
            var walk = start
            if case .success(let list?) = result {
                walk.edit(list.entries, lengths)
                state.withLock { $0.version = list.version }
                lengths.keep(list.entries)
            }
            follow(walk)
        }
    }

    private func follow(_ walk: PlaylistWalk) {
        let walk = WalkBox(walk)
        Repetition { again in self.step(walk, again) }.run()
    }

    private func step(_ box: WalkBox, _ again: @escaping @Sendable (Bool) -> Void) {
        let (step, order) = box.walk.withLock { walk in (walk.next(lengths), walk.order) }
        let failure = state.withLock { state -> MediaError? in
            state.candidate = order
            return self.failure(state)
        }
        if let failure {
            conclude(.failed(failure))
            return again(false)
        }
        switch step {
        case .open(let path):
            ask(for: path) { [self] found in
                if let (title, _) = found { state.withLock { $0.next = PromisedTitle(path, title) } }
                again(true)
            }
        case .arrive(let path, let offset, let start):
            ask(for: path) { [self] found in
                guard let (title, tracks) = found else { return again(true) }
                arrive(path, title, tracks, offset: offset, start: start)
                again(false)
            }
        case .end:
            conclude(.end)
            again(false)
        case .nothing:
            let reason = state.withLock { $0.lastReason }
            conclude(.failed(.unsupported("nothing in the playlist can be played: \(reason)")))
            again(false)
        }
    }

    /// Where a title cannot be sought in, it begins at its start.
    private func arrive(
        _ path: MediaPath, _ title: any MediaTitle, _ tracks: [Int: Int], offset: MediaTime, start: MediaTime?
    ) {
        guard let start, title.isSeekable else {
            return begin(path, title, tracks, offset: offset + (start ?? .zero), start: nil)
        }
        // An entry may be longer than its title says, and there is no seek behind that.
        begin(path, title, tracks, offset: offset, start: min(start, title.duration ?? start))
    }

    /// The entry's title and its tracks; nil, and a word about it, if it cannot be played.
    private func ask(
        for path: MediaPath, completion: @escaping @Sendable ((title: any MediaTitle, tracks: [Int: Int])?) -> Void
    ) {
        let promised = state.withLock { state -> PromisedTitle? in
            guard let next = state.next, next.path == path else { return nil }
            return next
        }
        guard let promised else {
            return parameters.title(of: path, from: contents) { [self] result in completion(consider(path, result)) }
        }
        promised.whenKnown { [self] result in
            if case .success = result { return completion(consider(path, result)) }
            // What could not be had then may be there now.
            parameters.title(of: path, from: contents) { [self] result in completion(consider(path, result)) }
        }
    }

    private func consider(
        _ path: MediaPath, _ result: Result<any MediaTitle, MediaError>
    ) -> (title: any MediaTitle, tracks: [Int: Int])? {
        let reason: String
        switch result {
        case .success(let title):
            do throws(PlaylistMismatch) {
                let tracks = try parameters.match(title)
                if let left = parameters.conversions(of: title).first { throw PlaylistMismatch(reason: left.reason) }
                lengths.opened(title, at: path)
                return (title, tracks)
            } catch {
                reason = error.reason
            }
        case .failure(let error): reason = "\(error)"
        }
        lengths.unplayable(path)
        state.withLock { state in
            state.fruitless += 1
            state.lastReason = "\(path): \(reason)"
        }
        contents.skipped(path, because: reason)
        return nil
    }

    /// The candidate's current entry goes on the air, and the next is asked for.
    private func begin(
        _ path: MediaPath, _ title: any MediaTitle, _ tracks: [Int: Int], offset: MediaTime, start: MediaTime?
    ) {
        let (waiting, entry, following) = state.withLock {
            state -> ([Completion], PlaylistEntry?, PlaylistOrder) in
            guard case .searching = state.phase else { return ([], nil, state.order) }
            state.ordinal += 1
            let entry = PlaylistEntry(
                ordinal: state.ordinal, path: path, title: title, tracks: tracks, offset: offset, start: start)
            state.phase = .playing(entry)
            (state.order, state.offset, state.next) = (state.candidate, offset, nil)
            (state.missing, state.longest, state.hasUnits) = (self.tracks, .zero, false)
            defer { state.waiting = [] }
            return (state.waiting, entry, state.order)
        }
        guard let entry else { return }
        var order = following
        if let next = order.advance() {
            let promised = PromisedTitle(next, from: contents, parameters)
            state.withLock { state in
                if case .playing(let playing) = state.phase, playing.ordinal == entry.ordinal { state.next = promised }
            }
        }
        for completion in waiting { completion(.entry(entry)) }
    }
}

/// A walk that goes on with each answer.
private final class WalkBox: Sendable {
    let walk: Mutex<PlaylistWalk>
    init(_ walk: PlaylistWalk) { self.walk = Mutex(walk) }
}
