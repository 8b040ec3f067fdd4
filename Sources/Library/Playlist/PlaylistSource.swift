package import Delivery
package import Logging
package import MediaCore
import Synchronization

/// A playlist in the media directory, for a channel: an .m3u or .m3u8 file, or a folder of files.
package final class PlaylistSource: ChannelSource, PlaylistContents {
    private let library: MediaDirectory
    private let path: MediaPath?
    private let isShuffled: Bool
    private let isEndless: Bool
    private let logger: Logger
    /// What was said of this version of the list: nothing is said in each round anew.
    private let said = Mutex<Set<String>>([])

    /// - Parameters:
    ///   - path: of the playlist below the media root; nil plays the root's own files.
    ///   - isShuffled: each round is another permutation.
    ///   - isEndless: the first entry follows the last.
    ///   - logger: with the channel's name in its metadata.
    package init(
        _ library: MediaDirectory, path: MediaPath?, isShuffled: Bool, isEndless: Bool, logger: Logger
    ) {
        self.library = library
        self.path = path
        self.isShuffled = isShuffled
        self.isEndless = isEndless
        var logger = logger
        logger[metadataKey: "playlist"] = "\(path?.description ?? ".")"
        self.logger = logger
    }

    package func title(completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void) {
        PlaylistTitle.open(
            path?.description ?? ".", self, isShuffled: isShuffled, isEndless: isEndless,
            seed: UInt64.random(in: .min ... .max), completion: completion)
    }

    package func list(
        unless known: UInt64?, completion: @escaping @Sendable (Result<PlaylistList?, MediaError>) -> Void
    ) {
        library.readPlaylist(path, unless: known) { [self] result in
            switch result {
            case .success(let read?):
                said.withLock { $0 = [] }
                logger.info("playlist read", metadata: ["entries": "\(read.list.entries.count)"])
                for complaint in read.complaints.prefix(Self.maximumComplaints) {
                    logger.notice("playlist: \(complaint)")
                }
            case .success(nil): break
            case .failure(let error): say("playlist cannot be read: \(error)")
            }
            completion(result.map { $0?.list })
        }
    }

    package func title(
        of entry: MediaPath, completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void
    ) {
        library.title(at: entry, completion: completion)
    }

    package func converted(
        _ title: any MediaTitle, of entry: MediaPath, by conversions: [TrackConversion],
        completion: @escaping @Sendable (Result<any MediaTitle, MediaError>) -> Void
    ) {
        guard let file = title as? FileTitle, let compute = library.compute else {
            let reasons = conversions.map(\.reason).joined(separator: "; ")
            return completion(.failure(.unsupported("\(reasons), and nothing is transcoded")))
        }
        compute.enqueue { [self] in
            do throws(MediaError) {
                let transcoded = try TranscodedTitle(file, conversions, compute)
                say("entry transcoded: \(transcoded.summary)", ["title": "\(entry)"])
                completion(.success(transcoded))
            } catch {
                completion(.failure(error))
            }
        }
    }

    package func skipped(_ entry: MediaPath, because reason: String) {
        say("entry left out: \(reason)", ["title": "\(entry)"])
    }

    /// Once for each version of the list.
    private func say(_ text: String, _ metadata: Logger.Metadata = [:]) {
        let isNew = said.withLock { said in
            guard said.count < Self.maximumSaid else { return false }
            return said.insert("\(text) \(metadata)").inserted
        }
        if isNew { logger.notice("\(text)", metadata: metadata) }
    }

    private static let maximumComplaints = 20
    private static let maximumSaid = 20_000
}
