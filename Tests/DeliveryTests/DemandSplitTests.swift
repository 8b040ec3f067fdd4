import DequeModule
import MediaCore
import TestSupport
import Testing

@testable import Delivery

@Suite("DemandQueue: a track that starves gets a cursor of its own")
struct DemandSplitTests {
    private let limits = DemandLimits.standard

    /// Sends what is due, as a viewer would: the line whose head is decoded first goes first.
    private func passNext(_ rig: QueueRig) -> Bool {
        let heads = rig.queue.lines.indices.compactMap { index in
            rig.queue.lines[index].waiting.first.map { (index, $0.train.unit.decodeTime) }
        }
        guard let next = heads.min(by: { $0.1 < $1.1 }) else { return false }
        rig.pass(line: next.0, packets: Int(rig.queue.lines[next.0].waiting[0].packetsLeft))
        return true
    }

    @Test("audio 10 s behind: both tracks come whole and in order, each within its limits")
    func skewed() {
        let title = FakeTitle.film(seconds: 20, audioLag: .seconds(10))
        let rig = QueueRig(title)
        var played: [[MediaTime]] = [[], []]
        rig.fillSplitting()
        #expect(rig.queue.isSplit)
        #expect(rig.queue.lines[1].unsentTime >= limits.lowTime)
        while true {
            let before = rig.queue.lines.map(\.waiting.first?.train.unit)
            guard passNext(rig) else { break }
            for (line, unit) in before.enumerated() where rig.queue.lines[line].waiting.first?.train.unit != unit {
                played[line].append(unit!.decodeTime)
            }
            rig.fillSplitting()
            for line in rig.queue.lines { #expect(line.unsentBytes < limits.lowBytes + limits.batchBytes) }
            // Never dry again.
            let (video, audio) = (rig.queue.lines[0], rig.queue.lines[1])
            #expect(audio.isEnded || video.isEnded || !audio.waiting.isEmpty)
        }
        for line in 0..<2 {
            #expect(played[line] == title.units.filter { $0.unit.track == line }.map(\.unit.decodeTime))
        }
        #expect(rig.queue.counters.splits == 1)
        #expect(rig.queue.isExhausted)
    }

    @Test(
        "no split: well interleaved, whatever the bit rate, and with a key frame that fills the cursor",
        arguments: [(60, 25), (2_000, 20), (400, 400), (60, 200)])
    func interleaved(keyPackets: Int, packets: Int) {
        let rig = QueueRig(.film(seconds: 10, keyPackets: keyPackets, packets: packets))
        rig.fillSplitting()
        while passNext(rig) { rig.fillSplitting() }
        #expect(rig.queue.counters.splits == 0)
        #expect(rig.queue.isExhausted)
    }

    @Test("no split while the transport is full, nor of a cursor with one track, nor for a track that has ended")
    func noReason() {
        let blocked = QueueRig(.film(seconds: 10, keyPackets: 100, packets: 100))
        blocked.fillSplitting()
        for _ in 0..<10 { blocked.fillSplitting() }
        #expect(blocked.queue.counters.splits == 0)
        let single = QueueRig(.film(seconds: 10, keyPackets: 100, packets: 100, audio: false))
        single.fillSplitting()
        #expect(!single.queue.needsSplit)
        let video = (0..<250).map { FakeUnit.video($0, packets: 30, isKey: $0 % 25 == 0) }
        let ended = QueueRig(FakeTitle(units: [.audio(0), .audio(1)] + video))
        ended.fillSplitting()
        while passNext(ended) { ended.fillSplitting() }
        #expect(ended.queue.counters.splits == 0)
    }

    @Test("no split for a track that rests until the next lap, while the other fills the cursor")
    func resting() throws {
        let video = (0..<250).map { FakeUnit.video($0, packets: 110, isKey: $0 % 25 == 0) }
        let rig = QueueRig(FakeTitle(units: [.audio(0), .audio(1)] + video))
        for _ in 0..<100 {
            while let demand = rig.demand() {
                var batch = rig.read(demand)
                (batch.restingTracks, batch.endedTracks) = (batch.endedTracks, [])
                #expect(rig.receive(batch, for: demand))
            }
            #expect(!rig.queue.needsSplit)
            try #require(passNext(rig))
        }
        #expect(rig.queue.lines[1].waiting.isEmpty)
        #expect(rig.queue.lines[1].isResting && !rig.queue.lines[1].isEnded)
    }

    @Test("a seek joins the tracks in one cursor again; a part's late batch is dropped and frees nobody")
    func seekAfterSplit() throws {
        let rig = QueueRig(.film(seconds: 30, audioLag: .seconds(10)))
        rig.fillSplitting()
        #expect(rig.queue.isSplit)
        while rig.queue.lines[0].unsentTime >= limits.lowTime { rig.pass(line: 0, packets: 50) }
        let late = try #require(rig.demand())
        let batch = rig.read(late)
        rig.queue.restart(at: .seconds(5), end: nil)
        #expect(!rig.queue.isSplit)
        let demand = try #require(rig.demand())
        #expect(demand.seek == .seconds(5) && demand.cursor == 0)
        #expect(!rig.receive(batch, for: late))
        #expect(rig.queue.isReading)
        #expect(rig.queue.counters.batchesDropped == 1)
        #expect(rig.receive(rig.read(demand), for: demand))
        rig.fillSplitting()
        #expect(rig.queue.counters.splits == 2)
        #expect(rig.queue.lines[1].waiting.first?.train.unit.presentationTime ?? .zero >= .seconds(5))
    }

    @Test("a viewer of a skewed file hears every unit once, none late by more than a quantum")
    func viewer() {
        let stage = ViewerStage()
        let seat = stage.seat(.film(seconds: 15, audioLag: .seconds(10)))
        seat.play()
        stage.run(for: .seconds(20))
        #expect(seat.viewer.hasEnded)
        #expect(seat.viewer.counters.splits == 1)
        for transport in seat.transports {
            expectWhole(transport)
            expectContiguous(seat)
        }
        let begin = seat.transports[1].sent.first!
        for sent in seat.transports[1].sent {
            let due = begin.time + (sent.unit.decodeTime - begin.unit.decodeTime)
            #expect(sent.time - due <= .milliseconds(2))
        }
    }
}
