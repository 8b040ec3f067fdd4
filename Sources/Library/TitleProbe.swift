internal import LibAV
internal import MediaCore
internal import RTPPayload
internal import Timestamps

/// Opens a file once and describes it.
struct TitleProbe: ~Copyable {
    private let file: OpenFile
    private let limits: LibraryLimits
    private let interrupt: Interrupt
    private let wanted: WantedKinds
    /// Codecs travel in their own formats.
    private let isNative: Bool
    private var context: InputContext
    /// What the streams are, by index; where the header does not tell, by what a look at the first units told.
    private let streams: [StreamDescription]
    /// An AVI's index that is missing or wrong is not looked at.
    private let settings: DemuxerSettings
    /// Streams of an AVI whose stamps drift.
    private let drifting: Set<Int>

    /// - Parameter wanted: tracks of these kinds are offered too.
    /// - Throws: `.unsupported` if the file is no media, `.unreadable`, `.cancelled` when `interrupt` fired.
    static func describe(
        _ file: OpenFile, as representation: Representation = .tracks, limits: LibraryLimits, interrupt: Interrupt,
        wanted: WantedKinds = []
    ) throws(MediaError) -> TitleDescription {
        interrupt.setDeadline(after: limits.openTimeout.nanoseconds)
        let late = MediaError.unreadable("opening took longer than \(limits.openTimeout) s")
        do throws(MediaError) {
            let description = try describe(file, representation, limits, interrupt, wanted)
            guard !interrupt.isFired else { throw late }
            return description
        } catch {
            throw error == .cancelled ? late : error
        }
    }

    /// Not inlined: Swift 6.3.1's optimizer aborts over the probe that is not copyable.
    @inline(never)
    private static func describe(
        _ file: OpenFile, _ representation: Representation, _ limits: LibraryLimits, _ interrupt: Interrupt,
        _ wanted: WantedKinds
    ) throws(MediaError) -> TitleDescription {
        switch representation {
        case .tracks, .nativeTracks:
            var probe = try TitleProbe(
                file, limits: limits, interrupt: interrupt, wanted: wanted, isNative: representation == .nativeTracks)
            return try probe.describe()
        case .transportStream:
            return try describeTransportStream(file, interrupt: interrupt)
        }
    }

    @inline(never)
    private init(
        _ file: OpenFile, limits: LibraryLimits, interrupt: Interrupt, wanted: WantedKinds, isNative: Bool
    ) throws(MediaError) {
        let recognized = try InputContext(file, interrupt: interrupt)
        var settings = DemuxerSettings()
        if recognized.container == .avi, !AVIIndex(file, interrupt).isTrue(in: recognized) {
            settings = try Self.settings(of: recognized, file, limits, interrupt)
        }
        let drifting = try Self.correct(&settings, recognized, file, interrupt)
        let context = try Self.context(recognized, file, interrupt, settings)
        let streams = try Self.streams(of: context, file, interrupt, settings)
        self.context = context
        self.streams = streams
        self.settings = settings
        self.drifting = drifting
        self.file = file
        self.limits = limits
        self.interrupt = interrupt
        self.wanted = wanted
        self.isNative = isNative
    }

    /// An AVI whose index is missing or wrong: a large one is given another, if that can be made.
    ///
    /// Not inlined: Swift 6.3.1's optimizer aborts over the borrowed context that is not copyable.
    @inline(never)
    private static func settings(
        of context: borrowing InputContext, _ file: OpenFile, _ limits: LibraryLimits, _ interrupt: Interrupt
    ) throws(MediaError) -> DemuxerSettings {
        var settings = DemuxerSettings()
        let streams = (0..<context.streamCount).map { context.stream($0) }
        if file.size > limits.maximumScanSize {
            settings.overlay = MadeAVIIndex(file, streams, limits, interrupt).overlay()
        }
        if settings.overlay != nil {
            let indexed = try open(file, .avi, interrupt, settings)
            if AVIIndex(file, interrupt).isTrue(in: indexed) { return settings }
        }
        return DemuxerSettings(ignoresIndex: true)
    }

    /// Sets right what an AVI says of its audio's rates.
    /// - Returns: the streams of which nothing constant is right.
    private static func correct(
        _ settings: inout DemuxerSettings, _ context: borrowing InputContext, _ file: OpenFile, _ interrupt: Interrupt
    ) throws(MediaError) -> Set<Int> {
        guard context.container == .avi else { return [] }
        let streams = (0..<context.streamCount).map { context.stream($0) }
        var drifting: Set<Int> = []
        for (stream, verdict) in try AVIAudioClock(file, settings, interrupt).verdicts(on: streams) {
            switch verdict {
            case .stated: break
            case .constant(let timeBase): settings.timeBases[stream] = timeBase
            case .varying: drifting.insert(stream)
            }
        }
        return drifting
    }

