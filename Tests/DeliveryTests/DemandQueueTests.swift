import Delivery
import MediaCore
import NIOCore
import TestSupport
import Testing

@Suite struct DemandQueueTests {
    private let limits = DemandLimits.standard

    @Test("nothing but a short track below the limits causes a read, and one read at a time")
    func oneReadAtATime() throws {
        let rig = QueueRig(.film(seconds: 10))
        let demand = try #require(rig.demand())
        #expect(rig.demand() == nil)
        let batch = rig.read(demand)
        #expect(rig.demand() == nil)
        #expect(rig.receive(batch, for: demand))
        rig.fill()
        let reads = rig.queue.counters.reads
        // Every track has 200 ms: sending a packet asks for nothing.
        #expect(rig.queue.lines.allSatisfy { $0.unsentTime >= limits.lowTime })
        rig.pass(line: 0, packets: 1)
        #expect(rig.demand() == nil)
        #expect(rig.queue.counters.reads == reads)
    }

    @Test("a read follows when a track falls below 200 ms, not before")
    func lowTime() {
        let rig = QueueRig(.film(seconds: 10, keyPackets: 1, packets: 1, audio: false))
        rig.fill()
        #expect(rig.queue.lines[0].unsentTime == .seconds(1))
        // 25 units of 40 ms: 20 gone leaves 200 ms.
        rig.pass(line: 0, packets: 20)
        #expect(rig.queue.lines[0].unsentTime == .milliseconds(200))
        #expect(rig.demand() == nil)
        rig.pass(line: 0, packets: 1)
        #expect(rig.demand() != nil)
    }

    @Test("departed packets are unsent until the kernel has them")
    func departedCounts() {
        let rig = QueueRig(.film(seconds: 2, keyPackets: 1, packets: 1, audio: false))
        rig.fill()
        let before = (rig.queue.unsentPackets, rig.queue.unsentBytes)
        #expect(rig.depart(line: 0, packets: 25).count == 25)
        #expect((rig.queue.unsentPackets, rig.queue.unsentBytes) == before)
        #expect(rig.demand() == nil)
        rig.queue.accept(line: 0, packets: 25)
        #expect(rig.queue.isEmpty)
        #expect(rig.queue.unsentBytes == 0)
        #expect(rig.queue.counters.packetsSent == 25)
        #expect(rig.queue.counters.bytesSent == before.1)
        #expect(rig.demand() != nil)
    }

    @Test("refused packets are counted as errors, not as sent")
    func refused() {
        let rig = QueueRig(.film(seconds: 1, keyPackets: 4, audio: false))
        rig.fill()
        _ = rig.depart(line: 0, packets: 4)
        rig.queue.accept(line: 0, packets: 3, refused: true)
        rig.queue.accept(line: 0, packets: 1)
        #expect(rig.queue.counters.sendErrors == 3)
        #expect(rig.queue.counters.packetsSent == 1)
        #expect(rig.queue.counters.bytesSent == 700)
    }

    @Test("accepting part of a run counts each packet's own size")
    func partialAccept() {
        let rig = QueueRig(.film(seconds: 1, keyPackets: 5, packets: 1, audio: false))
        rig.fill()
        let all = rig.queue.unsentBytes
        #expect(rig.depart(line: 0, packets: 5).count == 1)
        for (packet, bytes) in [1372, 1372, 1372, 1372, 700].enumerated() {
            rig.queue.accept(line: 0, packets: 1)
            #expect(rig.queue.counters.bytesSent == packet * 1372 + bytes)
        }
        #expect(rig.queue.unsentBytes == all - 4 * 1372 - 700)
    }

    @Test("10 s of video before the first audio: unsent stays within limits and one batch, and starvation is counted")
    func badInterleaving() {
        let rig = QueueRig(.film(seconds: 20, audioLag: .seconds(10)))
        rig.fill()
        #expect(rig.queue.lines[1].unsentTime == .zero)
        #expect(rig.queue.counters.starvations == 1)
        #expect(rig.queue.unsentBytes < limits.lowBytes + limits.batchBytes)
        // Audio waits until video makes room; it is never fetched by reading on.
        let reads = rig.queue.counters.reads
        #expect(rig.demand() == nil)
        #expect(rig.queue.counters.reads == reads)
        #expect(rig.queue.counters.starvations == 1)
        while !rig.queue.isEmpty || !rig.queue.isExhausted {
            if rig.pass(line: 0, packets: 20).isEmpty { rig.pass(line: 1, packets: 20) }
            rig.fill()
            #expect(rig.queue.unsentBytes < limits.lowBytes + limits.batchBytes)
            #expect(rig.queue.unsentPackets < limits.lowPackets + rig.cursor.log.largestBatchPackets)
        }
        #expect(rig.queue.counters.packetsSent == 20 * (60 + 24 * 25) + 937)
    }

