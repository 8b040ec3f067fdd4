import Synchronization

/// Repeats a step that completes at once or later, without a deeper stack for each that completes at once.
final class Repetition: Sendable {
    private enum State {
        case stepping, isOver
        /// The step has completed before it returned, and wants another.
        case again
        /// The step has returned, and is not complete.
        case waiting
    }

    /// Calls what it gets once, on any thread: true for another step.
    private let step: @Sendable (@escaping @Sendable (Bool) -> Void) -> Void
    private let state = Mutex(State.waiting)

    init(_ step: @escaping @Sendable (@escaping @Sendable (Bool) -> Void) -> Void) { self.step = step }

    func run() {
        while true {
            state.withLock { $0 = .stepping }
            step { [self] again in
                let hasReturned = state.withLock { state -> Bool in
                    guard state == .stepping else { return true }
                    state = again ? .again : .isOver
                    return false
                }
                if hasReturned, again { run() }
            }
            let again = state.withLock { state -> Bool in
                if state == .stepping { state = .waiting }
                return state == .again
            }
            guard again else { return }
        }
    }
}
