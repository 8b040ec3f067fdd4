import MediaCore
import NIOCore
import TestSupport
import Testing

@testable import Delivery

/// Seek and teardown, as the queue sees them.
@Suite struct DemandQueueRestartTests {
    @Test("a seek during a read: the late batch is dropped, and the next demand goes to the new position")
    func seekDuringRead() throws {
        let rig = QueueRig(.film(seconds: 10))
        let first = try #require(rig.demand())
        rig.queue.restart(at: .seconds(5), end: .seconds(8))
        #expect(rig.demand() == nil)
        #expect(!rig.receive(rig.read(first), for: first))
        #expect(rig.queue.isEmpty)
        #expect(rig.queue.counters.batchesDropped == 1)
        let second = try #require(rig.demand())
        #expect(second == .init(generation: 1, seek: .seconds(5), end: .seconds(8)))
        _ = rig.receive(rig.read(second), for: second)
        #expect(rig.queue.lines[0].waiting.first?.train.unit.decodeTime == .seconds(5))
        // Later reads go on, to the same end.
        rig.pass(line: 0, packets: 10_000)
        #expect(try #require(rig.demand()) == .init(generation: 1, seek: nil, end: .seconds(8)))
    }

    @Test("a seek discards what waits and keeps a half-sent unit to be finished first")
    func halfSentUnit() throws {
        let rig = QueueRig(.film(seconds: 10, audio: false))
        rig.fill()
        let queued = rig.queue.unsentPackets
        #expect(rig.depart(line: 0, packets: 10).count == 1)
        rig.queue.restart(at: .seconds(5), end: nil)
        #expect(rig.queue.unsentPackets == 60)
        #expect(rig.queue.counters.packetsDiscarded == queued - 60)
        #expect(rig.queue.lines[0].waiting.first?.isLeftover == true)
        #expect(rig.queue.lines[0].firstOfGeneration == nil)
        rig.fill()
        let leftover = rig.depart(line: 0, packets: 50)
        #expect(leftover.map(\.packets) == [50])
        #expect(leftover[0].unit.decodeTime == .zero)
        let next = try #require(rig.depart(limit: 1))
        #expect(next.unit.decodeTime == .seconds(5))
        rig.queue.accept(line: 0, packets: 61)
        rig.pass(line: 0, packets: 1_000_000)
        #expect(rig.queue.isEmpty)
        #expect(rig.queue.unsentBytes == 0)
    }

    @Test(
        "what is left of before a seek does not count as time queued after it",
        arguments: [MediaTime.zero, .seconds(50)])
    func timeAcrossSeek(position: MediaTime) {
        let rig = QueueRig(.film(seconds: 100, keyPackets: 2, packets: 2, audio: false))
        rig.queue.restart(at: .seconds(20), end: nil)
        rig.fill()
        // Half a unit has left and is not accepted: its time says nothing about the new position's.
        _ = rig.depart(line: 0, packets: 3)
        rig.queue.restart(at: position, end: nil)
        #expect(rig.queue.lines[0].unsentTime == .zero)
        rig.fill()
        #expect(rig.queue.lines[0].unsentTime == .seconds(1))
        #expect(rig.queue.counters.unsentTimeMaximum == .seconds(1))
        _ = rig.depart(line: 0, packets: 1)
        rig.queue.accept(line: 0, packets: 4)
        #expect(rig.queue.lines[0].unsentTime == .seconds(1))
        rig.pass(line: 0, packets: 2)
        #expect(rig.queue.lines[0].unsentTime == .milliseconds(960))
    }

    @Test("a seek revives a queue that was exhausted")
    func seekAfterEnd() {
        let rig = QueueRig(.film(seconds: 1))
        while !rig.queue.isExhausted {
            rig.fill()
            rig.pass(line: 0, packets: 1_000_000)
            rig.pass(line: 1, packets: 1_000_000)
        }
        rig.queue.restart(at: .zero, end: nil)
        rig.fill()
        #expect(rig.queue.lines[0].waiting.first?.train.unit.decodeTime == .zero)
    }

    @Test("close keeps only what has departed, and reads nothing any more")
    func close() {
        let rig = QueueRig(.film(seconds: 10))
        rig.fill()
        let queued = rig.queue.unsentPackets
        _ = rig.depart(line: 0, packets: 70)
        _ = rig.depart(line: 1, packets: 3)
        rig.queue.close()
        #expect(rig.queue.unsentPackets == 73)
        #expect(rig.queue.counters.packetsDiscarded == queued - 73)
        #expect(rig.demand() == nil)
        #expect(rig.depart(limit: 100) == nil)
        rig.queue.accept(line: 0, packets: 70)
        rig.queue.accept(line: 1, packets: 3)
        #expect(rig.queue.isEmpty)
        #expect(rig.queue.unsentBytes == 0)
    }

    @Test(
        "the rest of a half-sent unit is abandoned, before and after the kernel has its beginning",
        arguments: [0, 4, 10])
    func abandonedHead(accepted: Int) {
        let rig = QueueRig(.film(seconds: 10, audio: false))
        rig.fill()
        let queued = rig.queue.unsentPackets
        // Nothing is half sent yet.
        rig.queue.abandonHead(line: 0)
        #expect(rig.queue.unsentPackets == queued)
        _ = rig.depart(line: 0, packets: 10)
        rig.queue.accept(line: 0, packets: accepted)
        rig.queue.abandonHead(line: 0)
        #expect(rig.queue.counters.packetsDiscarded == 50)
        #expect(rig.queue.unsentPackets == queued - 50 - accepted)
        rig.queue.accept(line: 0, packets: 10 - accepted)
        let line = rig.queue.lines[0]
        #expect(line.waiting.first?.train.unit.decodeTime == .milliseconds(40))
        #expect(line.waiting.first.map { $0.packetsThrough - line.packetsDeparted } == 25)
        #expect(line.unsentUnits.first == .milliseconds(40))
        rig.pass(line: 0, packets: 1_000_000)
        let left = [rig.queue.unsentPackets, rig.queue.unsentBytes, rig.queue.lines[0].unsentUnits.count]
        #expect(left == [0, 0, 0])
    }

    @Test("close during a read drops the batch and gives its buffer back")
    func closeDuringRead() throws {
        let rig = QueueRig(.film(seconds: 10))
        let demand = try #require(rig.demand())
        rig.queue.close()
        let batch = rig.read(demand)
        #expect(!rig.receive(batch, for: demand))
        #expect(rig.queue.isEmpty)
        #expect(rig.pool.freeBytes == batch.buffer.capacity)
    }
}
