package import DequeModule
package import MediaCore
import RTPPayload

/// The sluice gate: what a viewer's cursor has brought and the kernel has not yet taken, and whether it may read more.
///
/// Reads are never tied to sends. `demand()` alone starts one, and only when a track is short of time while the whole is below its limits
/// in bytes and packets, with no other read under way; so what is unsent never exceeds the limits plus one batch, however the file is
/// interleaved. If that lets a track starve, each track gets a cursor of its own, with limits of its own (`DemandSplit.swift`). A train passes through three stages: *waiting* (in its track's line), *departed* (stamped and handed to the transport),
/// *accepted* (in the kernel; gone from here). Waiting and departed packets are both unsent.
///
/// A core: no clock, no I/O. Owned by the viewer's event loop.
package struct DemandQueue {
    package let limits: DemandLimits
    /// One line per track.
    package internal(set) var lines: [Line]
    /// One for all lines, or, split, one for each.
    var feeds: [Feed]
    /// Tells feeds from those before them.
    var lastFeedID = 0
    /// Incremented by each seek and teardown; a batch of an older generation is dropped.
    package private(set) var generation: UInt64 = 0
    package var counters = DeliveryCounters()

    /// Where this generation ends.
    private var end: MediaTime?

    /// A read is under way.
    package var isReading: Bool { feeds.contains(where: \.isReading) }
    /// Nothing more comes in this generation.
    package var isExhausted: Bool { feeds.allSatisfy(\.isExhausted) }
    package var unsentPackets: Int { lines.indices.reduce(0) { $0 + lines.span[$1].unsentPackets } }
    package var unsentBytes: Int { lines.indices.reduce(0) { $0 + lines.span[$1].unsentBytes } }

    /// One cursor's reading.
    struct Feed {
        let id: Int
        /// Indices of `lines`.
        let lines: Range<Int>
        var isReading = false
        /// The cursor has nothing more to bring in this generation.
        var isExhausted = false
        /// Where the next read goes first; nil once that read was asked for.
        var seek: MediaTime?
        var isStarving = false
    }

    /// A train and the buffer that holds it.
    package struct Waiting {
        package let train: PacketTrain
        package let buffer: WireBuffer
        /// Packets of the train that have departed already.
        package internal(set) var departedPackets: Int32 = 0
        /// The line's packet count up to and including this train: differences give the packets between two trains.
        package let packetsThrough: Int64
        /// Left over from before a seek, half sent: to be finished at once.
        package internal(set) var isLeftover = false

        /// Packets that have not departed.
        package var packetsLeft: Int32 { train.packets - departedPackets }
    }

    /// The trains of one track.
    package struct Line {
        package let track: Int
        package internal(set) var waiting: Deque<Waiting> = []
        /// No unit that waits has more packets.
        package internal(set) var largestUnit: Int32 = 0
        package internal(set) var unsentPackets = 0
        package internal(set) var unsentBytes = 0
        /// Packets ever put in this line, and departed from it.
        package internal(set) var packetsQueued: Int64 = 0
        package internal(set) var packetsDeparted: Int64 = 0
        /// No unit of this track will follow.
        package internal(set) var isEnded = false
        /// Its units come now and then (text, metadata): that it has none says nothing, as long as others are read.
        package internal(set) var isSparse = false
        /// Its units of this lap are through, and the others' are not: see `Batch.restingTracks`.
        package internal(set) var isResting = false
        /// Decode times of the units with a packet that is not accepted, oldest first.
        var unsentUnits: Deque<MediaTime> = []
        /// How many of them, from the first on, are of an older generation: their times say nothing beside the others'.
        var staleUnits = 0
        /// Handed to the transport, oldest first.
        var departed: Deque<Departed> = []
        /// Decode time + duration of the newest unit of this generation, and of the newest that began to depart.
        package internal(set) var queuedUntil: MediaTime?
        package internal(set) var departedUntil: MediaTime?

        /// Decode time from the oldest unit not wholly accepted to the end of the newest, both of this generation.
        package var unsentTime: MediaTime {
            guard let queuedUntil, unsentUnits.count > staleUnits else { return .zero }
            return queuedUntil - unsentUnits[unsentUnits.startIndex + staleUnits]
        }

        /// What a viewer asks of its line's first train at each wake: without the buffer, so that nothing is retained.
        struct Head {
            let decodeTime: MediaTime
            let departedPackets: Int32
            let isLeftover: Bool
        }

        var head: Head? {
            guard !waiting.isEmpty else { return nil }
            let first = waiting.startIndex
            return Head(
                decodeTime: waiting[first].train.unit.decodeTime, departedPackets: waiting[first].departedPackets,
                isLeftover: waiting[first].isLeftover)
        }

        /// That it has nothing says nothing, as long as others are read.
        var mayLack: Bool { isSparse || isResting }

        /// Nothing more comes, and the kernel has all of it.
        var isDelivered: Bool { isEnded && waiting.isEmpty && departed.isEmpty }

        /// The oldest train of this generation that is still whole or in part here.
        package var firstOfGeneration: PacketTrain? { waiting.first { !$0.isLeftover }?.train }

        mutating func unitAccepted() {
            unsentUnits.removeFirst()
            if staleUnits > 0 { staleUnits -= 1 }
        }
    }

    struct Departed {
        var packets: Int
        let bytesPerPacket: Int
        let lastPacketBytes: Int
        /// Keeps the bytes alive until the kernel has them.
        let buffer: WireBuffer
        /// With its last packet the unit is accepted.
        var endsUnit: Bool
    }

    /// - Parameter tracks: positions in the title of the tracks that the cursor feeds.
    /// - Parameter sparse: those of them whose units come now and then.
    package init(tracks: [Int], sparse: Set<Int> = [], limits: DemandLimits) {
        self.limits = limits
        self.lines = tracks.map { track in
            var line = Line(track: track)
            line.isSparse = sparse.contains(track)
            return line
        }
        self.feeds = [Feed(id: 0, lines: 0..<tracks.count)]
    }

    package var isEmpty: Bool { unsentPackets == 0 }

    // MARK: Demand

    /// What a read must be told; the caller adds the buffer.
    package struct Demand: Equatable {
        package var generation: UInt64
        package var seek: MediaTime?
        package var end: MediaTime?
        /// Whose cursor is to read: 0 for the whole, the line's index if split.
        package var cursor = 0
        /// Tells it from cursors before it.
        package var feed = 0
    }

    /// The one cause of reads. When it returns a demand, a read counts as under way until `receive`.
    package mutating func demand() -> Demand? {
        for index in feeds.indices where !feeds[index].isReading && !feeds[index].isExhausted {
            let lowTime = limits.lowTime
            let leads = leads(feeds[index])
            let isShort = feeds[index].lines.contains {
                !lines.span[$0].isEnded && lines.span[$0].unsentTime < lowTime && !(leads && lines.span[$0].mayLack)
            }
            let isFull = isFull(feeds[index])
            noteStarvation(feed: index, isShort: isShort, isFull: isFull)
            guard isShort, !isFull else { continue }
            feeds[index].isReading = true
            counters.reads += 1
            defer { feeds[index].seek = nil }
            return Demand(
                generation: generation, seek: feeds[index].seek, end: end, cursor: index, feed: feeds[index].id)
        }
        return nil
    }

    /// Whether a track whose units come all the time leads the others.
    private func leads(_ feed: Feed) -> Bool {
        feed.lines.contains { !lines.span[$0].mayLack && !lines.span[$0].isEnded }
    }

    /// A track that is short could still be given more.
    package var mayReadMore: Bool { feeds.contains { !$0.isExhausted && !isFull($0) } }

    func isFull(_ feed: Feed) -> Bool {
        var (bytes, packets) = (0, 0)
        for line in feed.lines {
            bytes += lines.span[line].unsentBytes
            packets += lines.span[line].unsentPackets
        }
        return bytes >= limits.lowBytes || packets >= limits.lowPackets
    }

    /// Starvation is the interleaving's doing: one track is short while the cursor is full of another that is not. A title whose every
    /// track is short at the limits just has a high bit rate.
    private mutating func noteStarvation(feed: Int, isShort: Bool, isFull: Bool) {
        let starves = isShort && isFull && lines[feeds[feed].lines].contains { $0.unsentTime >= limits.lowTime }
        if starves && !feeds[feed].isStarving { counters.starvations += 1 }
        feeds[feed].isStarving = starves
    }

    /// The batch of the read that answers a demand of this generation and feed. False if it belongs to a cancelled read and was dropped.
    package mutating func receive(_ batch: Batch, generation: UInt64, feed id: Int = 0, pool: BufferPool?) -> Bool {
        counters.unitsSkipped += batch.skippedUnits
        let buffer = WireBuffer(batch, pool: pool)
        guard let feed = feeds.firstIndex(where: { $0.id == id }) else {
            counters.batchesDropped += 1
            return false
        }
        feeds[feed].isReading = false
        guard generation == self.generation else {
            counters.batchesDropped += 1
            return false
        }
        let fed = feeds[feed].lines
        for train in batch.trains {
            guard let index = fed.first(where: { lines[$0].track == train.unit.track }) else { continue }
            enqueue(train, in: buffer, line: index)
        }
        noteEnds(batch, feed: feed)
        return true
    }

    private mutating func enqueue(_ train: PacketTrain, in buffer: WireBuffer, line index: Int) {
        lines[index].isResting = false
        lines[index].packetsQueued += Int64(train.packets)
        lines[index].largestUnit = max(lines[index].waiting.isEmpty ? 0 : lines[index].largestUnit, train.packets)
        lines[index].waiting.append(
            Waiting(train: train, buffer: buffer, packetsThrough: lines[index].packetsQueued))
        lines[index].queuedUntil = train.unit.decodeTime + train.unit.duration
        lines[index].unsentUnits.append(train.unit.decodeTime)
        lines[index].unsentPackets += Int(train.packets)
        lines[index].unsentBytes += Int(train.bytes)
        counters.unsentPacketsMaximum = max(counters.unsentPacketsMaximum, unsentPackets)
        counters.unsentBytesMaximum = max(counters.unsentBytesMaximum, unsentBytes)
        counters.unsentTimeMaximum = max(counters.unsentTimeMaximum, lines[index].unsentTime)
    }

    // MARK: Departure

    /// Takes up to `limit` packets, all of one run, from the front of a line. Nil if the line is empty.
    /// - Parameters:
    ///   - line: an index of `lines`.
    ///   - prefix: bytes before each packet, as the cursor's layout says.
    ///   - maximumBytes: what all packets together may have, prefixes excluded; a single packet may have more.
    package mutating func depart(line index: Int, limit: Int, prefix: Int, maximumBytes: Int = .max) -> Departure? {
        guard limit > 0, let head = lines[index].waiting.first else { return nil }
        var skip = Int(head.departedPackets)
        var run = head.buffer.runs[Int(head.train.runs.lowerBound)]
        for candidate in head.train.runs {
            run = head.buffer.runs[Int(candidate)]
            if skip < Int(run.count) { break }
            skip -= Int(run.count)
        }
        let packets = min(limit, Int(run.count) - skip, max(1, maximumBytes / Int(run.packetSize)))
        let endsRun = skip + packets == Int(run.count)
        let departure = Departure(
            line: index, buffer: head.buffer, unit: head.train.unit,
            offset: Int(run.offset) + skip * (prefix + Int(run.packetSize)), packets: packets,
            packetSize: packets == 1 && endsRun ? Int(run.lastPacketSize) : Int(run.packetSize),
            lastPacketSize: endsRun ? Int(run.lastPacketSize) : Int(run.packetSize),
            packetsBefore: Int(head.departedPackets), packetsAfter: Int(head.packetsLeft) - packets)
        lines[index].packetsDeparted += Int64(packets)
        if !head.isLeftover { lines[index].departedUntil = head.train.unit.decodeTime + head.train.unit.duration }
        let endsUnit = head.departedPackets + Int32(packets) == head.train.packets
        if endsUnit {
            lines[index].waiting.removeFirst()
        } else {
            lines[index].waiting[0].departedPackets += Int32(packets)
        }
        lines[index].departed.append(
            Departed(
                packets: packets, bytesPerPacket: departure.packetSize, lastPacketBytes: departure.lastPacketSize,
                buffer: departure.buffer, endsUnit: endsUnit))
        return departure
    }

    /// The line's oldest `packets` departed packets are in the kernel (or, if `refused`, thrown away by it).
    package mutating func accept(line index: Int, packets: Int, refused: Bool = false) {
        var left = packets
        while left > 0, var oldest = lines[index].departed.first {
            let taken = min(left, oldest.packets)
            left -= taken
            oldest.packets -= taken
            let isWhole = oldest.packets == 0
            let bytes = (taken - 1) * oldest.bytesPerPacket + (isWhole ? oldest.lastPacketBytes : oldest.bytesPerPacket)
            lines[index].unsentPackets -= taken
            lines[index].unsentBytes -= bytes
            if refused {
                counters.sendErrors += taken
            } else {
                counters.packetsSent += taken
                counters.bytesSent += bytes
            }
            if isWhole {
                lines[index].departed.removeFirst()
                if oldest.endsUnit { lines[index].unitAccepted() }
            } else {
                lines[index].departed[lines[index].departed.startIndex] = oldest
            }
        }
        precondition(left == 0, "more packets accepted than departed")
    }

    // MARK: Seek and teardown

    /// Throws away what waits and cancels the read under way (its batch will be dropped); the next demand reads from `position`.
    ///
    /// A unit of which packets have departed already stays and is finished first: no receiver is left with half a unit.
    /// - Parameters:
    ///   - position: NPT to seek to, with one cursor for all tracks again; nil to read on from where the cursors are.
    ///   - end: NPT at which the new generation ends.
    package mutating func restart(at position: MediaTime?, end: MediaTime?) {
        generation += 1
        self.end = end
        if position != nil { join() }
        for index in feeds.indices {
            feeds[index].seek = position
            feeds[index].isExhausted = false
            feeds[index].isStarving = false
        }
        for index in lines.indices {
            lines[index].isEnded = false
            lines[index].isResting = false
            lines[index].queuedUntil = nil
            lines[index].departedUntil = nil
            discardWaiting(line: index)
            lines[index].staleUnits = lines[index].unsentUnits.count
        }
    }

    /// Throws everything away that has not departed, half-sent units too. Nothing is read any more.
    package mutating func close() {
        restart(at: nil, end: nil)
        for index in feeds.indices { feeds[index].isExhausted = true }
        for index in lines.indices {
            lines[index].isEnded = true
            abandonHead(line: index)
        }
    }

    /// Throws away what has not departed of a half-sent unit: its stream is no more, and the one that takes its place begins with a whole
    /// unit, perhaps in another layout.
    package mutating func abandonHead(line index: Int) {
        guard let head = lines[index].waiting.first, head.departedPackets > 0 else { return }
        let left = Int(head.packetsLeft)
        lines[index].unsentPackets -= left
        lines[index].unsentBytes -= bytesLeft(of: head)
        counters.packetsDiscarded += left
        lines[index].waiting.removeFirst()
        // For the line's count they have departed: `packetsThrough` of the trains behind stays true.
        lines[index].packetsDeparted += Int64(left)
        if let last = lines[index].departed.indices.last {
            lines[index].departed[last].endsUnit = true
        } else {
            lines[index].unitAccepted()
        }
    }

    private func bytesLeft(of waiting: Waiting) -> Int {
        var skip = waiting.departedPackets
        var bytes = 0
        for index in waiting.train.runs {
            let run = waiting.buffer.runs[Int(index)]
            let left = max(0, run.count - skip)
            skip = max(0, skip - run.count)
            if left > 0 { bytes += Int((left - 1) * run.packetSize + run.lastPacketSize) }
        }
        return bytes
    }

    private mutating func discardWaiting(line index: Int) {
        var kept: Deque<Waiting> = []
        for var waiting in lines[index].waiting {
            if waiting.departedPackets > 0 {
                waiting.isLeftover = true
                kept.append(waiting)
                continue
            }
            lines[index].unsentPackets -= Int(waiting.train.packets)
            lines[index].unsentBytes -= Int(waiting.train.bytes)
            counters.packetsDiscarded += Int(waiting.train.packets)
            lines[index].unsentUnits.removeLast()
        }
        lines[index].waiting = kept
        lines[index].packetsQueued = kept.last?.packetsThrough ?? lines[index].packetsDeparted
    }
}
