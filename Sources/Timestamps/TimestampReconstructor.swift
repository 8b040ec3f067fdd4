package import MediaCore

/// Gives the units of one track decode and presentation times, whatever the container stores of them.
///
/// Units go in by `push` in the order of the file (decode order) and come out by `next` in the same order, at most
/// `maximumLookAhead` later; the caller keeps the bytes meanwhile. Decode times increase strictly, and no presentation
/// time is before its decode time. Times after a `reset` are those that the same units get when the file is read from
/// its start, as far as the stamps tell.
package struct TimestampReconstructor: Sendable {
    /// Units that are held at most.
    package static let maximumLookAhead = 16

    /// As given, and what has been learned about the track since: to be handed to other reconstructors of the track.
    package private(set) var rules: TimestampRules

    private let isData: Bool
    private let timeBase: TimeBase
    private let keys: KeyPictures
    private var continuity: StampContinuity
    // One of these.
    private var stored: StoredTimes?
    private var pictures: PictureTimes?
    private var sorted: SortedTimes?
    private var samples: SampleTimes?

    /// - Parameters:
    ///   - timeBase: ticks of the container's stamps.
    ///   - rules: what they are worth.
    package init(codec: CodecDescription, timeBase: TimeBase, rules: TimestampRules) {
        self.rules = rules
        self.timeBase = timeBase
        isData = codec.kind == .data
        keys = KeyPictures(codec)
        continuity = StampContinuity(timeBase: timeBase, wrapBits: rules.wrapBits, first: rules.firstTicks)
        switch (codec.kind, rules.stamps) {
        case (.audio, _) where rules.countsSamples:
            samples = SampleTimes(codec: codec, timeBase: timeBase, rules: rules)
        case (.video, .presentation):
            sorted = SortedTimes(codec: codec, timeBase: timeBase, rules: rules)
        case (.video, .decode), (.video, .sparse), (.video, .none):
            pictures = PictureTimes(codec: codec, timeBase: timeBase, rules: rules)
        default:
            stored = StoredTimes(isVideo: codec.kind == .video, timeBase: timeBase, rules: rules)
        }
    }

    /// Takes the next unit of the track in file order. `next` is asked until it answers nil before the next push.
    /// - Parameters:
    ///   - bytes: as the container stores them. MPEG-4 Part 2: packed B-frames are unpacked.
    ///   - timeline: shared by the tracks of one cursor, for files whose stamps jump back.
    package mutating func push(_ unit: StoredUnit, bytes: RawSpan, timeline: inout FileTimeline) {
        rules.firstTicks = rules.firstTicks ?? unit.decodeTicks ?? unit.presentationTicks
        push(continued: placed(continuity.continued(unit, &timeline), timeline), bytes)
    }

    /// Metadata without a time of its own belongs to what is decoded where it lies in the file.
    private func placed(_ unit: StoredUnit, _ timeline: FileTimeline) -> StoredUnit {
        guard isData, unit.decodeTicks == nil, unit.presentationTicks == nil, let now = timeline.end else {
            return unit
        }
        var unit = unit
        let divisor = Int128(timeBase.numerator) * 1_000_000_000
        unit.decodeTicks = Int64(clamping: Int128(now.nanoseconds) * Int128(timeBase.denominator) / divisor)
        return unit
    }

    /// The same for a track that is alone.
    package mutating func push(_ unit: StoredUnit, bytes: RawSpan) {
        var alone = FileTimeline()
        push(unit, bytes: bytes, timeline: &alone)
    }

    private mutating func push(continued unit: StoredUnit, _ bytes: RawSpan) {
        var unit = unit
        if unit.isKey, keys.canBegin(with: bytes) == false { unit.isKey = false }
        if !unit.isDiscardable { unit.isDiscardable = keys.isUnreferenced(bytes) }
        if keys.areAll { unit.isKey = true }
        if stored != nil {
            stored?.push(unit)
            rules.decodeShift = stored?.decodeShift ?? 0
        } else if samples != nil {
            samples?.push(unit, bytes: bytes)
            rules.stampBias = samples?.bias ?? rules.stampBias
        } else if pictures != nil {
            pictures?.push(unit, bytes: bytes)
            rules.reorderDepth = pictures?.depth
        } else {
            sorted?.push(unit, bytes: bytes, isHidden: keys.isHidden(bytes))
            rules.reorderDepth = sorted?.depth
            rules.frameDuration = sorted?.frame
        }
    }

    /// The next unit in the order of `push`; nil if units that follow have to be seen first.
    package mutating func next() -> TimedUnit? {
        if stored != nil { return stored?.next() }
        if samples != nil { return samples?.next() }
        if pictures != nil { return pictures?.next() }
        return sorted?.next()
    }

    /// The track has ended: all that is held becomes ready.
    package mutating func finish() {
        pictures?.finish()
        sorted?.finish()
        rules.reorderDepth = pictures?.depth ?? sorted?.depth ?? rules.reorderDepth
        rules.frameDuration = sorted?.frame ?? rules.frameDuration
    }

    /// A seek: what is held is dropped, a new sequence begins.
    /// - Parameter start: decode time of its first unit, used if the container does not stamp it.
    package mutating func reset(to start: MediaTime = .zero) {
        continuity.reset(first: rules.firstTicks)
        stored?.reset(to: start)
        samples?.reset(to: start)
        pictures?.reset(to: start)
        sorted?.reset(to: start)
    }
}
