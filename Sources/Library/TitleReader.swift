internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
internal import RTPPayload

/// Reads one title for one cursor: batches, from any position. Used by one thread at a time.
final class TitleReader {
    let description: TitleDescription
    let tracks: [TrackReader]
    var context: InputContext
    let limits: LibraryLimits
    let interrupt: Interrupt
    /// `tracks` by the stream's index in the file.
    private let trackOfStream: [Int: TrackReader]

    /// The packet that is read into, again and again.
    private var scratch = Packet()
    /// What a seek has met on its way, in file order; read before the file is.
    var unread = PacketQueue()
    /// By stream, the first unit that a seek has put in `unread`: presentation ticks and duration.
    var firstUnread: [Int: (presented: Int64, duration: MediaTime)] = [:]
    /// Units that are wanted and did not fit, or were held back.
    private var ready = UnitQueue()
    private var isStarted = false
    /// Units in a row that could not be read.
    private var failures = 0

    /// Opens the file without probing it again.
    init(
        _ file: OpenFile, _ description: TitleDescription, _ options: CursorOptions, limits: LibraryLimits,
        interrupt: Interrupt
    ) throws(MediaError) {
        self.description = description
        self.limits = limits
        self.interrupt = interrupt
        tracks = options.tracks.map { TrackReader(description, $0) }
        trackOfStream = Dictionary(tracks.map { ($0.source.stream, $0) }, uniquingKeysWith: { first, _ in first })
        context = try InputContext(file, container: description.demuxer, interrupt: interrupt)
        guard tracks.allSatisfy({ $0.source.stream < context.streamCount }) else {
            throw .unreadable("the file has changed")
        }
        context.select(tracks.map(\.source.stream))
    }

    /// One batch; a failure is in it.
    func read(_ request: consuming ReadRequest) -> Batch {
        var batch = Batch(buffer: ByteBuffer())
        swap(&batch.buffer, &request.buffer)
        batch.buffer.clear()
        do throws(MediaError) {
            try begin(&batch, at: request.seek)
            try fill(&batch, request)
        } catch {
            batch.failure = error
            batch.isEnd = true
        }
        return batch
    }

    private func begin(_ batch: inout Batch, at position: MediaTime?) throws(MediaError) {
        if let position {
            batch.start = try seek(to: position)
        } else if !isStarted {
            batch.start = earliestPresentation
        }
        isStarted = true
    }

    /// NPT of the earliest unit of the cursor's tracks.
    var earliestPresentation: MediaTime { tracks.map(\.firstPresentation).min() ?? .zero }

    /// Forgets the position; a seek follows.
    func reset() {
        ready.removeAll()
        unread.removeAll()
        failures = 0
        for track in tracks { track.reset() }
        context.select(tracks.map(\.source.stream))
    }

    private func fill(_ batch: inout Batch, _ request: borrowing ReadRequest) throws(MediaError) {
        for track in tracks { track.firstInBatch = nil }
        while true {
            while let waiting = ready.popFirst() {
                guard let track = tracks.first(where: { $0.id == waiting.unit.track }) else { continue }
                guard emit(waiting.packet, waiting.unit, track, &batch, request) else {
                    ready.prepend(waiting)
                    return
                }
            }
            if tracks.allSatisfy(\.isEnded) {
                batch.isEnd = true
                return
            }
            if try readNext(&batch) { accept(&batch, request) }
        }
    }

    /// Brings the next packet into `scratch`. False if that could not be had: at the end all tracks are ended then.
    private func readNext(_ batch: inout Batch) throws(MediaError) -> Bool {
        // A damaged file may promise millions of units without a byte.
        guard !interrupt.isFired else { throw .cancelled }
        if let packet = unread.popFirst() {
            scratch = packet
            return true
        }
        do throws(AVFailure) {
            try context.read(into: &scratch)
            failures = 0
            return true
        } catch {
            guard error.isEndOfFile || error.isInvalidData else { throw error.mediaError }
            failures += 1
            // A truncated file ends once for every unit that it promises and does not have; other tracks' may still
            // be there.
            let mayGoOn = error.isInvalidData || tracks.contains { !$0.isEnded && $0.source.last != nil }
            if mayGoOn, failures < LibraryLimits.maximumConsecutiveFailures {
                skip(&batch, error.isEndOfFile ? "the file is truncated" : "\(error)")
                return false
            }
            for track in tracks where !track.isEnded { end(track, &batch) }
            return false
        }
    }

