internal import MediaCore

/// Video whose container stores decode times only, or stamps on some units, or none: the rest follows from the order in
/// which the pictures come out.
///
/// Pictures pass a decoder's reorder buffer of constant depth: when a unit arrives and the buffer overflows, the least
/// picture comes out, and that unit's decode time is its presentation time. With a depth of 1 this is the rule for
/// MPEG-4 Part 2: a picture that is no B is presented when the next one that is no B is decoded, a B at once.
struct PictureTimes: Sendable {
    private struct Held {
        var unit: StoredUnit
        var picture: Picture?
        /// Stored, or nil until the unit arrives.
        var decode: MediaTime?
        var presentation: MediaTime?
        var duration = MediaTime.zero
    }

    /// In the reorder buffer.
    private struct Waiting {
        var rank: PictureRank
        var fields: Int
        var shownFields: Int
        /// Units pushed before it in this sequence.
        var unit: Int
    }

    private let timeBase: TimeBase
    private let stamps: TimestampRules.Stamps
    private var pictures: PictureReader
    private var order: DecodeOrder
    /// Frames in the reorder buffer; nil until it is known.
    private(set) var depth: Int?
    private let containerFrame: TimeBase?

    private var held: [Held] = []
    /// Units that have left `held` in this sequence.
    private var departed = 0
    /// Units of `held` that have arrived in the reorder buffer.
    private var arrived = 0
    private var waiting: [Waiting] = []
    private var lastOut: PictureRank?
    /// The least distance of two pictures that came out one after the other.
    private var orderStep: Int64?
    /// Where a unit without a stamp goes: a number of fields after the last time that was stored.
    private var gridStart = MediaTime.zero
    private var gridFields: Int64 = 0

    init(codec: CodecDescription, timeBase: TimeBase, rules: TimestampRules) {
        self.timeBase = timeBase
        stamps = rules.stamps
        pictures = PictureReader(codec)
        order = DecodeOrder(timeBase: timeBase)
        containerFrame = rules.frameDuration
        depth = rules.reorderDepth.map { Self.bounded($0) }
        held.reserveCapacity(TimestampReconstructor.maximumLookAhead)
    }

    /// Of a look-ahead of 16 units, one is the picture that waits.
    private static func bounded(_ depth: Int) -> Int { min(max(depth, 0), TimestampReconstructor.maximumLookAhead - 1) }

    /// Seconds per frame where no stamps tell.
    private var frame: TimeBase {
        let unknown = TimeBase(1, 25)
        guard stamps == .decode else { return pictures.frameDuration ?? containerFrame ?? unknown }
        // A tick of an AVI is a frame; one of Matroska's is not.
        let countsFrames = MediaTime(ticks: 1, timeBase: timeBase) > .milliseconds(2)
        return containerFrame ?? (countsFrames ? timeBase : pictures.frameDuration ?? unknown)
    }

    mutating func push(_ unit: StoredUnit, bytes: RawSpan) {
        let picture = pictures.picture(in: bytes)
        held.append(
            Held(
                unit: unit, picture: picture,
                decode: (unit.decodeTicks ?? unit.presentationTicks).map { MediaTime(ticks: $0, timeBase: timeBase) },
                presentation: unit.presentationTicks.map { MediaTime(ticks: $0, timeBase: timeBase) }))
        if depth == nil { depth = pictures.reorderDepth.map { Self.bounded($0) } }
        // The stamps tell; what has none is rare.
        if depth == nil, stamps == .sparse { depth = 1 }
        if depth == nil, held.count == TimestampReconstructor.maximumLookAhead { depth = observedDepth }
        if depth != nil { arrive() }
        if held.count >= TimestampReconstructor.maximumLookAhead { release() }
    }

    mutating func next() -> TimedUnit? {
        guard arrived > 0, let first = held.first, let decode = first.decode, let presentation = first.presentation
        else { return nil }
        held.removeFirst()
        departed += 1
        arrived -= 1
        let times = order.admit(decode: decode, presentation: presentation)
        return TimedUnit(
            decodeTime: times.decode, presentationTime: times.presentation, duration: first.duration,
            isRandomAccessPoint: first.unit.isKey, isDiscardable: first.unit.isDiscardable)
    }

