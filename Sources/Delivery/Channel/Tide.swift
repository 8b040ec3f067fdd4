import DequeModule
import MediaCore
import NIOCore
import RTP

/// What a channel has sent of late, as one loop sees it: the window behind the head in which viewers have their places.
///
/// Its bounds are those of the channel, whoever watches: runs older than the window go, and the oldest while there are too many bytes.
struct Tide {
    let limits: ChannelLimits
    /// One per track of the title.
    private(set) var lanes: [Lane]
    private(set) var bytes = 0
    /// When the newest run was sent.
    private var head = MediaTime(nanoseconds: .min)

    /// One track's runs, by their places since the tide began on this loop.
    struct Lane {
        fileprivate(set) var entries: Deque<Entry> = []
        /// The place of the oldest run that is kept.
        fileprivate(set) var first = 0
        /// The place behind the last run that ends a unit.
        fileprivate(set) var wholeEnd = 0
        /// Packets of the newest unit that are still to come.
        fileprivate(set) var packetsAfter = 0

        /// The place of the next run.
        var end: Int { first + entries.count }
        /// What a stream may take: a byte stream takes whole units, so that none is ever left half sent.
        func end(isPaced: Bool) -> Int { isPaced ? end : wholeEnd }
        func run(at place: Int) -> ChannelRun { entries[entries.startIndex + (place - first)].run }
    }

    final class Entry {
        let run: ChannelRun
        /// What datagrams are sent from.
        let wire: WireBuffer
        /// For viewers over TCP, by interleaved id: made once for all who have the same.
        var framings: [(id: UInt8, wire: WireBuffer)] = []

        init(_ run: ChannelRun) {
            self.run = run
            wire = WireBuffer(Batch(buffer: run.bytes), pool: nil)
        }
    }

    /// Interleaved ids for which a run's framing is kept, and how many of a lane's newest runs have any: viewers who keep up share them, for
    /// others they are made anew. So clients' choice of ids cannot multiply the window.
    private static let framingsPerRun = 4
    private static let framedRuns = 64

    init(lines: Int, limits: ChannelLimits) {
        self.limits = limits
        lanes = Array(repeating: Lane(), count: lines)
    }

    var runs: [ChannelRun] { lanes.flatMap { $0.entries.map(\.run) } }

    mutating func append(_ run: ChannelRun) {
        lanes[run.line].entries.append(Entry(run))
        lanes[run.line].packetsAfter = run.packetsAfter
        if run.endsUnit { lanes[run.line].wholeEnd = lanes[run.line].end }
        bytes += run.size
        head = max(head, run.time)
        let count = lanes[run.line].entries.count
        if count > Self.framedRuns {
            lanes[run.line].entries[count - Self.framedRuns - 1].framings = []
        }
    }

    /// Lets go of what is outside the window. To be called when everybody who keeps up has had what is new.
    mutating func trim() {
        while let oldest = oldest,
            bytes > limits.windowBytes || lanes[oldest].run(at: lanes[oldest].first).time < head - limits.windowTime
        {
            removeFirst(oldest)
        }
    }

    /// The lane with the oldest run.
    private var oldest: Int? {
        lanes.indices.filter { !lanes[$0].entries.isEmpty }.min {
            lanes[$0].run(at: lanes[$0].first).time < lanes[$1].run(at: lanes[$1].first).time
        }
    }

    private mutating func removeFirst(_ line: Int) {
        bytes -= lanes[line].entries.removeFirst().run.size
        lanes[line].first += 1
    }

    /// Nothing of what was sent is kept: what comes next does not belong to it.
    mutating func clear() {
        for line in lanes.indices {
            while !lanes[line].entries.isEmpty { removeFirst(line) }
            (lanes[line].wholeEnd, lanes[line].packetsAfter) = (lanes[line].end, 0)
        }
    }

    /// The run at a place as a departure, for datagrams or with the framing of an interleaved id.
    func departure(line: Int, place: Int, id: UInt8?) -> DemandQueue.Departure {
        let entry = lanes[line].entries[lanes[line].entries.startIndex + (place - lanes[line].first)]
        let run = entry.run
        let isRecent = lanes[line].end - place <= Self.framedRuns
        let wire = id.map { framing(of: entry, id: $0, isKept: isRecent) } ?? entry.wire
        return DemandQueue.Departure(
            line: line, buffer: wire, unit: run.unit, offset: 0, packets: run.packets, packetSize: run.packetSize,
            lastPacketSize: run.lastPacketSize, packetsBefore: 0, packetsAfter: run.packetsAfter)
    }

    private func framing(of entry: Entry, id: UInt8, isKept: Bool) -> WireBuffer {
        if let known = entry.framings.first(where: { $0.id == id }) { return known.wire }
        let wire = WireBuffer(Batch(buffer: entry.run.framed(id: id)), pool: nil)
        if isKept, entry.framings.count < Self.framingsPerRun { entry.framings.append((id, wire)) }
        return wire
    }
}
