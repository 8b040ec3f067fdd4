internal import LibAV
internal import MediaCore

/// Streams of an AVI that end long before the others. Where chunks are interleaved, the demuxer seeks to the first of
/// what its index names for all streams, and reads on: behind the end of such a stream, from its last chunk.
struct AVIEndedStreams {
    private let file: OpenFile
    private let settings: DemuxerSettings
    private let interrupt: Interrupt
    /// Before the end of the longest stream, where a seek is tried.
    private static let tail = MediaTime.seconds(1)

    init(_ file: OpenFile, _ settings: DemuxerSettings, _ interrupt: Interrupt) {
        self.file = file
        self.settings = settings
        self.interrupt = interrupt
    }

    /// Those whose indices have to be closed (`DemuxerSettings.closedStreams`) for a seek to read little. None where the
    /// demuxer goes to each stream's own place by itself, as it does in a file whose streams are skewed.
    /// - Parameter ends: on the file's timeline.
    func found(among streams: [(source: TrackSource, end: MediaTime)]) throws(MediaError) -> Set<Int> {
        guard !settings.ignoresIndex, let longest = streams.max(by: { $0.end < $1.end }) else { return [] }
        let ended = streams.filter { longest.end - $0.end > LibraryLimits.maximumSilence }
        guard !ended.isEmpty else { return [] }
        var closed = settings
        closed.closedStreams = Set(ended.map(\.source.stream))
        let place = longest.source.ticks(longest.end - Self.tail)
        guard let cost = try bytesRead(to: place, longest.source, closed),
            let costBefore = try bytesRead(to: place, longest.source, settings)
        else { return [] }
        return cost < costBefore / 2 ? closed.closedStreams : []
    }

    /// What a seek and the first packet after it take; nil if there is none.
    private func bytesRead(
        to ticks: Int64, _ source: TrackSource, _ settings: DemuxerSettings
    ) throws(MediaError) -> Int64? {
        let context = try InputContext(file, container: .avi, settings: settings, interrupt: interrupt)
        guard source.stream < context.streamCount else { return nil }
        context.select([source.stream])
        let before = context.bytesRead
        var packet = Packet()
        do throws(AVFailure) {
            try context.seek(stream: source.stream, to: ticks, keyUnitsOnly: false)
            repeat { try context.read(into: &packet) } while packet.stream != source.stream
        } catch {
            return nil
        }
        return context.bytesRead - before
    }
}
