package import Delivery
internal import LibAV
package import MediaCore
package import RTPPayload

/// One version of one file, kept open as long as somebody holds the title: a file that is replaced while it is played
/// goes on playing.
package final class FileTitle: MediaTitle {
    package let name: String
    package let description: TitleDescription
    package let version: UInt64
    let file: OpenFile
    let identity: FileIdentity
    let limits: LibraryLimits
    let pool: IOPool
    /// Shared by the title's readers, if it can be.
    let demuxers: DemuxerPool

    package var tracks: [Track] { description.tracks }
    package var formats: [PayloadFormat] { description.formats }
    package var duration: MediaTime? { description.duration }
    package var isSeekable: Bool { description.isSeekable }
    package var modified: Int64? { identity.modified / 1_000_000_000 }
    package var bytesPerSecond: Int? {
        guard let duration, duration.nanoseconds >= 1_000_000 else { return nil }
        let milliseconds = duration.nanoseconds / 1_000_000
        let product = file.size.multipliedReportingOverflow(by: 1000)
        return Int(product.overflow ? file.size / milliseconds * 1000 : product.partialValue / milliseconds)
    }

    init(
        name: String, _ description: TitleDescription, _ file: OpenFile, _ identity: FileIdentity,
        limits: LibraryLimits, pool: IOPool
    ) {
        self.name = name
        self.description = description
        self.version = identity.version
        self.file = file
        self.identity = identity
        self.limits = limits
        self.pool = pool
        demuxers = DemuxerPool(
            limit: limits.sharedDemuxers,
            make: { interrupt in
                Result { () throws(MediaError) -> Demuxer in
                    try Demuxer(file, description, limits: limits, for: interrupt)
                }
            }, enqueue: { pool.enqueue(device: identity.device, $0) })
    }

    package func makeCursor(_ options: CursorOptions) -> any MediaCursor {
        if let source = description.transportStream { return TransportStreamCursor(self, source, options) }
        return FileCursor(self, options)
    }

    /// Opens and describes the file at `path`, wherever that is; blocks. For `sluice probe`: also a file that cannot
    /// be served has a title then, see `TitleDescription.refusal`.
    /// - Throws: `.unsupported` if the file is no media, or none that can be had in that `representation`; `.notFound`, `.forbidden`,
    ///   `.unreadable`.
    package static func open(
        path: String, as representation: Representation = .tracks, pool: IOPool,
        limits: LibraryLimits = LibraryLimits()
    ) throws(MediaError) -> FileTitle {
        let (file, identity) = try RootDirectory.openAnywhere(path)
        let description = try TitleProbe.describe(
            file, as: representation, limits: limits, interrupt: Interrupt())
        return FileTitle(name: path, description, file, identity, limits: limits, pool: pool)
    }
}
