internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
internal import RTPPayload

/// Access units of one track that will share a packet. No batch leaves one behind.
struct UnitAggregation {
    /// From the first unit's decode time to the end of the last.
    private let limit: MediaTime
    var payload: MPEG4GenericAggregate
    /// The first, with the duration of all; nil if there are none.
    private(set) var unit: AccessUnit?
    private(set) var lastDecodeTime = MediaTime.zero

    /// Nil if units are not to share packets, or the format has none that they could.
    init?(_ options: CursorTrack, _ format: PayloadFormat) {
        guard options.aggregation > .zero,
            let payload = format.makeAggregate(layout: options.layout, payloadType: options.payloadType)
        else { return nil }
        limit = options.aggregation
        self.payload = payload
    }

    /// - Returns: false if `unit` does not belong in the packet; nothing has changed then.
    mutating func append(_ packet: borrowing Packet, _ unit: AccessUnit) throws(PacketizationError) -> Bool {
        if let first = self.unit, unit.decodeTime + unit.duration - first.decodeTime > limit { return false }
        var isTaken = false
        var failure: PacketizationError?
        packet.withBytes { bytes in
            do throws(PacketizationError) {
                isTaken = try payload.append(bytes, at: unit.presentationTime)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard isTaken else { return false }
        var whole = self.unit ?? unit
        whole.duration = unit.decodeTime + unit.duration - whole.decodeTime
        self.unit = whole
        lastDecodeTime = unit.decodeTime
        return true
    }

    mutating func removeAll() { unit = nil }
}

/// Units that share packets: each packet is written when the next unit does not belong in it, or the batch is over.
extension TitleReader {
    /// Bytes of the batch's buffer that are written, or will be, and of units that are left elsewhere.
    func occupied(_ batch: borrowing Batch) -> Int {
        tracks.reduce(batch.buffer.writerIndex) {
            $0 + ($1.aggregation?.payload.wireSize ?? 0) + ($1.tap?.bytes ?? 0)
        }
    }

    /// Whether nothing is or will be in the batch.
    func isEmpty(_ batch: borrowing Batch) -> Bool {
        batch.trains.isEmpty && !tracks.contains { $0.aggregation?.unit != nil || $0.tap?.isEmpty == false }
    }

    /// As `emit`; nil if the unit is to have packets of its own.
    func collect(
        _ packet: borrowing Packet, _ unit: AccessUnit, _ track: TrackReader, _ batch: inout Batch,
        _ request: borrowing ReadRequest
    ) -> Bool? {
        guard track.aggregation != nil else { return nil }
        if let first = track.firstInBatch, unit.decodeTime - first >= request.maximumDuration { return false }
        // Headers of a packet and a unit, at most.
        guard isEmpty(batch) || occupied(batch) + packet.size + 20 <= request.maximumBytes else { return false }
        do {
            if try track.aggregation?.append(packet, unit) != true {
                flush(track, &batch)
                guard try track.aggregation?.append(packet, unit) == true else { return nil }
            }
        } catch {
            flush(track, &batch)
            return nil
        }
        track.firstInBatch = track.firstInBatch ?? unit.decodeTime
        if track.isLast(packet) { end(track) }
        return true
    }

    /// Writes the packet of the track's units that have been collected, if there are any.
    func flush(_ track: TrackReader, _ batch: inout Batch) {
        guard let unit = track.aggregation?.unit, let last = track.aggregation?.lastDecodeTime,
            let size = track.aggregation?.payload.wireSize
        else { return }
        do {
            try track.write(unit, lastDecodeTime: last, room: size, into: &batch) {
                (output, runs, base) throws(PacketizationError) in
                try track.aggregation?.payload.write(into: &output, runs: &runs, base: base)
            }
        } catch {
            // What was collected is no longer than a packet.
            preconditionFailure("a packet of \(size) bytes does not fit: \(error)")
        }
        track.aggregation?.removeAll()
    }
}
