import MediaCore
import Synchronization

/// How long a playlist's entries are, as far as that was ever seen. Outlives runs: the next seek walks by it.
final class PlaylistLengths: Sendable {
    enum Known: Equatable {
        /// It takes no time.
        case unplayable
        /// It was opened, and does not say.
        case unknown
        case length(MediaTime)
    }

    private struct Note {
        var known: Known
        /// Of the title, nil if there was none.
        var version: UInt64?
    }

    private let notes = Mutex<[MediaPath: Note]>([:])

    /// An entry is a picture long at least.
    static let minimum = MediaTime.milliseconds(40)

    subscript(path: MediaPath) -> Known? { notes.withLock { $0[path]?.known } }

    /// What a title says, unless it was seen to its end already.
    func opened(_ title: any MediaTitle, at path: MediaPath) {
        notes.withLock { notes in
            guard notes[path]?.version != title.version else { return }
            let known = title.duration.map { Known.length(max($0, Self.minimum)) } ?? .unknown
            notes[path] = Note(known: known, version: title.version)
        }
    }

    /// It was played to its end.
    func measured(_ length: MediaTime, of title: any MediaTitle, at path: MediaPath) {
        notes.withLock { $0[path] = Note(known: .length(length), version: title.version) }
    }

    func unplayable(_ path: MediaPath) { notes.withLock { $0[path] = Note(known: .unplayable, version: nil) } }

    /// Forgets all that is not in the list any more.
    func keep(_ entries: [MediaPath]) {
        let present = Set(entries)
        notes.withLock { notes in notes = notes.filter { present.contains($0.key) } }
    }

    /// Of a round; nil while one of them is not known.
    func sum(of entries: [MediaPath]) -> MediaTime? {
        notes.withLock { notes in
            var sum = MediaTime.zero
            for entry in entries {
                switch notes[entry]?.known {
                case .length(let length): sum += length
                case .unplayable: break
                case .unknown, nil: return nil
                }
            }
            return sum
        }
    }
}
