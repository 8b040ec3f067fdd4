internal import LibAV
internal import MediaCore
internal import Timestamps

/// Where a track ends.
struct TrackEnd {
    /// Of its last unit, on the file's timeline.
    var time: MediaTime
    /// Its last packet, if the file was read to its end.
    var lastPacket: ReadingMark?
}

/// Where the tracks of a file end, by reading its last units.
struct TitleEnd {
    private let file: OpenFile
    private let limits: LibraryLimits
    private let interrupt: Interrupt
    private let settings: DemuxerSettings

    /// Bytes from the end that are read first, where the demuxer takes bytes for a place.
    private static let firstWindow: Int64 = 1 << 20

    init(_ file: OpenFile, _ limits: LibraryLimits, _ interrupt: Interrupt, _ settings: DemuxerSettings) {
        self.settings = settings
        self.file = file
        self.limits = limits
        self.interrupt = interrupt
    }

    /// By the stream's index; none where nothing is known.
    func ends(
        of streams: [StreamDescription], _ firsts: [Int: FirstUnits], _ context: borrowing InputContext,
        _ seeking: ContainerTraits.Seeking
    ) throws(MediaError) -> [Int: TrackEnd] {
        let container = context.container
        var ends: [Int: TrackEnd] = [:]
        if seeking == .arithmetic {
            for stream in streams { ends[stream.index] = counted(stream, firsts[stream.index]!, context) }
            if ends.count == streams.count { return ends }
        }
        if seeking == .index || seeking == .landing {
            ends = try last(of: streams, firsts, container)
        } else if file.size <= limits.maximumScanSize {
            ends = try read(streams, firsts, container) { _, _ throws(AVFailure) in }
        }
        // The last of chained streams says how long it lasts alone.
        if seeking == .counting, container == .ogg { return ends }
        for stream in streams where ends[stream.index] == nil && !Self.isSparse(stream) {
            let first = firsts[stream.index]!
            ends[stream.index] = stated(stream, first, context) ?? walked(first, container)
        }
        return ends
    }

    /// The last cue may lie anywhere.
    private static func isSparse(_ stream: StreamDescription) -> Bool {
        stream.codec.kind == .subtitle || stream.codec.kind == .data
    }

    /// As the header says, but not beyond what the file can hold: recordings are cut off, and what is written to a pipe states no length,
    /// or the greatest.
    private func counted(_ stream: StreamDescription, _ first: FirstUnits, _ context: borrowing InputContext)
        -> TrackEnd?
    {
        let end = stated(stream, first, context)
        guard first.filePosition >= 0,
            let length = SampleCounter(stream.codec).duration(ofBytes: file.size - first.filePosition)
        else { return end }
        return TrackEnd(time: min(end?.time ?? first.presentation + length, first.presentation + length))
    }

    /// As the header says.
    private func stated(_ stream: StreamDescription, _ first: FirstUnits, _ context: borrowing InputContext)
        -> TrackEnd?
    {
        if let ticks = stream.durationTicks {
            return TrackEnd(time: first.presentation + MediaTime(ticks: ticks, timeBase: first.timeBase))
        }
        return context.duration.map { TrackEnd(time: first.presentation + .microseconds(min($0, .max / 1_000))) }
    }

    /// As the frames of an elementary stream say; nil if they do not, or not soon.
    private func walked(_ first: FirstUnits, _ container: Container) -> TrackEnd? {
        AudioFrameWalk(file, container, limits, interrupt)?.duration(from: max(0, first.filePosition)).map {
            TrackEnd(time: first.presentation + $0)
        }
    }

    /// From a place near the end, and from farther back until every stream has shown a unit.
    private func last(of streams: [StreamDescription], _ firsts: [Int: FirstUnits], _ container: Container)
        throws(MediaError) -> [Int: TrackEnd]
    {
        guard let leader = streams.first(where: { $0.codec.kind == .video }) ?? streams.first else { return [:] }
        var ends: [Int: TrackEnd] = [:]
        var window = Self.firstWindow
        let lasting = streams.filter { !Self.isSparse($0) }
        while (lasting.isEmpty ? streams : lasting).contains(where: { ends[$0.index] == nil }) {
            let position = max(0, file.size - window)
            let needsStamps = container.traits.stamps == .pages && window == Self.firstWindow
            let found = try read(streams, firsts, container, needsStamps: needsStamps) {
                input, streamOf throws(AVFailure) in
                if container.traits.stamps == .clock {
                    try input.seek(toByte: position)
                } else if window == Self.firstWindow, let stream = streamOf[leader.index] {
                    try input.seek(stream: stream, to: .max, keyUnitsOnly: leader.codec.kind == .video)
                } else if file.size > limits.maximumScanSize {
                    throw AVFailure(code: 0, call: "")
                }
            }
            ends.merge(found) { TrackEnd(time: max($0.time, $1.time), lastPacket: $0.lastPacket ?? $1.lastPacket) }
            guard position > 0, window < Int64(limits.maximumBeginning) else { break }
            window *= 8
        }
        return ends
    }