    /// `recognized`, or one that is opened in another way.
    private static func context(
        _ recognized: consuming InputContext, _ file: OpenFile, _ interrupt: Interrupt,
        _ settings: DemuxerSettings
    ) throws(MediaError) -> InputContext {
        if settings == DemuxerSettings() { return recognized }
        return try open(file, recognized.container, interrupt, settings)
    }

    private static func streams(
        of context: borrowing InputContext, _ file: OpenFile, _ interrupt: Interrupt,
        _ settings: DemuxerSettings
    ) throws(MediaError) -> [StreamDescription] {
        let streams = (0..<context.streamCount).map { context.stream($0) }
        guard context.container.traits.needsStreamInfo || streams.contains(where: \.isIncomplete) else {
            return streams
        }
        let looked = try open(file, context.container, interrupt, settings)
        // What it finds before it fails counts.
        try? looked.findStreamInfo()
        return (0..<looked.streamCount).map { looked.stream($0) }
    }

    private static func open(
        _ file: OpenFile, _ container: Container, _ interrupt: Interrupt,
        _ settings: DemuxerSettings
    ) throws(MediaError) -> InputContext {
        try InputContext(file, container: container, settings: settings, interrupt: interrupt)
    }

    /// A stream that is offered.
    private struct Offer {
        let stream: StreamDescription
        let format: PayloadFormat
        var source: TrackSource
        /// Of its last unit, on the file's timeline.
        let end: MediaTime?
        /// libavformat's parser cuts its units.
        let isReframed: Bool
    }

    private mutating func describe() throws(MediaError) -> TitleDescription {
        let selection = TrackSelection(limits: limits, wanted: wanted)
        var omitted: [Int: String] = [:]
        for stream in streams { omitted[stream.index] = selection.refusal(of: stream) }
        let candidates = streams.filter { omitted[$0.index] == nil }
        var offers = try offers(candidates, &omitted)
        for (_, programme) in Dictionary(grouping: offers.indices, by: { offers[$0].stream.programme }) {
            let origin = programme.map { offers[$0].source.firstPresentation }.min() ?? .zero
            for index in programme { offers[index].source.origin = origin }
        }
        let ends = offers.map { offer in offer.end.map { $0 - offer.source.origin } }
        let tracks = offers.indices.map { index in
            Track(
                id: index, codec: offers[index].stream.codec, timeBase: offers[index].source.timeBase,
                end: ends[index], language: offers[index].stream.language, title: offers[index].stream.title)
        }
        let seeking = seeking(offers.map(\.stream))
        // A track that speaks now and then ends with the others.
        let lasting = offers.filter { !$0.source.isSparse }.map { offer in
            offer.end.map { $0 - offer.source.origin }
        }
        let isSeekable = seeking != .counting || file.size <= limits.maximumScanSize
        return TitleDescription(
            container: context.container.label, tracks: tracks, formats: offers.map(\.format),
            omitted: omitted.sorted { $0.key < $1.key }.map {
                OmittedStream(index: $0.key, codec: streams[$0.key].codecName, reason: $0.value)
            },
            duration: lasting.contains(nil) ? nil : (lasting.isEmpty ? ends : lasting).compactMap(\.self).max(),
            isSeekable: isSeekable, origin: offers.map(\.source.origin).min() ?? .zero,
            sources: offers.map(\.source), demuxer: context.container, seeking: seeking,
            settings: try readingSettings(offers), sharesDemuxers: sharesDemuxers(seeking, offers))
    }

    private func readingSettings(_ offers: [Offer]) throws(MediaError) -> DemuxerSettings {
        var reading = settings
        reading.parses = !context.container.traits.describesUnits || offers.contains(where: \.isReframed)
        if context.container == .avi {
            let known = offers.compactMap { offer in offer.end.map { (source: offer.source, end: $0) } }
            reading.closedStreams = try AVIEndedStreams(file, settings, interrupt).found(among: known)
        }
        return reading
    }

