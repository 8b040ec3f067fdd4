import Delivery
import MediaCore
import RTPPayload
import TestSupport
import Testing

/// Which packets leave together.
@Suite struct DepartureTests {
    /// A unit of two runs: a small packet of parameter sets, then fragments.
    private func rig() -> QueueRig {
        var unit = FakeUnit.video(0, packets: 1, isKey: true)
        unit.packetSizes = [60, 1000, 1000, 1000, 300]
        let rig = QueueRig(FakeTitle(units: [unit]))
        rig.fill()
        return rig
    }

    @Test("a departure is of one run, and only its last packet may be shorter")
    func runs() {
        let rig = rig()
        let departures = rig.depart(line: 0, packets: 100)
        #expect(departures.map(\.packets) == [1, 4])
        #expect(departures.map(\.offset) == [0, 60])
        #expect(departures.map(\.packetSize) == [60, 1000])
        #expect(departures.map(\.lastPacketSize) == [60, 300])
    }

    @Test("a limit cuts a run; the rest goes on where it was cut")
    func cutRun() {
        let rig = rig()
        let departures = (0..<5).compactMap { _ in rig.depart(limit: 2) }
        #expect(departures.map(\.packets) == [1, 2, 2])
        #expect(departures.map(\.offset) == [0, 60, 2060])
        #expect(departures.map(\.packetSize) == [60, 1000, 1000])
        #expect(departures.map(\.lastPacketSize) == [60, 1000, 300])
        #expect(rig.queue.lines[0].waiting.isEmpty)
    }

    @Test("a short packet that leaves alone is a run of its own size")
    func lastAlone() throws {
        let rig = rig()
        _ = rig.depart(line: 0, packets: 4)
        let last = try #require(rig.depart(limit: 9))
        #expect((last.offset, last.packets, last.packetSize, last.lastPacketSize) == (3060, 1, 300, 300))
    }

    @Test("the prefix before each packet is stepped over", arguments: [0, 4])
    func prefix(prefix: Int) throws {
        let rig = rig()
        _ = rig.depart(limit: 1, prefix: prefix)
        _ = rig.depart(limit: 2, prefix: prefix)
        let rest = try #require(rig.depart(limit: 2, prefix: prefix))
        #expect(rest.offset == 60 + 2 * (1000 + prefix))
    }

    @Test("bytes limit a departure, but never below one packet")
    func maximumBytes() {
        let rig = rig()
        #expect(rig.depart(limit: 9, maximumBytes: 10)?.packets == 1)
        #expect(rig.depart(limit: 9, maximumBytes: 2999)?.packets == 2)
        #expect(rig.depart(limit: 9, maximumBytes: 2000)?.packets == 2)
    }

    @Test("nothing departs from an empty line or with no room")
    func nothing() {
        let rig = rig()
        #expect(rig.depart(limit: 0) == nil)
        _ = rig.depart(line: 0, packets: 100)
        #expect(rig.depart(limit: 1) == nil)
    }
}
