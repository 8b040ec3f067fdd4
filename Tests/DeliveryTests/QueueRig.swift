import Delivery
import MediaCore
import NIOCore
import RTPPayload
import TestSupport

/// A DemandQueue with its cursor: no viewer, no clock.
final class QueueRig {
    var queue: DemandQueue
    let cursor: FakeCursor
    /// Of a queue that was split.
    var parts: [Int: FakeCursor] = [:]
    let pool = BufferPool()

    init(_ title: FakeTitle, sparse: Set<Int> = [], limits: DemandLimits = .standard) {
        let tracks = title.tracks.map(\.id)
        queue = DemandQueue(tracks: tracks, sparse: sparse, limits: limits)
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
        cursor = title.makeFakeCursor(
            CursorOptions(
                tracks: tracks.map { CursorTrack(track: $0, layout: layout, payloadType: UInt8(96 + $0)) }))
    }

    /// The batch that answers `demand`.
    func read(_ demand: DemandQueue.Demand) -> Batch {
        // SAFETY: the fake cursor answers before `read` returns, on this thread.
        nonisolated(unsafe) var result: Batch?
        let request = ReadRequest(
            buffer: pool.take(capacity: 4096), seek: demand.seek, end: demand.end,
            maximumBytes: queue.limits.batchBytes, maximumDuration: queue.limits.batchTime)
        (parts[queue.isSplit ? queue.lines[demand.cursor].track : -1] ?? cursor).read(request) { result = $0 }
        guard let result else { preconditionFailure("the rig's cursors read at once") }
        return result
    }

    // The queue's own, for macros that take a struct's method call apart and so cannot let it mutate.

    func demand() -> DemandQueue.Demand? { queue.demand() }

    func receive(_ batch: Batch, for demand: DemandQueue.Demand) -> Bool {
        queue.receive(batch, generation: demand.generation, feed: demand.feed, pool: pool)
    }

    func depart(limit: Int, prefix: Int = 0, maximumBytes: Int = .max) -> DemandQueue.Departure? {
        queue.depart(line: 0, limit: limit, prefix: prefix, maximumBytes: maximumBytes)
    }

    /// Reads for as long as the queue demands.
    func fill() {
        while let demand = demand() { _ = receive(read(demand), for: demand) }
    }

    /// As a viewer: splits when the queue needs it, and reads for as long as it demands.
    func fillSplitting() {
        while true {
            if queue.needsSplit {
                queue.split()
                parts = cursor.splitFakes()
            }
            guard let demand = demand() else { return }
            _ = receive(read(demand), for: demand)
        }
    }

    /// Sends and accepts up to `packets` packets of a line.
    @discardableResult
    func pass(line: Int, packets: Int) -> [DemandQueue.Departure] {
        let departures = depart(line: line, packets: packets)
        let count = departures.reduce(0) { $0 + $1.packets }
        if count > 0 { queue.accept(line: line, packets: count) }
        return departures
    }

    /// Hands up to `packets` packets to a transport that keeps them.
    func depart(line: Int, packets: Int) -> [DemandQueue.Departure] {
        var departures: [DemandQueue.Departure] = []
        var left = packets
        while left > 0, let departure = queue.depart(line: line, limit: left, prefix: 0) {
            departures.append(departure)
            left -= departure.packets
        }
        return departures
    }
}
