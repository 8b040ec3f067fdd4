internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
internal import RTPPayload
internal import Timestamps

/// One track of a cursor: its packetizer, its times, and which of its units are wanted.
final class TrackReader {
    /// Position in the title.
    let id: Int
    let source: TrackSource
    /// The stream's index in the open file.
    var stream: Int
    private var times: TrackTimes
    private var packetizer: Packetizer
    /// Units of the batch that will share a packet; nil if they are not to, or cannot.
    var aggregation: UnitAggregation?
    /// Where units go that are decoded instead of packetized.
    let tap: UnitTap?
    /// Of uncompressed audio and telephone codecs, whose units are cut to the size of packets.
    let framing: SampleFraming?
    /// Frames of the unit under way that have been packetized or are not wanted.
    var framesPassed = 0
    /// Splits units that hold two pictures; made when the first comes.
    private var unpacker: BitstreamFilter?

    /// No unit of this generation follows.
    var isEnded = false
    /// The last packet of the track has been read, and the times of all units are known.
    private(set) var isComplete = false
    /// A batch has said so.
    var isEndReported = false
    /// Units presented before this are dropped: what precedes the place of a seek.
    var floor: MediaTime?
    /// Units are dropped until decoding can begin.
    var waitsForRandomAccessPoint = false
    /// Decode time of the batch's first unit of this track.
    var firstInBatch: MediaTime?
    /// The first and the newest unit whose times have become known since the last landing of a seek.
    private(set) var firstTimed: AccessUnit?
    private(set) var lastTimed: AccessUnit?

    /// How far reading has come since it began in the middle of the file.
    var landing = Landing.over

    enum Landing {
        /// No packet has come.
        case first
        /// None with a stamp that can be relied on.
        case unstamped
        case over
    }

    /// How far the demuxer has read the track in this generation; nil before its first packet.
    private(set) var mark: ReadingMark?
    /// Units with stamps before this are not what a seek looks for.
    var landmark: Int64?

    /// Units at or after the range's end, of which it is not known yet whether one before the end refers to them.
    private(set) var held = UnitQueue()

    init(_ description: TitleDescription, _ options: CursorTrack, tap: UnitTap? = nil) {
        self.tap = tap
        id = options.track
        source = description.sources[options.track]
        stream = source.stream
        times = TrackTimes(source, track: id)
        let format = description.formats[options.track]
        packetizer = format.makePacketizer(layout: options.layout, payloadType: options.payloadType)
        aggregation = UnitAggregation(options, format)
        framing = format.sampleFraming(in: options.layout)
    }

    /// NPT of the track's first unit in presentation order, and of the first in decode order.
    var firstPresentation: MediaTime { source.firstPresentation - source.origin }
    var firstDecode: MediaTime { source.firstDecode - source.origin }

    /// Ticks by which stamps may go back from one unit to a later one: those of presentation, where there are no others.
    var slack: Int64 { source.ticks(.seconds(10)) - source.ticks(.zero) }

    /// Ticks of the container nearest to `npt`.
    func ticks(_ npt: MediaTime) -> Int64 { source.ticks(npt + source.origin) }

    /// A new generation begins.
    func reset() {
        isEnded = false
        isEndReported = false
        floor = nil
        waitsForRandomAccessPoint = false
        framesPassed = 0
        held.removeAll()
    }

    /// Reading goes on at another place.
    /// - Parameter start: NPT of the first unit there, used where the container does not stamp it.
    func land(at start: MediaTime) {
        (firstTimed, lastTimed, landmark, mark) = (nil, nil, nil, nil)
        (landing, isComplete) = (.over, false)
        times.reset(to: start)
        unpacker?.reset()
    }

    /// Takes the unit that the demuxer has brought.
    /// - Parameter timeline: shared by the tracks that are read together.
    /// - Returns: the unit, still in `packet`, if its times are known and none waits before it in `queue`; all others go
    ///   to `queue` as their times become known.
    func time(
        _ packet: inout Packet, of context: borrowing InputContext, on timeline: inout FileTimeline,
        into queue: inout UnitQueue
    ) throws(AVFailure) -> AccessUnit? {
        guard source.isPacked else { return push(&packet, of: context, on: &timeline, into: &queue) }
        if unpacker == nil { unpacker = try BitstreamFilter(.unpackBidirectional, for: stream, of: context) }
        try unpacker?.send(&packet)
        while try unpacker?.receive(into: &packet) == true {
            if let unit = push(&packet, of: context, on: &timeline, into: &queue) { queue.append(packet.take(), unit) }
        }
        return nil
    }

    private func push(
        _ packet: inout Packet, of context: borrowing InputContext, on timeline: inout FileTimeline,
        into queue: inout UnitQueue
    ) -> AccessUnit? {
        let next =
            source.tail.tellsDurations
            ? packet.decodeTicks.flatMap { context.indexTicks(stream: stream, after: $0) } : nil
        let unit = times.push(&packet, next: next, timeline: &timeline)
        if let unit {
            note(unit, packet)
            if queue.isEmpty { return unit }
            queue.append(packet.take(), unit)
        }
        release(into: &queue)
        return nil
    }

