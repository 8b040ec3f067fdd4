package import Delivery
package import MediaCore
import Synchronization

/// Titles by path; any other path is not found.
package final class FakeLibrary: MediaLibrary {
    private let titles: [MediaPath: Result<any MediaTitle, MediaError>]
    private let asked = Mutex<[TitleQuery]>([])

    /// - Parameter titles: by path below the media root, `film.mp4`.
    package init(_ titles: [String: any MediaTitle], failures: [String: MediaError] = [:]) {
        var all: [MediaPath: Result<any MediaTitle, MediaError>] = [:]
        for (path, title) in titles { all[Self.path(path)] = .success(title) }
        for (path, error) in failures { all[Self.path(path)] = .failure(error) }
        self.titles = all
    }

    private static func path(_ text: String) -> MediaPath {
        guard let path = MediaPath(text.utf8) else { preconditionFailure("no path of a title: \(text)") }
        return path
    }

    /// How often a title was asked for.
    package var requests: Int { asked.withLock { $0.count } }

    /// What the titles were asked for, in order.
    package var queries: [TitleQuery] { asked.withLock { $0 } }

    package func title(
        at path: MediaPath, for query: TitleQuery,
        completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void
    ) {
        asked.withLock { $0.append(query) }
        completion(titles[path] ?? .failure(.notFound))
    }
}
