import Delivery
internal import LibAV
package import MediaCore

/// What the server could do with one file.
package struct FileExamination: Sendable {
    /// Nil if the file could not be opened, or is no media.
    package let description: TitleDescription?
    /// Why nothing of the file can be served; nil if something can.
    package let refusal: MediaError?
    /// Bytes that the container says are in the file, and are not; nil for none, or if it does not tell.
    package let missingBytes: Int64?
    /// The end that the container's header states, where the description's is that of the last units and lies much earlier.
    package let statedEnd: MediaTime?
    /// Nil if the file was not to be read, or cannot be served.
    package let reading: ReadThrough?
}

/// Looks at the files of a directory one by one, as the server would open them, and keeps nothing. Any number of threads may use it.
package final class FileExaminer: Sendable {
    private let root: RootDirectory
    private let limits: LibraryLimits
    private let readingTime: MediaTime?

    /// - Parameter readingTime: for which a file is read at most; nil: it is not read.
    /// - Throws: `.notFound` if `path` is no directory, `.forbidden`, `.unreadable`.
    package init(_ path: String, readingTime: MediaTime?, limits: LibraryLimits = LibraryLimits()) throws(MediaError) {
        root = try RootDirectory(path: path)
        self.limits = limits
        self.readingTime = readingTime
    }

    /// Blocks for as long as opening and reading may take.
    package func examine(_ path: MediaPath) -> FileExamination {
        do throws(MediaError) {
            let (file, identity) = try root.open(path)
            return try examine(path, file, identity)
        } catch {
            return FileExamination(description: nil, refusal: error, missingBytes: nil, statedEnd: nil, reading: nil)
        }
    }

    private func examine(_ path: MediaPath, _ file: OpenFile, _ identity: FileIdentity) throws(MediaError)
        -> FileExamination
    {
        let description: TitleDescription
        do throws(MediaError) {
            description = try TitleProbe.describe(file, limits: limits, interrupt: Interrupt())
        } catch {
            let interrupt = Interrupt()
            interrupt.setDeadline(after: limits.openTimeout.nanoseconds)
            let missing = PromisedSize.missingOfMovie(in: file, interrupt)
            return FileExamination(
                description: nil, refusal: error, missingBytes: missing, statedEnd: nil, reading: nil)
        }
        let interrupt = Interrupt()
        interrupt.setDeadline(after: limits.openTimeout.nanoseconds)
        let missing = PromisedSize.missing(in: file, description.demuxer, interrupt)
        let stated = Self.statedEnd(of: file, description, interrupt)
        var reading: ReadThrough?
        if let readingTime, description.refusal == nil {
            // Whatever is read is read at once, on this thread.
            let pool = IOPool(threads: 1, limit: 1) { $0() }
            let title = FileTitle(
                name: path.description, description, file, identity, limits: limits, pool: pool)
            let interrupt = Interrupt()
            interrupt.setDeadline(after: readingTime.nanoseconds)
            reading = ReadThrough.of(title, interrupt)
        }
        return FileExamination(
            description: description, refusal: description.refusal, missingBytes: missing, statedEnd: stated,
            reading: reading)
    }

    /// Nil unless it lies more than two seconds and a twentieth behind the last units.
    private static func statedEnd(
        of file: OpenFile, _ description: TitleDescription, _ interrupt: Interrupt
    ) -> MediaTime? {
        guard [.flv, .asf, .realMedia].contains(description.demuxer), let end = description.duration,
            let context = try? InputContext(
                file, container: description.demuxer, settings: description.settings, interrupt: interrupt)
        else { return nil }
        // FLV says it in a tag before its first unit.
        var packet = Packet()
        try? context.read(into: &packet)
        guard let duration = context.duration else { return nil }
        let stated = MediaTime.microseconds(min(duration, .max / 1_000))
        return stated - end > max(.seconds(2), MediaTime(nanoseconds: end.nanoseconds / 20)) ? stated : nil
    }
}
