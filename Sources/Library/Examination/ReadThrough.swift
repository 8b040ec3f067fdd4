import Delivery
internal import LibAV
package import MediaCore
import NIOCore
import RTPPayload

/// What reading a title shows that its description does not: how far its media really reach, and whether a viewer's reader would have to split.
///
/// Units are read and packetized as for a viewer who takes what is due first, by the same law of demand.
package struct ReadThrough: Sendable {
    /// One of the title's tracks.
    package struct Track: Hashable, Sendable {
        package var units = 0
        package var randomAccessPoints = 0
        /// NPT of the end of the last unit; nil if none came.
        package var end: MediaTime?
    }

    package private(set) var tracks: [Track]
    /// Units that cannot be sent, and why the last one cannot.
    package private(set) var skippedUnits = 0
    package private(set) var skipReason: String?
    /// The container names units that lie beyond the end of the file.
    package private(set) var isTruncated = false
    /// The interleaving makes each track need a reader of its own.
    package private(set) var splits = false
    /// Reading came to the end of all tracks.
    package private(set) var isWhole = false
    /// Why it did not, if not for want of time.
    package private(set) var failure: MediaError?

    /// - Parameter interrupt: ends the reading: it is not whole then.
    static func of(_ title: FileTitle, _ interrupt: Interrupt) -> ReadThrough {
        var reading = ReadThrough(tracks: title.tracks.map { _ in Track() })
        let tracks = title.tracks.map { track in
            CursorTrack(
                track: track.id, layout: PacketLayout(prefix: 0, maximumPacketSize: packetSize), payloadType: 96)
        }
        let cursor = title.makeCursor(CursorOptions(tracks: tracks))
        defer { cursor.close() }
        reading.play(cursor, DemandQueue(tracks: title.tracks.map(\.id), limits: .standard), interrupt)
        return reading
    }

    /// The server's own default.
    private static let packetSize = 1372

    private init(tracks: [Track]) { self.tracks = tracks }

    private mutating func play(_ cursor: any MediaCursor, _ queue: consuming DemandQueue, _ interrupt: Interrupt) {
        while !interrupt.isFired, !isWhole, failure == nil {
            // Once it is known that it splits, the order of the file is followed to its end.
            guard !splits else {
                note(read(cursor, queue.limits, seek: nil))
                continue
            }
            splits = queue.needsSplit
            if let demand = queue.demand() {
                let batch = read(cursor, queue.limits, seek: demand.seek)
                note(batch)
                _ = queue.receive(batch, generation: demand.generation, feed: demand.feed, pool: nil)
            } else if !Self.sendNext(&queue) {
                break
            }
        }
    }

    /// The unit that is due first leaves.
    private static func sendNext(_ queue: inout DemandQueue) -> Bool {
        var first: (line: Int, time: MediaTime)?
        for line in queue.lines.indices {
            guard let time = queue.lines[line].firstOfGeneration?.unit.decodeTime else { continue }
            if first == nil || time < first!.time { first = (line, time) }
        }
        guard let line = first?.line else { return false }
        var left = queue.lines[line].firstOfGeneration.map { Int($0.packets) } ?? 0
        while left > 0, let departure = queue.depart(line: line, limit: left, prefix: 0) {
            left -= departure.packets
            queue.accept(line: line, packets: departure.packets)
        }
        return true
    }

    private func read(_ cursor: any MediaCursor, _ limits: DemandLimits, seek: MediaTime?) -> Batch {
        let slot = BatchSlot()
        let request = ReadRequest(
            buffer: ByteBufferAllocator().buffer(capacity: limits.batchBytes), seek: seek, end: nil,
            maximumBytes: limits.batchBytes, maximumDuration: limits.batchTime)
        cursor.read(request) { slot.fill($0) }
        return slot.take()
    }

    private mutating func note(_ batch: Batch) {
        for train in batch.trains {
            let unit = train.unit
            let end = unit.presentationTime + unit.duration
            tracks[unit.track].units += 1
            if unit.isRandomAccessPoint { tracks[unit.track].randomAccessPoints += 1 }
            tracks[unit.track].end = max(tracks[unit.track].end ?? end, end)
        }
        if batch.skippedUnits > 0 {
            if batch.skipReason == TitleReader.truncation {
                isTruncated = true
            } else {
                skippedUnits += batch.skippedUnits
                skipReason = batch.skipReason
            }
        }
        failure = batch.failure
        isWhole = batch.isEnd && batch.failure == nil
    }
}