    mutating func finish() {
        if depth == nil { depth = observedDepth }
        arrive()
        while !waiting.isEmpty { gridFields += output(at: grid) }
    }

    mutating func reset(to start: MediaTime) {
        pictures.reset()
        order.reset()
        held.removeAll(keepingCapacity: true)
        waiting.removeAll(keepingCapacity: true)
        (departed, arrived, gridStart, gridFields, lastOut) = (0, 0, start, 0, nil)
    }

    private var grid: MediaTime { gridStart + frame.halves(gridFields) }

    /// The most pictures that precede one of those held in decoding order and follow it in output order.
    private var observedDepth: Int {
        var deepest = 0
        for (index, later) in held.enumerated() {
            guard let rank = later.picture?.rank else { continue }
            let ahead = held[..<index].reduce(0) { count, earlier in
                earlier.picture.map { $0.rank > rank ? count + $0.codedFields : count } ?? count
            }
            deepest = max(deepest, ahead)
        }
        return Self.bounded((deepest + 1) / 2)
    }

    /// All that is held and has not arrived yet enters the reorder buffer.
    private mutating func arrive() {
        while arrived < held.count {
            let index = arrived
            arrived += 1
            if let stored = held[index].decode {
                (gridStart, gridFields) = (stored, 0)
            } else {
                held[index].decode = grid
            }
            let decode = held[index].decode ?? grid
            held[index].duration = duration(of: held[index])
            guard let picture = held[index].picture else {
                held[index].presentation = held[index].presentation ?? decode
                gridFields += 2
                continue
            }
            insert(picture, unit: departed + index)
            let before = gridFields
            var shown: Int64 = 0
            while waiting.reduce(0, { $0 + $1.fields }) > 2 * (depth ?? 0) {
                shown += output(at: decode + frame.halves(shown))
            }
            gridFields = before + (shown > 0 ? shown : Int64(picture.codedFields))
        }
    }

    private mutating func insert(_ picture: Picture, unit: Int) {
        if let lastOut, picture.rank < lastOut, let depth, depth < Self.bounded(.max) {
            // The stream reorders more deeply than was known: from here on, presentation is delayed by one frame more.
            self.depth = depth + 1
        }
        let place = waiting.firstIndex { $0.rank > picture.rank } ?? waiting.count
        waiting.insert(
            Waiting(
                rank: picture.rank, fields: picture.codedFields, shownFields: picture.shownFields, unit: unit),
            at: place)
    }

    /// The least picture comes out. Returns the fields for which it is shown.
    @discardableResult
    private mutating func output(at time: MediaTime) -> Int64 {
        let least = waiting.removeFirst()
        if let lastOut, lastOut.sequence == least.rank.sequence, least.rank.order > lastOut.order {
            let distance = least.rank.order - lastOut.order
            orderStep = min(orderStep ?? distance, distance)
        }
        lastOut = lastOut.map { max($0, least.rank) } ?? least.rank
        let index = least.unit - departed
        if index >= 0, held[index].presentation == nil { held[index].presentation = time }
        return Int64(least.shownFields)
    }

    /// The look-ahead is full: the first unit leaves, and where it will come out is reckoned from its distance to the
    /// last picture that did.
    private mutating func release() {
        guard arrived > 0, held[0].presentation == nil, let decode = held[held.count - 1].decode,
            let place = waiting.firstIndex(where: { $0.unit == departed })
        else { return }
        var frames = Int64(place + 1)
        if let lastOut, let orderStep, waiting[place].rank.sequence == lastOut.sequence {
            let distance = (waiting[place].rank.order - lastOut.order) / orderStep
            if distance > frames, distance <= 64 { frames = distance }
        }
        held[0].presentation = decode + frame.halves(2 * frames)
    }

    private func duration(of unit: Held) -> MediaTime {
        if unit.unit.durationTicks > 0 { return MediaTime(ticks: unit.unit.durationTicks, timeBase: timeBase) }
        return frame.halves(Int64(unit.picture?.shownFields ?? 2))
    }
}
