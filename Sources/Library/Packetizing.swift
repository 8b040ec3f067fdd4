internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
internal import RTPPayload

/// From access units to the packets of a batch.
extension TitleReader {
    /// Packetizes a unit into the batch. False if it belongs to the next batch.
    func emit(
        _ packet: borrowing Packet, _ unit: AccessUnit, _ track: TrackReader, _ batch: inout Batch,
        _ request: borrowing ReadRequest
    ) -> Bool {
        if let tap = track.tap { return leave(packet, unit, in: tap, track, &batch, request) }
        if let framing = track.framing { return emit(framing, packet, unit, track, &batch, request) }
        if request.mayAggregate, let isTaken = collect(packet, unit, track, &batch, request) { return isTaken }
        let isAlone = isEmpty(batch)
        if let first = track.firstInBatch, unit.decodeTime - first >= request.maximumDuration { return false }
        track.applyConfiguration(of: packet)
        // A unit that is alone may need more than the batch may have: headers add less than an eighth, parameter sets
        // a little more.
        var room = request.maximumBytes - occupied(batch)
        if isAlone { room = max(room, packet.size + packet.size / 8 + 4_096) }
        guard room > 0 else { return false }
        // The buffer does not grow to what only a large unit needs.
        var asked = min(room, packet.size + packet.size / 8 + 4_096)
        while true {
            do {
                try track.write(packet, unit, room: asked, into: &batch)
                track.firstInBatch = track.firstInBatch ?? unit.decodeTime
                break
            } catch .outputFull where asked < room {
                asked = min(room, 2 * asked)
            } catch .outputFull {
                guard isAlone else { return false }
                guard room < 8 * limits.maximumUnitSize else {
                    skip(&batch, "access unit of \(packet.size) bytes in too many packets")
                    break
                }
                room *= 2
                asked = room
            } catch {
                skip(&batch, "\(error)")
                break
            }
        }
        if track.isLast(packet) { end(track) }
        return true
    }
}
