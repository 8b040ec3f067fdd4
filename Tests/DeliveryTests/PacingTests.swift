import Delivery
import MediaCore
import TestSupport
import Testing

/// The Pacer's law for one line: what is due when, on a line whose decode times are its delivery times.
@Suite struct PacingTests {
    private let pacing = PacingLimits.standard
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    /// A line of 40 ms units with these packet counts.
    private func rig(_ packets: [Int]) -> QueueRig {
        let title = FakeTitle(units: packets.enumerated().map { .video($0, packets: $1, isKey: $0 == 0) })
        let rig = QueueRig(
            title,
            limits: DemandLimits(
                lowTime: .seconds(9), lowBytes: 1 << 30, lowPackets: 1 << 20, batchBytes: 1 << 30,
                batchTime: .seconds(9)))
        rig.fill()
        return rig
    }

    /// Sends what is due at each quantum; returns how many packets left when.
    private func drive(_ rig: QueueRig, until end: MediaTime) -> [(time: MediaTime, packets: Int)] {
        var sent: [(time: MediaTime, packets: Int)] = []
        while let next = pacing.nextDeparture(rig.queue.lines[0], last: sent.last?.time, departure: { $0 }), next <= end
        {
            // The quantum at or after it, and after the one before.
            let into = (next.nanoseconds % 2_000_000 + 2_000_000) % 2_000_000
            var quantum = next + MediaTime(nanoseconds: into == 0 ? 0 : 2_000_000 - into)
            if let last = sent.last { quantum = max(quantum, last.time + ms(2)) }
            let due = pacing.packetsDue(rig.queue.lines[0], now: quantum, last: sent.last?.time) { $0 }
            #expect(due > 0, "woken for nothing at \(quantum)")
            guard due > 0 else { break }
            rig.pass(line: 0, packets: min(due, pacing.burst))
            sent.append((quantum, min(due, pacing.burst)))
        }
        return sent
    }

    @Test("small units leave in the quantum of their decode time")
    func smallUnits() {
        let rig = rig([32, 5, 1])
        #expect(pacing.packetsDue(rig.queue.lines[0], now: ms(-1), last: nil) { $0 } == 0)
        let sent = drive(rig, until: ms(1000))
        #expect(sent.map(\.time) == [ms(0), ms(40), ms(80)])
        #expect(sent.map(\.packets) == [32, 5, 1])
    }

    @Test("overdue units are due together")
    func overdue() {
        let rig = rig([3, 4, 5])
        #expect(pacing.packetsDue(rig.queue.lines[0], now: ms(39), last: nil) { $0 } == 3)
        #expect(pacing.packetsDue(rig.queue.lines[0], now: ms(40), last: nil) { $0 } == 7)
        #expect(pacing.packetsDue(rig.queue.lines[0], now: ms(500), last: nil) { $0 } == 12)
    }

    @Test("a large unit starts the lead before its decode time, leaves at an even rate, and is out by its decode time")
    func largeUnit() {
        // 3,020 packets in the 151 quanta from -300 ms to 0: twenty each.
        let rig = rig([3020])
        #expect(pacing.nextDeparture(rig.queue.lines[0], last: nil) { $0 } == ms(-300))
        #expect(pacing.packetsDue(rig.queue.lines[0], now: ms(-301), last: nil) { $0 } == 0)
        #expect(pacing.packetsDue(rig.queue.lines[0], now: ms(-300), last: nil) { $0 } == 20)
        let sent = drive(rig, until: ms(100))
        #expect(sent.first?.time == ms(-300))
        #expect(sent.last?.time == ms(0))
        #expect(sent.allSatisfy { $0.packets == 20 })
    }

    @Test("33 packets are large, 32 are not")
    func threshold() {
        #expect(pacing.nextDeparture(rig([33]).queue.lines[0], last: nil) { $0 } == ms(-300))
        #expect(pacing.nextDeparture(rig([32]).queue.lines[0], last: nil) { $0 } == ms(0))
    }