    /// A demuxer of movie fragments knows those that it happened to read: 24 bytes for each unit, 8 MB after two hours, as
    /// many as one has from the start that knows the whole movie. One of an AVI goes back to the last chunk of every
    /// stream, also where pictures are minutes apart, and keeps the last unit of a stream that it cuts anew to the end of
    /// the file.
    private func sharesDemuxers(_ seeking: ContainerTraits.Seeking, _ offers: [Offer]) -> Bool {
        guard context.container.traits.resumesExactly, seeking != .counting else { return false }
        switch context.container {
        case .mp4:
            return !MovieFragments.mayFollow(in: file, interrupt)
        case .avi:
            let end = offers.compactMap(\.end).max() ?? .zero
            return offers.allSatisfy { offer in
                let isShort = offer.end.map { end - $0 > LibraryLimits.maximumSilence } ?? true
                return !(isShort && context.isReframed(stream: offer.stream.index))
                    && offer.source.time(1) - offer.source.time(0) < LibraryLimits.maximumSilence
            }
        default:
            return true
        }
    }

    /// An AVI without an index is read from its start, and so is one whose audio tells its times nowhere else. The index
    /// names chunks, of which one may hold many units of audio. A demuxer that counts bytes goes by the rate that the header
    /// states. Of chained Ogg, too, only reading from the start tells where a unit lies.
    private func seeking(_ streams: [StreamDescription]) -> ContainerTraits.Seeking {
        if context.container == .ogg, OggChain.isChained(file, interrupt) { return .counting }
        let usual = context.container.traits.seeking
        if usual == .arithmetic, context.container != .caf {
            return streams.allSatisfy { SampleCounter($0.codec).hasStatedByteRate } ? usual : .counting
        }
        guard context.container == .avi else { return usual }
        let drifts = file.size <= limits.maximumScanSize && streams.contains { drifting.contains($0.index) }
        guard !settings.ignoresIndex, !streams.isEmpty, !drifts else { return .counting }
        return streams.contains { $0.codec.kind == .video } ? .index : .landing
    }

    private mutating func offers(
        _ candidates: [StreamDescription], _ omitted: inout [Int: String]
    ) throws(MediaError) -> [Offer] {
        switch context.container {
        case .mp4:
            let fragmentsMayFollow = MovieFragments.mayFollow(in: file, interrupt)
            return candidates.compactMap { stream in
                guard let first = first(of: [stream], &omitted, seeking: true)[stream.index] else { return nil }
                let (tail, end) = IndexTail.ofMovie(&context, stream, first, fragmentsMayFollow: fragmentsMayFollow)
                return offer(stream, first, tail, end: end, &omitted)
            }
        default:
            let firsts = first(of: candidates, &omitted, seeking: false)
            let found = candidates.filter { firsts[$0.index] != nil }
            let ends = try TitleEnd(file, limits, interrupt, settings).ends(
                of: found, firsts, context, seeking(found))
            return found.compactMap { stream in
                let end = ends[stream.index]
                let tail = IndexTail(lastPacket: end?.lastPacket)
                return offer(stream, firsts[stream.index]!, tail, end: end?.time, &omitted)
            }
        }
    }

    private mutating func first(
        of candidates: [StreamDescription], _ omitted: inout [Int: String], seeking: Bool
    ) -> [Int: FirstUnits] {
        var firsts = FirstUnitsReader(candidates, context.container, limits)
        // Fails for a stream without samples, of which then nothing is read either.
        if seeking, let stream = candidates.first, stream.index < context.streamCount {
            try? context.seek(stream: stream.index, to: .min, keyUnitsOnly: false)
        }
        firsts.read(&context)
        for (index, reason) in firsts.omitted { omitted[index] = reason }
        var found = firsts.found
        for index in drifting { found[index]?.rules.stampsTellGaps = false }
        return found
    }

    private func offer(
        _ stream: StreamDescription, _ first: FirstUnits, _ tail: IndexTail, end: MediaTime?,
        _ omitted: inout [Int: String]
    ) -> Offer? {
        do {
            let format = try PayloadFormat.make(for: stream.codec, firstUnit: first.bytes, isNative: isNative)
            let source = TrackSource(
                stream: stream.index, streamID: stream.id, programme: stream.programme, codec: stream.codec,
                timeBase: first.timeBase,
                rules: first.rules, firstDecode: first.decode, firstPresentation: first.presentation, tail: tail,
                isPacked: context.container.mayPack(stream))
            return Offer(stream: stream, format: format, source: source, end: end, isReframed: first.isReframed)
        } catch {
            omitted[stream.index] = "\(error)"
            return nil
        }
    }
}
