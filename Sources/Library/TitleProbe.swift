internal import LibAV
internal import MediaCore
internal import RTPPayload

/// Opens a file once and describes it.
struct TitleProbe: ~Copyable {
    private var context: InputContext
    private let limits: LibraryLimits
    private let fragmentsMayFollow: Bool
    private var packet = Packet()

    /// - Throws: `.unsupported` if the file is no media, `.unreadable`, `.cancelled` when `interrupt` fired.
    static func describe(_ file: OpenFile, limits: LibraryLimits, interrupt: Interrupt) throws(MediaError)
        -> TitleDescription
    {
        interrupt.setDeadline(after: limits.openTimeout.nanoseconds)
        var probe = try TitleProbe(file, limits: limits, interrupt: interrupt)
        let description = probe.describe()
        guard !interrupt.isFired else { throw .unreadable("opening took longer than \(limits.openTimeout) s") }
        return description
    }

    private init(_ file: OpenFile, limits: LibraryLimits, interrupt: Interrupt) throws(MediaError) {
        do {
            context = try InputContext(file, interrupt: interrupt)
        } catch .cancelled {
            throw .unreadable("opening took longer than \(limits.openTimeout) s")
        }
        self.limits = limits
        fragmentsMayFollow = MovieFragments.mayFollow(in: file)
    }

    /// A stream that is offered unless reading its first units says otherwise.
    private struct Candidate {
        let stream: StreamDescription
        let format: PayloadFormat
        let source: TrackSource
        /// Ticks of the end of its last unit, on the file's timeline.
        let end: Int64?
    }

    private mutating func describe() -> TitleDescription {
        let selection = TrackSelection(limits: limits)
        var candidates: [Candidate] = []
        var omitted: [OmittedStream] = []
        for index in 0..<context.streamCount {
            let stream = context.stream(index)
            var reason: String?
            switch selection.format(for: stream) {
            case .omit(let clause): reason = clause
            case .offer(let format):
                switch examine(stream, format) {
                case .success(let candidate): candidates.append(candidate)
                case .failure(let omission): reason = omission.reason
                }
            }
            if let reason { omitted.append(OmittedStream(index: index, codec: stream.codecName, reason: reason)) }
        }
        let origin =
            candidates.map { MediaTime(ticks: $0.source.firstPresentationTicks, timeBase: $0.source.timeBase) }.min()
            ?? .zero
        let ends = candidates.map { candidate in
            candidate.end.map { MediaTime(ticks: $0, timeBase: candidate.source.timeBase) - origin }
        }
        let tracks = candidates.indices.map { index in
            let stream = candidates[index].stream
            return Track(
                id: index, codec: stream.codec, timeBase: candidates[index].source.timeBase, end: ends[index],
                language: stream.language)
        }
        return TitleDescription(
            container: context.container.label, tracks: tracks, formats: candidates.map(\.format), omitted: omitted,
            duration: ends.contains(nil) ? nil : ends.compactMap(\.self).max(), isSeekable: true, origin: origin,
            sources: candidates.map(\.source), demuxer: context.container)
    }

    private struct Omission: Error { let reason: String }

    private mutating func examine(_ stream: StreamDescription, _ format: PayloadFormat) -> Result<Candidate, Omission> {
        context.select([stream.index])
        guard let timeBase = stream.timeBase else { return .failure(Omission(reason: "no time base")) }
        let first: FirstUnits
        do {
            first = try readFirstUnits(of: stream.index)
        } catch {
            return .failure(error)
        }
        let tail = findTail(of: stream, first)
        let source = TrackSource(
            stream: stream.index, kind: stream.codec.kind, timeBase: timeBase, firstDecodeTicks: first.decodeTicks,
            firstPresentationTicks: first.presentationTicks, seekBias: tail.seekBias,
            seekBiasMargin: tail.seekBiasMargin,
            last: fragmentsMayFollow ? nil : tail.last, lastDurationTicks: tail.lastDuration)
        return .success(Candidate(stream: stream, format: format, source: source, end: tail.end))
    }