    /// A packet of the track has been read.
    func pass(_ packet: borrowing Packet) {
        mark = mark ?? ReadingMark()
        mark?.pass(packet)
    }

    /// More packets of the track may come.
    var isOpen: Bool { !isEnded && !isComplete }

    /// The packet that came last is the last of the track.
    var isAtLastPacket: Bool { mark != nil && mark == source.tail.lastPacket }

    /// No unit follows: those that wait for their times get them.
    func finish(into queue: inout UnitQueue) {
        isComplete = true
        times.finish()
        release(into: &queue)
    }

    private func release(into queue: inout UnitQueue) {
        while let waiting = times.next() {
            note(waiting.unit, waiting.packet)
            queue.append(waiting)
        }
    }

    private func note(_ unit: AccessUnit, _ packet: borrowing Packet) {
        lastTimed = unit
        guard firstTimed == nil else { return }
        if let landmark, let ticks = packet.decodeTicks, ticks < landmark { return }
        firstTimed = unit
    }

    /// The packet is the last of the track.
    func isLast(_ packet: borrowing Packet) -> Bool {
        guard let last = source.tail.last else { return false }
        return packet.decodeTicks == last.ticks && packet.filePosition == last.filePosition
    }

    /// Whether `unit` lies before the place of a seek, or cannot be decoded there.
    func precedesStart(_ unit: AccessUnit) -> Bool {
        if let floor, unit.presentationTime < floor {
            guard let framing else { return true }
            // Audio whose units are cut begins in the middle of one.
            guard unit.presentationTime + unit.duration > floor else { return true }
            framesPassed = framing.frames(in: floor - unit.presentationTime)
        }
        if waitsForRandomAccessPoint {
            guard unit.isRandomAccessPoint else { return true }
            waitsForRandomAccessPoint = false
        }
        return false
    }

    /// Whether `unit` is wanted when the range ends at `end`.
    ///
    /// A unit presented at or after the end is not wanted for itself, but a unit before the end that is decoded later
    /// may refer to it (a B-frame to the P-frame behind it). It is held until such a unit comes, and then sent too,
    /// or until none can come: decode times never exceed presentation times, so a decode time at the end is certain.
    enum EndVerdict {
        case send
        /// Send what is held, then the unit.
        case sendHeld
        case hold
        /// Neither this unit nor any later one is wanted.
        case ended
    }

    func judge(_ unit: AccessUnit, end: MediaTime?) -> EndVerdict {
        guard let end else { return held.isEmpty ? .send : .sendHeld }
        if unit.presentationTime < end { return held.isEmpty ? .send : .sendHeld }
        if source.kind != .video || unit.decodeTime >= end || held.count >= LibraryLimits.reorderDepth { return .ended }
        return .hold
    }

    func hold(_ packet: consuming Packet, _ unit: AccessUnit) { held.append(packet, unit) }

    func releaseHeld(into queue: inout UnitQueue) {
        while let waiting = held.popFirst() { queue.append(waiting) }
    }

    func dropHeld() { held.removeAll() }

    /// The packet's sample description is in force from now on.
    func applyConfiguration(of packet: borrowing Packet) {
        if let configuration = packet.newConfiguration { packetizer.configurationChanged(configuration) }
    }

    /// Writes the unit's packets behind those of `batch`, if they fit in `room` bytes.
    /// - Parameter part: which of the packet's bytes; nil for all.
    /// - Throws: `.outputFull` if they do not; then nothing has changed.
    func write(
        _ packet: borrowing Packet, _ unit: AccessUnit, part: Range<Int>? = nil, room: Int, into batch: inout Batch
    ) throws(PacketizationError) {
        try write(unit, room: room, into: &batch) { (output, runs, base) throws(PacketizationError) in
            var failure: PacketizationError?
            packet.withBytes { bytes in
                do throws(PacketizationError) {
                    try packetizer.packetize(
                        bytes.extracting(part ?? 0..<bytes.byteCount), isRandomAccessPoint: unit.isRandomAccessPoint,
                        into: &output, runs: &runs, base: base)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        }
    }

    /// Adds a train of what `body` writes.
    /// - Parameter unit: of several units, the first, with the duration of all.
    func write(
        _ unit: AccessUnit, lastDecodeTime: MediaTime? = nil, room: Int, into batch: inout Batch,
        _ body: (_ output: inout OutputRawSpan, _ runs: inout [PacketRun], _ base: Int32) throws(PacketizationError) ->
            Void
    ) throws(PacketizationError) {
        try batch.append(unit, lastDecodeTime: lastDecodeTime, room: room, body)
    }
}
