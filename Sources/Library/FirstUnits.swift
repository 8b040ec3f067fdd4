internal import LibAV
internal import MediaCore
internal import Timestamps

/// What the first units of a stream show. Times are the file's own.
struct FirstUnits {
    let timeBase: TimeBase
    /// The first unit, as the container stores it.
    let bytes: [UInt8]
    let decode: MediaTime
    /// The least of the track.
    let presentation: MediaTime
    let isReframed: Bool
    /// What is known about the stamps by now.
    var rules: TimestampRules
    /// Stamps of the first unit.
    let decodeTicks: Int64?
    let presentationTicks: Int64?
    /// Of the first unit, bytes from the start of the file; negative if unknown.
    let filePosition: Int64
}

/// Reads on until every stream has shown enough of its first units, or the file's beginning is over.
struct FirstUnitsReader: ~Copyable {
    private let container: Container
    private let limits: LibraryLimits
    private var streams: [ExaminedStream] = []
    private(set) var omitted: [Int: String] = [:]
    private var packet = Packet()
    /// By programme.
    private var timelines: [Int?: FileTimeline] = [:]

    init(_ candidates: [StreamDescription], _ container: Container, _ limits: LibraryLimits) {
        self.container = container
        self.limits = limits
        for stream in candidates {
            if let timeBase = stream.timeBase {
                streams.append(ExaminedStream(stream, timeBase, container))
            } else {
                omitted[stream.index] = "no time base"
            }
        }
    }

    /// By the streams' indices in their descriptions.
    var found: [Int: FirstUnits] {
        var found: [Int: FirstUnits] = [:]
        for examined in streams where omitted[examined.stream.index] == nil {
            found[examined.stream.index] = examined.found ?? substitute(for: examined)
        }
        return found
    }

    /// Of a sparse stream whose first unit has not come: it has been there from the start, as those that come with it.
    private func substitute(for examined: ExaminedStream) -> FirstUnits? {
        let programme = streams.filter { $0.stream.programme == examined.stream.programme }.compactMap(\.found)
        guard examined.isSparse, let start = programme.map(\.presentation).min() else { return nil }
        return examined.substitute(from: start)
    }

    mutating func read(_ context: inout InputContext) {
        var selected = (streams: 0, done: 0)
        var failures = 0
        var bytes = 0
        // Since all but the sparse streams are known.
        var search = 0
        var isAtEnd = false
        while !streams.allSatisfy(\.isDone), bytes < limits.maximumBeginning, search < limits.maximumCueSearch,
            failures < LibraryLimits.maximumConsecutiveFailures
        {
            let now = (streams: context.streamCount, done: streams.count(where: \.isDone))
            if selected != now {
                selected = now
                select(&context)
            }
            do throws(AVFailure) {
                try context.read(into: &packet)
                bytes += packet.size
                if streams.allSatisfy({ $0.isDone || $0.isSparse }) { search += packet.size }
                if try !take(context) { failures += 1 }
            } catch {
                failures += 1
                let isOver = failures > LibraryLimits.reorderDepth || streams.contains { $0.units > 0 }
                if error.isEndOfFile, isOver {
                    isAtEnd = true
                    break
                }
                if error.isEndOfFile || error.isInvalidData { continue }
                for examined in streams where examined.units == 0 { omitted[examined.stream.index] = "\(error)" }
                break
            }
        }
        for examined in streams { examined.finish() }
        for examined in streams where examined.found == nil && omitted[examined.stream.index] == nil {
            if isAtEnd || substitute(for: examined) == nil { omitted[examined.stream.index] = "no samples" }
        }
    }

    /// Streams whose first units are known are not read on, but where indices depend on what is read.
    private func select(_ context: inout InputContext) {
        guard container.traits.streamsAppear else {
            // What is passed over does not count: a cue that is far would be looked for in the whole file.
            let waitsForCue = streams.contains { !$0.isDone && $0.isSparse }
            // An index that another look at the file found may not be here.
            return context.select(
                streams.filter { (waitsForCue || !$0.isDone) && $0.index < context.streamCount }.map(\.index))
        }
        for index in 0..<context.streamCount {
            let found = context.stream(index)
            streams.first { found.isSame($0.stream.id, $0.stream.codec.kind) }?.index = index
        }
        context.select(streams.map(\.index).filter { $0 < context.streamCount })
    }

