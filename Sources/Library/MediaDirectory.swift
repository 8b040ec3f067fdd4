package import Delivery
internal import LibAV
package import Logging
package import MediaCore
import Synchronization

/// A directory of media files, and of directories of them: every file is the title of its path.
///
/// Each question looks at the file anew (an `openat2` and an `fstat`), so that files which are added, replaced or
/// removed are seen at once; a file that is known in this version is not opened by a demuxer again.
package final class MediaDirectory: MediaLibrary {
    let root: RootDirectory
    let limits: LibraryLimits
    let pool: IOPool
    /// Where tracks are transcoded; nil if none are.
    let compute: ComputePool?
    private let logger: Logger
    private let cache: Mutex<TitleCache>
    let devices: Mutex<FolderDevices>

    /// - Parameter compute: where tracks are transcoded; nil if none are to be.
    /// - Throws: `.notFound` if `path` is no directory, `.forbidden`, `.unreadable`.
    package init(
        path: String, pool: IOPool, compute: ComputePool? = nil, limits: LibraryLimits = LibraryLimits(), logger: Logger
    ) throws(MediaError) {
        root = try RootDirectory(path: path)
        self.limits = limits
        self.pool = pool
        self.compute = compute
        self.logger = logger
        cache = Mutex(TitleCache(limit: limits.rememberedTitles))
        devices = Mutex(FolderDevices(root: root.device, limit: limits.rememberedTitles))
    }

    package func title(
        at path: MediaPath, for query: TitleQuery,
        completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void
    ) {
        do throws(MediaError) {
            let device = devices.withLock { $0.device(of: path) }
            try pool.tryEnqueue(device: device) { [self] in
                let key = TitleCache.Key(path: path, query)
                find(key, on: device) { result in completion(result.map { $0 }) }
            }
        } catch {
            completion(.failure(error))
        }
    }

    /// - Parameter device: whose thread this is.
    private func find(_ key: TitleCache.Key, on device: UInt64, completion: @escaping TitleCache.Completion) {
        let file: OpenFile
        let identity: FileIdentity
        do throws(MediaError) {
            (file, identity) = try root.open(key.path)
        } catch {
            return completion(.failure(error))
        }
        devices.withLock { $0.note(identity.device, of: key.path) }
        switch cache.withLock({ $0.ask(for: key, identity, completion: completion) }) {
        case .answer(let title): completion(.success(title))
        case .make(let description): completion(.success(make(key, description, file, identity)))
        case .refuse(let error): completion(.failure(error))
        case .wait: break
        case .probe where identity.device == device: probe(key, file, identity)
        case .probe:
            do throws(MediaError) {
                try pool.tryEnqueue(device: identity.device) { [self] in probe(key, file, identity) }
            } catch {
                let waiting = cache.withLock { $0.finish(key, identity, .failure(error)) }
                for completion in waiting { completion(.failure(error)) }
            }
        }
    }

    private func probe(_ key: TitleCache.Key, _ file: OpenFile, _ identity: FileIdentity) {
        let knowledge = Result { () throws(MediaError) -> TitleDescription in
            let description = try TitleProbe.describe(
                file, as: key.representation, limits: limits, interrupt: Interrupt(), wanted: key.wanted)
            log(description, key.path)
            if let refusal = description.refusal { throw refusal }
            return description
        }
        let waiting = cache.withLock { $0.finish(key, identity, knowledge) }
        let result = knowledge.map { make(key, $0, file, identity) }
        for completion in waiting { completion(result) }
    }

    private func make(
        _ key: TitleCache.Key, _ description: TitleDescription, _ file: OpenFile, _ identity: FileIdentity
    )
        -> FileTitle
    {
        let title = FileTitle(name: key.path.description, description, file, identity, limits: limits, pool: pool)
        return cache.withLock { $0.adopt(title, at: key) }
    }

    private func log(_ description: TitleDescription, _ path: MediaPath) {
        for stream in description.omitted {
            logger.info(
                "stream left out: \(stream.reason)",
                metadata: ["title": "\(path)", "stream": "\(stream.index)", "codec": "\(stream.codec)"])
        }
    }
}
