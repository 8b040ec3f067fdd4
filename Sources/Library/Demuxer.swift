internal import LibAV
internal import MediaCore

/// A title's file, opened by libavformat without probing it again. Readers use it alone or by turns; it stands where
/// the last one has left it.
///
/// SAFETY: whoever has it (a reader of its own, or the one that has borrowed it from the pool) uses it on one thread at
/// a time; hand-over goes through the pool's lock.
final class Demuxer: @unchecked Sendable {
    private(set) var context: InputContext
    let file: OpenFile
    private let container: Container
    private let settings: DemuxerSettings
    private let interrupt = Interrupt()
    /// The reader that has used it last; nil while it stands at the start.
    var lastReader: UInt64?

    /// - Parameter reader: ends the opening, and what follows until `lend` names another.
    /// - Throws: `.unreadable`, also if it takes longer than `limits` allow; `.cancelled`.
    init(_ file: OpenFile, _ description: TitleDescription, limits: LibraryLimits, for reader: Interrupt)
        throws(MediaError)
    {
        self.file = file
        container = description.demuxer
        settings = description.settings
        interrupt.follow(reader)
        interrupt.setDeadline(after: limits.openTimeout.nanoseconds)
        do throws(MediaError) {
            context = try InputContext(
                file, container: container, settings: settings, interrupt: interrupt)
            interrupt.clearDeadline()
        } catch {
            let isLate = error == .cancelled && !reader.isFired
            throw isLate ? .unreadable("opening took longer than \(limits.openTimeout) s") : error
        }
    }

    /// `reader` ends what follows; nil while nobody has it.
    func lend(to reader: Interrupt?) { interrupt.follow(reader) }

    /// What follows ends `time` from now; nil: in its own time.
    func limit(_ time: MediaTime?) {
        if let time { interrupt.setDeadline(after: time.nanoseconds) } else { interrupt.clearDeadline() }
    }

    /// Its reader has gone, or the time is over: what it brings from now on (many demuxers call it the end of the file)
    /// is of no worth.
    var isInterrupted: Bool { interrupt.isFired }

    /// A batch took `bytes` of the file, and the next one will take about as many: the device brings them while no thread
    /// waits. Viewers who share the file read here and there in it, which the kernel's own reading ahead does not foresee.
    func prefetch(after bytes: Int64) {
        guard bytes > 0 else { return }
        context.prefetch(Int(min(max(bytes, Self.prefetch.lowerBound), Self.prefetch.upperBound)))
    }

    /// Bytes.
    private static let prefetch: ClosedRange<Int64> = 128 << 10...1 << 20

    /// Begins at the start of the file, with a new context.
    func reopen() throws(MediaError) {
        context = try InputContext(
            file, container: container, settings: settings, interrupt: interrupt)
    }
}