    /// Reads all that lies behind the place that `land` goes to.
    private func read(
        _ streams: [StreamDescription], _ firsts: [Int: FirstUnits], _ container: Container,
        needsStamps: Bool = false,
        land: (inout InputContext, [Int: Int]) throws(AVFailure) -> Void
    ) throws(MediaError) -> [Int: TrackEnd] {
        var input = try InputContext(
            file, container: container, settings: settings, interrupt: interrupt)
        var tracks: [Int: EndingTrack] = [:]
        for stream in streams {
            tracks[stream.index] = EndingTrack(stream, firsts[stream.index]!, needsStamp: needsStamps)
        }
        var indices = Self.indices(of: streams, input)
        do { try land(&input, indices) } catch { return [:] }
        input.select(indices.values)
        var known = input.streamCount
        var packet = Packet()
        var timelines: [Int?: FileTimeline] = [:]
        var failures = 0
        var isAtEnd = false
        while failures < LibraryLimits.reorderDepth, !isAtEnd {
            guard !interrupt.isFired else { throw .cancelled }
            do { try input.read(into: &packet) } catch {
                isAtEnd = error.isEndOfFile
                failures += isAtEnd ? 0 : 1
                continue
            }
            if input.streamCount != known {
                known = input.streamCount
                indices = Self.indices(of: streams, input)
            }
            let index = packet.stream
            guard let stream = indices.first(where: { $0.value == index })?.key, let track = tracks[stream] else {
                continue
            }
            if container == .ogg, packet.withBytes({ OggChain.isHeader($0, track.codec) }) { continue }
            track.take(packet, &timelines[track.programme, default: FileTimeline()])
        }
        let isWhole = isAtEnd && failures == 0 && container.traits.resumesExactly && !interrupt.isFired
        return tracks.compactMapValues { $0.finish(isWhole: isWhole) }
    }

    /// The streams' indices in the open file, by their indices in the description.
    private static func indices(of streams: [StreamDescription], _ input: borrowing InputContext) -> [Int: Int] {
        var indices: [Int: Int] = [:]
        for stream in streams {
            indices[stream.index] =
                input.container.traits.streamsAppear
                ? (0..<input.streamCount).first { input.stream($0).isSame(stream.id, stream.codec.kind) }
                : stream.index < input.streamCount ? stream.index : nil
        }
        return indices
    }
}

/// The latest end of the units of one stream.
private final class EndingTrack {
    private var reconstructor: TimestampReconstructor
    private var end: MediaTime?
    private var mark = ReadingMark()
    /// What comes before the first stamp has no time.
    private var needsStamp: Bool
    private let hasEmptyUnits: Bool
    let programme: Int?
    let codec: Codec

    init(_ stream: StreamDescription, _ first: FirstUnits, needsStamp: Bool) {
        (programme, codec) = (stream.programme, stream.codec.codec)
        self.needsStamp = needsStamp
        hasEmptyUnits = stream.codec.codec.hasEmptyUnits
        reconstructor = TimestampReconstructor(codec: stream.codec, timeBase: first.timeBase, rules: first.rules)
        reconstructor.reset(to: first.decode)
    }

    func take(_ packet: borrowing Packet, _ timeline: inout FileTimeline) {
        mark.pass(packet)
        if needsStamp, packet.decodeTicks == nil, packet.presentationTicks == nil { return }
        needsStamp = false
        guard packet.size > 0 || hasEmptyUnits else { return }
        let unit = StoredUnit(
            decodeTicks: packet.decodeTicks, presentationTicks: packet.presentationTicks,
            durationTicks: packet.durationTicks, isKey: packet.isKey, isDiscardable: packet.isDisposable)
        packet.withBytes { reconstructor.push(unit, bytes: $0, timeline: &timeline) }
        drain()
    }

    /// - Parameter isWhole: nothing was passed over, up to the end of the file.
    /// - Returns: nil if no unit has come.
    func finish(isWhole: Bool) -> TrackEnd? {
        reconstructor.finish()
        drain()
        return end.map { TrackEnd(time: $0, lastPacket: isWhole && mark.ticks != nil ? mark : nil) }
    }

    private func drain() {
        while let timed = reconstructor.next() {
            let until = timed.presentationTime + timed.duration
            end = max(end ?? until, until)
        }
    }
}
