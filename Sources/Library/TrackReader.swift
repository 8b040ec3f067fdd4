internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
internal import RTPPayload

/// One track of a cursor: its packetizer, its times, and which of its units are wanted.
final class TrackReader {
    /// Position in the title.
    let id: Int
    let source: TrackSource
    var times: UnitTimes
    private var packetizer: Packetizer

    /// No unit of this generation follows.
    var isEnded = false
    /// Units presented before this are dropped: what precedes the place of a seek.
    var floor: MediaTime?
    /// Units are dropped until decoding can begin.
    var waitsForRandomAccessPoint = false
    /// Decode time of the batch's first unit of this track.
    var firstInBatch: MediaTime?

    /// Units at or after the range's end, of which it is not known yet whether one before the end refers to them.
    private(set) var held = UnitQueue()

    init(_ description: TitleDescription, _ options: CursorTrack) {
        id = options.track
        source = description.sources[options.track]
        times = UnitTimes(source: source, origin: description.origin)
        packetizer = description.formats[options.track].makePacketizer(
            layout: options.layout, payloadType: options.payloadType)
    }

    /// NPT of the track's first unit in presentation order.
    var firstPresentation: MediaTime { times.npt(source.firstPresentationTicks) }

    func reset() {
        isEnded = false
        floor = nil
        waitsForRandomAccessPoint = false
        held.removeAll()
        times.reset()
    }

    /// The packet is the last of the track.
    func isLast(_ packet: borrowing Packet) -> Bool {
        guard let last = source.last else { return false }
        return packet.decodeTicks == last.ticks && packet.filePosition == last.filePosition
    }

    /// Whether `unit` lies before the place of a seek, or cannot be decoded there.
    func precedesStart(_ unit: AccessUnit) -> Bool {
        if let floor, unit.presentationTime < floor { return true }
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

    func hold(_ packet: consuming Packet, _ unit: AccessUnit) { held.append(WaitingUnit(packet: packet, unit: unit)) }

    func releaseHeld(into queue: inout UnitQueue) {
        while let waiting = held.popFirst() { queue.append(waiting) }
    }

    func dropHeld() { held.removeAll() }

    /// The packet's sample description is in force from now on.
    func applyConfiguration(of packet: borrowing Packet) {
        if let configuration = packet.newConfiguration { packetizer.configurationChanged(configuration) }
    }

    /// Writes the unit's packets behind those of `batch`, if they fit in `room` bytes.
    /// - Throws: `.outputFull` if they do not; then nothing has changed.
    func write(
        _ packet: borrowing Packet, _ unit: AccessUnit, room: Int, into batch: inout Batch
    ) throws(PacketizationError) {
        let base = batch.buffer.writerIndex
        let firstRun = batch.runs.count
        var runs = batch.runs
        batch.runs = []
        defer { batch.runs = runs }
        var failure: PacketizationError?
        let written = batch.buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { writable in
            let space = UnsafeMutableRawBufferPointer(rebasing: writable[..<room])
            // SAFETY: `space` is exclusively ours inside this closure, and `finalize` is called for it.
            var output = OutputRawSpan(buffer: space, initializedCount: 0)
            packet.withBytes { bytes in
                do throws(PacketizationError) {
                    try packetizer.packetize(
                        bytes, isRandomAccessPoint: unit.isRandomAccessPoint, into: &output, runs: &runs,
                        base: Int32(truncatingIfNeeded: base))
                } catch {
                    failure = error
                }
            }
            return output.finalize(for: space)
        }
        if let failure { throw failure }
        let packets = runs[firstRun...].reduce(0) { $0 + $1.count }
        let bytes = runs[firstRun...].reduce(0) { $0 + ($1.count - 1) * $1.packetSize + $1.lastPacketSize }
        assert(written >= Int(bytes))
        batch.trains.append(
            PacketTrain(unit: unit, runs: Int32(firstRun)..<Int32(runs.count), packets: packets, bytes: bytes))
    }
}