    /// Looks at the packet. False if it is of no use.
    private mutating func take(_ context: borrowing InputContext) throws(AVFailure) -> Bool {
        let stream = packet.stream
        guard let examined = streams.first(where: { $0.index == stream }), !examined.isDone else { return true }
        if packet.isEncrypted {
            omitted[examined.stream.index] = "encrypted"
            examined.isDone = true
            return true
        }
        guard packet.size > 0 || examined.stream.codec.codec.hasEmptyUnits,
            !packet.isCorrupt || container.traits.marksGaps
        else { return false }
        try examined.take(
            &packet, context, &timelines[examined.stream.programme, default: FileTimeline()])
        return true
    }
}

/// A stream whose first units are looked at.
private final class ExaminedStream {
    let stream: StreamDescription
    private let timeBase: TimeBase
    private let isPacked: Bool
    /// Units that must be seen at least.
    private let minimumUnits: Int
    private var unpacker: BitstreamFilter?
    private var reconstructor: TimestampReconstructor
    /// The stream's index in the open file.
    var index: Int
    private var bytes: [UInt8]?
    private var stamps: (decode: Int64?, presentation: Int64?) = (nil, nil)
    private var filePosition: Int64 = -1
    private var decode: MediaTime?
    private var presentation: MediaTime?
    private var isReframed = false
    private(set) var units = 0
    var isDone = false

    init(_ stream: StreamDescription, _ timeBase: TimeBase, _ container: Container) {
        self.stream = stream
        self.timeBase = timeBase
        isPacked = container.mayPack(stream)
        let isRounded = container.traits.stamps == .roundedPresentation
        minimumUnits = isRounded && stream.codec.codec == .vorbis ? LibraryLimits.roundedStamps : 0
        index = stream.index
        reconstructor = TimestampReconstructor(
            codec: stream.codec, timeBase: timeBase, rules: container.timestampRules(for: stream))
    }

    /// Units come when there is something to say.
    var isSparse: Bool { stream.codec.kind == .subtitle || stream.codec.kind == .data }

    /// What stands for first units that have not been seen.
    func substitute(from start: MediaTime) -> FirstUnits {
        FirstUnits(
            timeBase: timeBase, bytes: [], decode: start, presentation: start, isReframed: false,
            rules: reconstructor.rules, decodeTicks: nil, presentationTicks: nil, filePosition: -1)
    }

    var found: FirstUnits? {
        guard let bytes, let decode, let presentation else { return nil }
        return FirstUnits(
            timeBase: timeBase, bytes: bytes, decode: decode, presentation: presentation, isReframed: isReframed,
            rules: reconstructor.rules, decodeTicks: stamps.decode, presentationTicks: stamps.presentation,
            filePosition: filePosition)
    }

    func take(
        _ packet: inout Packet, _ context: borrowing InputContext, _ timeline: inout FileTimeline
    ) throws(AVFailure) {
        guard isPacked else { return push(packet, context, &timeline) }
        if unpacker == nil { unpacker = try BitstreamFilter(.unpackBidirectional, for: index, of: context) }
        try unpacker?.send(&packet)
        while try unpacker?.receive(into: &packet) == true { push(packet, context, &timeline) }
    }

    private func push(
        _ packet: borrowing Packet, _ context: borrowing InputContext, _ timeline: inout FileTimeline
    ) {
        // Metadata that lies before all that has a time.
        if stream.codec.kind == .data, packet.decodeTicks == nil, packet.presentationTicks == nil, timeline.isEmpty {
            return
        }
        if bytes == nil {
            bytes = packet.withBytes { $0.withUnsafeBytes { Array($0) } }
            stamps = (packet.decodeTicks, packet.presentationTicks)
            filePosition = packet.filePosition
            isReframed = context.isReframed(stream: index)
        }
        let unit = StoredUnit(
            decodeTicks: packet.decodeTicks, presentationTicks: packet.presentationTicks,
            durationTicks: packet.durationTicks, isKey: packet.isKey, isDiscardable: packet.isDisposable)
        packet.withBytes { reconstructor.push(unit, bytes: $0, timeline: &timeline) }
        drain()
    }

    func finish() {
        reconstructor.finish()
        drain()
    }

    /// A unit whose decode time is not before the least presentation time so far ends the search: no later one is
    /// presented before it.
    private func drain() {
        while let timed = reconstructor.next() {
            guard !isDone else { continue }
            units += 1
            if units > minimumUnits, let presentation, timed.decodeTime >= presentation {
                isDone = true
                continue
            }
            decode = decode ?? timed.decodeTime
            presentation = min(presentation ?? timed.presentationTime, timed.presentationTime)
            // The next cue may be far.
            if isSparse || units >= max(minimumUnits, LibraryLimits.reorderDepth) { isDone = true }
        }
    }
}

extension Container {
    /// Whether one packet of `stream` may hold two pictures.
    func mayPack(_ stream: StreamDescription) -> Bool { self == .avi && stream.codec.codec == .mpeg4Visual }
}