    @Test("a high bit rate on every track is no starvation")
    func highBitRate() {
        let rig = QueueRig(.film(seconds: 2, keyPackets: 400, packets: 400))
        rig.fill()
        #expect(rig.queue.lines.allSatisfy { $0.unsentTime < limits.lowTime })
        #expect(rig.queue.unsentBytes >= limits.lowBytes)
        #expect(rig.queue.counters.starvations == 0)
    }

    @Test("a unit larger than the batch comes alone and whole")
    func largeUnit() {
        let rig = QueueRig(.film(seconds: 1, keyPackets: 1000, packets: 2, audio: false))
        rig.fill()
        // 1,000 packets are 1.37 MB, five times the batch: nothing is read on top of it.
        #expect(rig.queue.counters.reads == 1)
        #expect(rig.queue.unsentPackets == 1000)
        #expect(rig.queue.counters.unsentBytesMaximum == 999 * 1372 + 700)
        rig.pass(line: 0, packets: 1000)
        rig.fill()
        #expect(rig.queue.counters.packetsSent == 1000)
        #expect(rig.queue.isExhausted)
        #expect(rig.queue.unsentPackets == 48)
    }

    @Test("a consumer that stops stops the reads")
    func stoppedConsumer() {
        let rig = QueueRig(.film(seconds: 60))
        rig.fill()
        let reads = rig.queue.counters.reads
        _ = rig.depart(line: 0, packets: 1_000_000)
        _ = rig.depart(line: 1, packets: 1_000_000)
        for _ in 0..<100 { #expect(rig.demand() == nil) }
        #expect(rig.queue.counters.reads == reads)
    }

    @Test("end of file on one track long before the other: the short track asks for nothing, the other plays on")
    func oneTrackEnds() {
        let video = (0..<250).map { FakeUnit.video($0, packets: 2, isKey: $0 % 25 == 0) }
        let rig = QueueRig(FakeTitle(units: [.audio(0), .audio(1)] + video))
        rig.fill()
        #expect(rig.queue.lines[1].isEnded)
        #expect(!rig.queue.isExhausted)
        rig.pass(line: 1, packets: 2)
        // Video has a second left: the ended track, empty, is not short.
        #expect(rig.demand() == nil)
        while !rig.queue.isExhausted || !rig.queue.isEmpty {
            #expect(!rig.pass(line: 0, packets: 10).isEmpty)
            rig.fill()
        }
        #expect(rig.queue.counters.packetsSent == 502)
        #expect(rig.queue.counters.starvations == 0)
    }

    @Test("when the last track ends, nothing is read any more, also if the batch does not say that it is the end")
    func allTracksEnd() throws {
        let rig = QueueRig(.film(seconds: 1))
        let demand = try #require(rig.demand())
        var batch = rig.read(demand)
        batch.isEnd = false
        batch.endedTracks = [1, 0]
        _ = rig.receive(batch, for: demand)
        #expect(rig.queue.isExhausted)
        #expect(rig.demand() == nil)
    }

    @Test("a failure ends the queue after the trains before it")
    func failure() {
        let rig = QueueRig(
            FakeTitle(
                units: (0..<10).map { .video($0, packets: 2, isKey: $0 == 0) },
                behaviour: .init(failure: (5, .unreadable("disk")))))
        rig.fill()
        #expect(rig.queue.isExhausted)
        #expect(rig.queue.unsentPackets == 10)
    }

    @Test("skipped units and units of unknown tracks are no trains")
    func skippedUnits() throws {
        let rig = QueueRig(.film(seconds: 1, audio: false))
        let demand = try #require(rig.demand())
        var batch = rig.read(demand)
        batch.skippedUnits = 3
        for index in batch.trains.indices.dropFirst() { batch.trains[index].unit.track = 7 }
        _ = rig.receive(batch, for: demand)
        #expect(rig.queue.counters.unitsSkipped == 3)
        #expect(rig.queue.unsentPackets == 60)
    }
}
