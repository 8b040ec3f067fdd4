package import MediaCore
package import RTPPayload
import Synchronization

/// A playlist as one title: what its first entry offers, entry after entry on one timeline.
///
/// Entries follow one another without a seam: NPT runs on, decode times strictly increase per track, and an entry is as long as the unit that
/// ends last. Tracks that end before, or that an entry lacks, rest until the next. An entry's tracks that are not what SDP says of the first's
/// are converted; an entry that cannot be opened or converted is left out.
package final class PlaylistTitle: MediaTitle {
    package let name: String
    package let tracks: [Track]
    package let formats: [PayloadFormat]
    package let version: UInt64
    package let bytesPerSecond: Int?
    /// Not told: the list may be edited.
    package var duration: MediaTime? { nil }
    /// Positions ahead are entries to come, by the lengths that are known.
    package var isSeekable: Bool { true }
    private let contents: any PlaylistContents
    private let parameters: PlaylistParameters
    private let lengths = PlaylistLengths()
    private let order: PlaylistOrder
    private let listVersion: UInt64
    /// For the first cursor: a title that nobody plays is not kept open.
    private let opened: Mutex<PromisedTitle?>

    private init(
        _ name: String, _ contents: any PlaylistContents, _ order: PlaylistOrder, _ listVersion: UInt64,
        _ path: MediaPath, _ first: any MediaTitle
    ) {
        self.name = name
        self.contents = contents
        self.order = order
        self.listVersion = listVersion
        parameters = PlaylistParameters(first)
        (tracks, formats) = (parameters.tracks, parameters.formats)
        version = first.version
        bytesPerSecond = first.bytesPerSecond
        opened = Mutex(PromisedTitle(path, first))
    }

    /// Opens a playlist: its list, and of its entries the first that can be played, which says what the tracks are.
    /// - Parameters:
    ///   - name: for logs.
    ///   - isShuffled: each round is another permutation.
    ///   - isEndless: the first entry follows the last.
    ///   - seed: of the permutations.
    ///   - completion: called once, on any thread; fails after one round in which no entry can be played.
    package static func open(
        _ name: String, _ contents: any PlaylistContents, isShuffled: Bool, isEndless: Bool, seed: UInt64,
        completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void
    ) {
        contents.list(unless: nil) { result in
            switch result {
            case .failure(let error): completion(.failure(error))
            case .success(let list):
                let list = list ?? PlaylistList(entries: [], version: 0)
                let order = PlaylistOrder(list.entries, isShuffled: isShuffled, isEndless: isEndless, seed: seed)
                let opening = PlaylistOpening(order)
                Repetition { again in
                    guard let path = opening.next() else {
                        completion(.failure(.unsupported(opening.refusal)))
                        return again(false)
                    }
                    contents.title(of: path) { result in
                        switch result {
                        case .success(let title):
                            completion(.success(PlaylistTitle(name, contents, order, list.version, path, title)))
                        case .failure(let error):
                            opening.failed(path, error)
                            contents.skipped(path, because: "\(error)")
                            return again(true)
                        }
                        again(false)
                    }
                }.run()
            }
        }
    }

    package func makeCursor(_ options: CursorOptions) -> any MediaCursor {
        let next = opened.withLock { opened in
            defer { opened = nil }
            return opened
        }
        let run = PlaylistRun(
            contents, parameters, lengths, tracks: Set(options.tracks.map(\.track)), order, version: listVersion,
            next: next)
        return PlaylistCursor(run, options.tracks)
    }
}

/// One round through a list, in search of an entry that can be opened.
private final class PlaylistOpening: Sendable {
    private let state: Mutex<(order: PlaylistOrder, left: Int, reason: String)>

    init(_ order: PlaylistOrder) {
        state = Mutex((order, order.entries.count, "the playlist is empty"))
    }

    func next() -> MediaPath? {
        state.withLock { state in
            guard state.left > 0 else { return nil }
            state.left -= 1
            return state.order.advance()
        }
    }

    func failed(_ path: MediaPath, _ error: MediaError) {
        state.withLock { $0.reason = "nothing in the playlist can be played: \(path): \(error)" }
    }

    var refusal: String { state.withLock { $0.reason } }
}
