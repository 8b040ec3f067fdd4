internal import MediaCore

/// Remembers what files turned out to be, by path and identity, and makes sure that one version of a file is probed
/// once, however many ask at the same time. Bounded; the path that was least recently asked for is forgotten.
///
/// Files that cannot be served are remembered too: nothing but a new identity makes them servable. Failures to read
/// are not. Titles themselves are only referred to: a title that nobody uses closes its file, its description stays.
struct TitleCache {
    typealias Completion = @Sendable (Result<FileTitle, MediaError>) -> Void

    /// What a title is made of: a file, and as what it is offered.
    struct Key: Hashable {
        let path: MediaPath
        var representation = Representation.tracks
        var wanted: WantedKinds = []

        init(path: MediaPath) { self.path = path }

        /// Which of the tracks are chosen makes no other title.
        init(path: MediaPath, _ query: TitleQuery) {
            self.path = path
            if query.asTransportStream {
                representation = .transportStream
            } else {
                if query.native { representation = .nativeTracks }
                if query.data { wanted.insert(.data) }
                if query.text { wanted.insert(.text) }
            }
        }
    }

    private struct Entry {
        let identity: FileIdentity
        let knowledge: Result<TitleDescription, MediaError>
        weak var title: FileTitle?
        var lastUse: UInt64
    }

    private struct Probe: Hashable {
        let key: Key
        let identity: FileIdentity
    }

    private let limit: Int
    private var entries: [Key: Entry] = [:]
    private var probes: [Probe: [Completion]] = [:]
    private var uses: UInt64 = 0

    /// - Precondition: `limit` is at least 1.
    init(limit: Int) {
        precondition(limit > 0)
        self.limit = limit
    }

    /// What an asker must do.
    enum Action {
        /// The title is in use by somebody.
        case answer(FileTitle)
        /// Make the title from this, and `adopt` it.
        case make(TitleDescription)
        case refuse(MediaError)
        /// Somebody else probes the file already; the completion will be called.
        case wait
        /// Probe the file, and `finish`.
        case probe
    }

    mutating func ask(for key: Key, _ identity: FileIdentity, completion: @escaping Completion) -> Action {
        uses += 1
        if let entry = entries[key], entry.identity == identity {
            entries[key]?.lastUse = uses
            switch entry.knowledge {
            case .success(let description): return entry.title.map { .answer($0) } ?? .make(description)
            case .failure(let error): return .refuse(error)
            }
        }
        let probe = Probe(key: key, identity: identity)
        if probes[probe] != nil {
            probes[probe]?.append(completion)
            return .wait
        }
        probes[probe] = [completion]
        return .probe
    }

    /// The title that stands for its version of the file from now on: an earlier one, if that is still in use.
    mutating func adopt(_ title: FileTitle, at key: Key) -> FileTitle {
        guard entries[key]?.identity == title.identity else { return title }
        if let earlier = entries[key]?.title { return earlier }
        entries[key]?.title = title
        return title
    }

    /// A probe is over. Returns all who wait for it.
    mutating func finish(
        _ key: Key, _ identity: FileIdentity, _ knowledge: Result<TitleDescription, MediaError>
    ) -> [Completion] {
        switch knowledge {
        case .success, .failure(.unsupported):
            uses += 1
            entries[key] = Entry(identity: identity, knowledge: knowledge, title: nil, lastUse: uses)
            forgetOldest()
        case .failure: break
        }
        return probes.removeValue(forKey: Probe(key: key, identity: identity)) ?? []
    }

    var count: Int { entries.count }

    private mutating func forgetOldest() {
        while entries.count > limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
        }
    }
}
