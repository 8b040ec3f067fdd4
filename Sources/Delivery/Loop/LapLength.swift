import MediaCore
import Synchronization

/// How long a lap is: to the end of the unit that ends last, of all tracks that a viewer has. So no track overlaps itself, tracks stay
/// together for ever, and one that is shorter than the others rests until they have ended.
///
/// It is known once every cursor of a viewer has come to the end of its tracks. A cursor that gets there before the others waits for them.
final class LapLength: Sendable {
    private struct State {
        var length: MediaTime?
        /// Of the units so far.
        var longest = MediaTime.zero
        /// Tracks whose end has not been seen.
        var missing: Set<Int>
        var waiting: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>

    /// A lap is a picture long at least, or a title without any duration would be read again and again at one time.
    static let minimum = MediaTime.milliseconds(40)

    init(tracks: some Sequence<Int>) { state = Mutex(State(missing: Set(tracks))) }

    /// Nil until it is known.
    var length: MediaTime? { state.withLock { $0.length } }

    /// All units of `tracks` have been seen, or nobody will look for them any more.
    /// - Parameter end: of the last of them that this cursor has seen.
    func ended(_ tracks: some Sequence<Int>, at end: MediaTime) {
        let waiting = state.withLock { state -> [@Sendable () -> Void] in
            guard state.length == nil else { return [] }
            state.longest = max(state.longest, end)
            state.missing.subtract(tracks)
            guard state.missing.isEmpty else { return [] }
            state.length = max(state.longest, Self.minimum)
            defer { state.waiting = [] }
            return state.waiting
        }
        for work in waiting { work() }
    }

    /// Nobody is kept waiting any more, though the length is not known.
    func release() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for work in waiting { work() }
    }

    /// Does `work` when the length is known: now, or on the thread that brings it. Or when those who wait are released.
    func whenKnown(_ work: @escaping @Sendable () -> Void) {
        let isKnown = state.withLock { state in
            if state.length == nil { state.waiting.append(work) }
            return state.length != nil
        }
        if isKnown { work() }
    }
}
