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
    private let quantum: MediaTime
    /// When the newest run was sent.
    private var head = MediaTime(nanoseconds: .min)

    /// One track's runs, by their places since the tide began on this loop.
    struct Lane {
        fileprivate(set) var entries: Deque<Entry> = []
        /// The place of the oldest run that is kept.
        fileprivate(set) var first = 0
        /// Packets of the newest unit that are still to come.
        fileprivate(set) var packetsAfter = 0

        /// The place of the next run.
        var end: Int { first + entries.count }
        func run(at place: Int) -> ChannelRun { entries[place - first].run }
    }

    final class Entry {
        let run: ChannelRun
        /// The beginning of the quantum in which it was sent.
        let time: MediaTime
        /// What datagrams are sent from.
        let wire: WireBuffer
        /// What follows of the same unit, if that was sent: who has begun a unit has all of it, whatever the window has let go meanwhile.
        fileprivate(set) var next: Entry?
        /// For viewers over TCP, by interleaved id: made once for all who have the same.
        var framings: [(id: UInt8, wire: WireBuffer)] = []

        init(_ run: ChannelRun, quantum: MediaTime) {
            self.run = run
            time = MediaTime(nanoseconds: run.time.nanoseconds - run.time.nanoseconds % quantum.nanoseconds)
            wire = WireBuffer(Batch(buffer: run.bytes), pool: nil)
        }
    }

    /// Interleaved ids for which a run's framing is kept, and how many of a lane's newest runs have any: viewers who keep up share them, for
    /// others they are made anew. So clients' choice of ids cannot multiply the window.
    private static let framingsPerRun = 4
    private static let framedRuns = 64

    init(lines: Int, limits: ChannelLimits, quantum: MediaTime) {
        self.limits = limits
        self.quantum = quantum
        lanes = Array(repeating: Lane(), count: lines)
    }

    var runs: [ChannelRun] { lanes.flatMap { $0.entries.map(\.run) } }

    /// The place of the oldest run of a lane.
    func first(line: Int) -> Int { lanes[line].first }

    /// The quantum in which the run at a place was sent; nil if none is there yet.
    func time(line: Int, place: Int) -> MediaTime? {
        guard place < lanes[line].end else { return nil }
        return lanes[line].entries[place - lanes[line].first].time
    }

    func entry(line: Int, place: Int) -> Entry { lanes[line].entries[place - lanes[line].first] }

    mutating func append(_ run: ChannelRun) {
        let entry = Entry(run, quantum: quantum)
        if !run.beginsUnit { lanes[run.line].entries.last?.next = entry }
        lanes[run.line].entries.append(entry)
        lanes[run.line].packetsAfter = run.packetsAfter
        bytes += run.size
        head = max(head, run.time)
        let count = lanes[run.line].entries.count
        if count > Self.framedRuns {
            lanes[run.line].entries[count - Self.framedRuns - 1].framings = []
        }
    }

    /// Lets go of what is outside the window; but not of what those who keep up have not had yet, as their turn has not come.
    mutating func trim() {
        while let oldest = oldest {
            let time = lanes[oldest].run(at: lanes[oldest].first).time
            let isOutside = bytes > limits.windowBytes || time < head - limits.windowTime
            guard isOutside, time < head - limits.spread else { return }
            removeFirst(oldest)
        }
    }

    /// The lane with the oldest run.
    private var oldest: Int? {
        var oldest: (line: Int, time: MediaTime)?
        for line in lanes.indices {
            guard let time = lanes[line].entries.first?.run.time else { continue }
            if oldest == nil || time < oldest!.time { oldest = (line, time) }
        }
        return oldest?.line
    }

    private mutating func removeFirst(_ line: Int) {
        bytes -= lanes[line].entries.removeFirst().run.size
        lanes[line].first += 1
    }

    /// Nothing of what was sent is kept: what comes next does not belong to it.
    mutating func clear() {
        for line in lanes.indices {
            while !lanes[line].entries.isEmpty { removeFirst(line) }
            lanes[line].packetsAfter = 0
        }
    }

    /// The run at a place as a departure, for datagrams or with the framing of an interleaved id.
    func departure(_ entry: Entry, place: Int, id: UInt8?) -> DemandQueue.Departure {
        let run = entry.run
        let isRecent = lanes[run.line].end - place <= Self.framedRuns
        let wire = id.map { framing(of: entry, id: $0, isKept: isRecent) } ?? entry.wire
        return DemandQueue.Departure(
            line: run.line, buffer: wire, unit: run.unit, offset: 0, packets: run.packets, packetSize: run.packetSize,
            lastPacketSize: run.lastPacketSize, packetsBefore: 0, packetsAfter: run.packetsAfter)
    }

    private func framing(of entry: Entry, id: UInt8, isKept: Bool) -> WireBuffer {
        if let known = entry.framings.first(where: { $0.id == id }) { return known.wire }
        let wire = WireBuffer(Batch(buffer: entry.run.framed(id: id)), pool: nil)
        if isKept, entry.framings.count < Self.framingsPerRun { entry.framings.append((id, wire)) }
        return wire
    }
}