    private struct FirstUnits {
        let decodeTicks: Int64
        /// The least of the track.
        let presentationTicks: Int64
    }

    /// Reads as many units as it takes to know the least presentation time: one whose decode time is not before it
    /// ends the search.
    private mutating func readFirstUnits(of stream: Int) throws(Omission) -> FirstUnits {
        // Fails for a stream without samples, of which then nothing is read either.
        try? context.seek(stream: stream, to: .min, keyUnitsOnly: false)
        var decodeTicks: Int64?
        var presentationTicks: Int64?
        var failures = 0
        var units = 0
        while units < LibraryLimits.reorderDepth, failures < LibraryLimits.maximumConsecutiveFailures {
            do throws(AVFailure) {
                try context.read(into: &packet)
            } catch {
                failures += 1
                if error.isEndOfFile, units > 0 || failures > LibraryLimits.reorderDepth { break }
                if error.isEndOfFile || error.isInvalidData { continue }
                throw Omission(reason: "\(error)")
            }
            guard packet.stream == stream else { continue }
            if packet.isEncrypted { throw Omission(reason: "encrypted") }
            guard packet.size > 0, !packet.isCorrupt, let presented = packet.presentationTicks ?? packet.decodeTicks
            else {
                failures += 1
                continue
            }
            units += 1
            let decoded = packet.decodeTicks ?? presented
            if let least = presentationTicks, decoded >= least { break }
            decodeTicks = decodeTicks ?? decoded
            presentationTicks = min(presentationTicks ?? presented, presented)
        }
        guard let decodeTicks, let presentationTicks else { throw Omission(reason: "no samples") }
        return FirstUnits(decodeTicks: decodeTicks, presentationTicks: presentationTicks)
    }

    private struct Tail {
        var last: IndexEntry?
        var end: Int64?
        var lastDuration: Int64 = 0
        var seekBias: Int64 = 0
        var seekBiasMargin: Int64 = 0
    }

    /// Looks at the end of the index: the last unit, its end, and how far from the time asked for a seek lands.
    private mutating func findTail(of stream: StreamDescription, _ first: FirstUnits) -> Tail {
        let index = stream.index
        // Makes the demuxer read the last fragment, if there are fragments.
        try? context.seek(stream: index, to: .max, keyUnitsOnly: false)
        let count = context.indexCount(stream: index)
        guard let last = context.indexEntry(stream: index, at: count - 1) else { return Tail() }
        let previous = count > 1 ? context.indexEntry(stream: index, at: count - 2) : nil
        var tail = Tail()
        // A unit is known by its decode time and place: of two with the same time, the last is not certain to be the
        // last.
        tail.last = previous?.ticks == last.ticks ? nil : last
        tail.lastDuration = lastDuration(of: stream, first, last, previous)
        // The end as presented: reordering delays it against decoding by what the first unit shows.
        let (decoded, overflow) = last.ticks.addingReportingOverflow(tail.lastDuration)
        let (presented, late) = decoded.addingReportingOverflow(first.presentationTicks - first.decodeTicks)
        tail.end = overflow || late ? nil : presented
        if (try? context.seek(stream: index, to: last.ticks, keyUnitsOnly: false)) != nil,
            (try? context.read(into: &packet)) != nil,
            packet.stream == index, let landed = packet.decodeTicks
        {
            tail.seekBias = max(0, last.ticks - landed)
            if let next = context.indexTicks(stream: index, after: landed) { tail.seekBiasMargin = next - landed - 1 }
        }
        return tail
    }

    /// What the sum of all durations leaves for the last unit, or what the one before it had.
    private func lastDuration(
        of stream: StreamDescription, _ first: FirstUnits, _ last: IndexEntry, _ previous: IndexEntry?
    ) -> Int64 {
        let step = previous.map { max(0, last.ticks - $0.ticks) } ?? 0
        guard !fragmentsMayFollow, let total = stream.durationTicks else { return step }
        let (span, overflow) = last.ticks.subtractingReportingOverflow(first.decodeTicks)
        guard !overflow, span >= 0, total > span else { return step }
        return total - span
    }
}