    @Test("a large unit of no high rate leaves in even steps, each worth a segmented send")
    func steps() {
        // Ten steps, from -300 ms to 0: 33.3 ms apart.
        let sent = drive(rig([160]), until: ms(100))
        #expect(sent.first?.time == ms(-300))
        #expect(sent.last?.time == ms(0))
        #expect(sent.map(\.packets).reduce(0, +) == 160)
        #expect(sent.count <= 10 && sent.allSatisfy { (1...18).contains($0.packets) })
        for (one, next) in zip(sent, sent.dropFirst()) { #expect((ms(32)...ms(36)).contains(next.time - one.time)) }
    }

    @Test("steps a little more than a quantum apart are as large as that takes: the rate stays even")
    func stepsBetweenQuanta() {
        // 97 steps of 16 would be 3.125 ms apart: every 4 ms, a few packets more.
        let sent = drive(rig([1550]), until: ms(100))
        #expect(sent.last?.time == ms(0))
        #expect(sent.dropLast().allSatisfy { (16...22).contains($0.packets) })
        for (one, next) in zip(sent, sent.dropFirst()) { #expect((ms(2)...ms(4)).contains(next.time - one.time)) }
    }

    @Test("a large unit that could not start in time catches up evenly over what time is left")
    func lateStart() {
        let rig = rig([1000])
        // 50 ms are 25 quanta and the one of the decode time.
        #expect(pacing.packetsDue(rig.queue.lines[0], now: ms(-50), last: nil) { $0 } == 39)
        #expect(pacing.packetsDue(rig.queue.lines[0], now: ms(-50), last: ms(-500)) { $0 } == 39)
        rig.pass(line: 0, packets: 39)
        #expect(pacing.packetsDue(rig.queue.lines[0], now: ms(-48), last: ms(-50)) { $0 } == 39)
        #expect(pacing.packetsDue(rig.queue.lines[0], now: ms(0), last: ms(-50)) { $0 } == 961)
    }

    @Test("units queued before a large one go out with it, in time and not one packet late")
    func behindSmallUnits() {
        let rig = rig([10, 10, 10, 10, 10, 1500])
        let sent = drive(rig, until: ms(1000))
        var through = 0
        var times: [MediaTime] = []
        for (time, packets) in sent {
            through += packets
            times += Array(repeating: time, count: packets)
        }
        #expect(through == 1550)
        for unit in 0..<5 { #expect(times[10 * unit + 9] <= ms(Int64(40 * unit))) }
        #expect(times[1549] <= ms(200))
        #expect(sent.map(\.packets).max()! <= 22)
    }

    @Test("a unit too large even for lead and burst leaves at full burst until it is out")
    func hopeless() {
        let rig = rig([10_000])
        let sent = drive(rig, until: ms(10_000))
        #expect(sent.dropLast().allSatisfy { $0.packets == 32 })
        #expect(sent.count == 313)
    }

    @Test("what is left of before a seek is due at once")
    func leftover() {
        let rig = rig([50, 2])
        rig.pass(line: 0, packets: 20)
        rig.queue.restart(at: .zero, end: nil)
        #expect(
            pacing.nextDeparture(rig.queue.lines[0], last: nil) { $0 + .seconds(1000) } == MediaTime(nanoseconds: .min))
        #expect(pacing.packetsDue(rig.queue.lines[0], now: .zero, last: nil) { $0 + .seconds(1000) } == 30)
    }

    @Test("an empty line has nothing due, ever")
    func empty() {
        let rig = QueueRig(.film(seconds: 1))
        #expect(pacing.packetsDue(rig.queue.lines[0], now: .seconds(9), last: nil) { $0 } == 0)
        #expect(pacing.nextDeparture(rig.queue.lines[0], last: nil) { $0 } == nil)
    }

    @Test("decode times at the ends of the range do not trap", arguments: [Int64.min, .max])
    func extremes(nanoseconds: Int64) {
        var unit = FakeUnit.video(0, packets: 40, isKey: true)
        unit.unit.decodeTime = MediaTime(nanoseconds: nanoseconds)
        let rig = QueueRig(FakeTitle(units: [unit]))
        rig.fill()
        let due = pacing.packetsDue(rig.queue.lines[0], now: .seconds(1), last: nil) { $0 + .seconds(1) }
        #expect(due == (nanoseconds < 0 ? 40 : 0))
        #expect(pacing.nextDeparture(rig.queue.lines[0], last: nil) { $0 } != nil)
    }
}