    /// Decides about the packet in `scratch`.
    private func accept(_ batch: inout Batch, _ request: borrowing ReadRequest) {
        guard let track = trackOfStream[scratch.stream], !track.isEnded else { return }
        if let reason = damage {
            if scratch.size > 0 { skip(&batch, reason) }
            return drop(track, &batch)
        }
        guard scratch.size <= limits.maximumUnitSize, !scratch.isEncrypted else {
            skip(
                &batch,
                scratch.isEncrypted
                    ? "encrypted" : "access unit of \(scratch.size) bytes, limit \(limits.maximumUnitSize)")
            return end(track, &batch)
        }
        let next = scratch.decodeTicks.flatMap { context.indexTicks(stream: track.source.stream, after: $0) }
        let unit = track.times.unit(scratch, track: track.id, next: next)
        if track.precedesStart(unit) { return drop(track, &batch) }
        switch track.judge(unit, end: request.end) {
        case .send:
            if !emit(scratch, unit, track, &batch, request) {
                ready.append(WaitingUnit(packet: scratch.take(), unit: unit))
            }
        case .sendHeld:
            track.releaseHeld(into: &ready)
            ready.append(WaitingUnit(packet: scratch.take(), unit: unit))
        case .hold:
            if track.isLast(scratch) { return end(track, &batch) }
            track.hold(scratch.take(), unit)
        case .ended:
            end(track, &batch)
        }
    }

    /// Why the packet in `scratch` cannot be sent, if it cannot.
    private var damage: String? {
        if scratch.size == 0 { return "empty access unit" }
        return scratch.isCorrupt ? "damaged access unit" : nil
    }

    /// Passes over the packet in `scratch`.
    private func drop(_ track: TrackReader, _ batch: inout Batch) {
        track.applyConfiguration(of: scratch)
        if track.isLast(scratch) { end(track, &batch) }
    }

    /// Packetizes a unit into the batch. False if it belongs to the next batch.
    private func emit(
        _ packet: borrowing Packet, _ unit: AccessUnit, _ track: TrackReader, _ batch: inout Batch,
        _ request: borrowing ReadRequest
    ) -> Bool {
        let isAlone = batch.trains.isEmpty
        if let first = track.firstInBatch, unit.decodeTime - first >= request.maximumDuration { return false }
        track.applyConfiguration(of: packet)
        // A unit that is alone may need more than the batch may have: headers add less than an eighth, parameter sets
        // a little more.
        var room = request.maximumBytes - batch.buffer.writerIndex
        if isAlone { room = max(room, packet.size + packet.size / 8 + 4_096) }
        guard room > 0 else { return false }
        while true {
            do {
                try track.write(packet, unit, room: room, into: &batch)
                track.firstInBatch = track.firstInBatch ?? unit.decodeTime
                break
            } catch .outputFull {
                guard isAlone else { return false }
                guard room < 8 * limits.maximumUnitSize else {
                    skip(&batch, "access unit of \(packet.size) bytes in too many packets")
                    break
                }
                room *= 2
            } catch {
                skip(&batch, "\(error)")
                break
            }
        }
        if track.isLast(packet) { end(track, &batch) }
        return true
    }

    private func skip(_ batch: inout Batch, _ reason: String) {
        batch.skippedUnits += 1
        batch.skipReason = reason
    }

    /// No unit of the track follows; the demuxer need not read its bytes any more.
    private func end(_ track: TrackReader, _ batch: inout Batch) {
        guard !track.isEnded else { return }
        track.isEnded = true
        track.dropHeld()
        batch.endedTracks.append(track.id)
        context.select(tracks.filter { !$0.isEnded }.map(\.source.stream))
    }
}
