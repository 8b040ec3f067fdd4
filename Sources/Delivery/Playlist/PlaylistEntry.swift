import MediaCore
import Synchronization

/// An entry on the air.
struct PlaylistEntry: Sendable {
    /// Counts the entries of a run.
    let ordinal: Int
    let path: MediaPath
    let title: any MediaTitle
    /// By the channel's track, the entry's.
    let tracks: [Int: Int]
    /// Where the entry's NPT 0 lies on the channel's timeline.
    let offset: MediaTime
    /// Where it begins, in its own time; nil: at its start.
    let start: MediaTime?
}

/// A title that was asked for ahead of need.
final class PromisedTitle: Sendable {
    typealias Completion = @Sendable (Result<any MediaTitle, MediaError>) -> Void

    let path: MediaPath
    private let state: Mutex<(result: Result<any MediaTitle, MediaError>?, waiting: [Completion])>

    /// - Parameter parameters: what the title is converted to if it has to be.
    init(_ path: MediaPath, from contents: any PlaylistContents, _ parameters: PlaylistParameters) {
        self.path = path
        state = Mutex((nil, []))
        parameters.title(of: path, from: contents) { [self] result in
            let waiting = state.withLock { state in
                state.result = result
                defer { state.waiting = [] }
                return state.waiting
            }
            for completion in waiting { completion(result) }
        }
    }

    /// A title that is there.
    init(_ path: MediaPath, _ title: any MediaTitle) {
        self.path = path
        state = Mutex((.success(title), []))
    }

    /// Calls `completion` when it is known what became of it: now, or on the thread that brings it.
    func whenKnown(_ completion: @escaping Completion) {
        let result = state.withLock { state in
            if state.result == nil { state.waiting.append(completion) }
            return state.result
        }
        if let result { completion(result) }
    }
}
