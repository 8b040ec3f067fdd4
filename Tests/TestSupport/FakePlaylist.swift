package import Delivery
package import MediaCore
import Synchronization

/// The contents of a playlist as a test writes them, and may change them.
package final class FakePlaylist: PlaylistContents {
    private struct State {
        var list: PlaylistList
        var titles: [MediaPath: Result<any MediaTitle, MediaError>] = [:]
        var asked: [MediaPath] = []
        var lists = 0
        var skipped: [String] = []
        var conversions: [String: [TrackConversion]] = [:]
        var converted: [MediaPath: Result<any MediaTitle, MediaError>] = [:]
        var isHeld = false
        var held: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>

    /// - Parameter titles: by name; any other entry is not found.
    package init(_ entries: [String], _ titles: [String: any MediaTitle], failures: [String: MediaError] = [:]) {
        var state = State(list: PlaylistList(entries: entries.map(Self.path), version: 1))
        for (name, title) in titles { state.titles[Self.path(name)] = .success(title) }
        for (name, error) in failures { state.titles[Self.path(name)] = .failure(error) }
        self.state = Mutex(state)
    }

    package static func path(_ text: String) -> MediaPath {
        guard let path = MediaPath(text.utf8) else { preconditionFailure("no path of a title: \(text)") }
        return path
    }

    /// The playlist is edited.
    package func edit(_ entries: [String]) {
        state.withLock { state in
            state.list = PlaylistList(entries: entries.map(Self.path), version: state.list.version + 1)
        }
    }

    package func set(_ name: String, _ result: Result<any MediaTitle, MediaError>) {
        state.withLock { $0.titles[Self.path(name)] = result }
    }

    /// What becomes of an entry that has to be converted; by default it cannot be.
    package func convert(_ name: String, to result: Result<any MediaTitle, MediaError>) {
        state.withLock { $0.converted[Self.path(name)] = result }
    }

    /// What entries were to be converted to, by their names: the last time.
    package var conversions: [String: [TrackConversion]] { state.withLock { $0.conversions } }

    /// Titles that are asked for do not come before `release`.
    package func hold() { state.withLock { $0.isHeld = true } }

    package func release() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for work in held { work() }
    }

    /// Entries that were asked for, in order.
    package var asked: [String] { state.withLock { $0.asked.map(\.description) } }
    /// How often the list was looked at.
    package var lists: Int { state.withLock { $0.lists } }
    /// Entries that were left out, with the reason.
    package var skipped: [String] { state.withLock { $0.skipped } }

    package func list(
        unless known: UInt64?, completion: @escaping @Sendable (Result<PlaylistList?, MediaError>) -> Void
    ) {
        let list = state.withLock { state in
            state.lists += 1
            return state.list
        }
        completion(.success(list.version == known ? nil : list))
    }

    package func title(
        of entry: MediaPath, completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void
    ) {
        let result = state.withLock { state -> Result<any MediaTitle, MediaError>? in
            state.asked.append(entry)
            let result = state.titles[entry] ?? .failure(.notFound)
            guard state.isHeld else { return result }
            state.held.append { completion(result) }
            return nil
        }
        if let result { completion(result) }
    }

    package func converted(
        _ title: any MediaTitle, of entry: MediaPath, by conversions: [TrackConversion],
        completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void
    ) {
        let result = state.withLock { state in
            state.conversions[entry.description] = conversions
            let refusal = conversions.map { "\($0.reason), and nothing converts it" }.joined(separator: "; ")
            return state.converted[entry] ?? .failure(.unsupported(refusal))
        }
        completion(result)
    }

    package func skipped(_ entry: MediaPath, because reason: String) {
        state.withLock { $0.skipped.append("\(entry): \(reason)") }
    }
}
