import Delivery
import MediaCore
import Testing

@Suite struct PacerTests {
    /// Notes when it is woken; says `next` each time.
    private final class Member: Paced {
        var pacerSlot = PacerSlot()
        var wakes: [MediaTime] = []
        var next: [MediaTime?] = []
        var onWake: (() -> Void)?

        func departDue(now: MediaTime) -> MediaTime? {
            wakes.append(now)
            onWake?()
            return next.isEmpty ? nil : next.removeFirst()
        }
    }

    private let pacer = Pacer(quantum: .milliseconds(2))
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    @Test("a member is woken in the first quantum that begins at or after its time")
    func roundsUp() {
        let member = Member()
        pacer.schedule(member, at: ms(4))
        #expect(pacer.nextWake == ms(4))
        pacer.cancel(member)
        pacer.schedule(member, at: MediaTime(nanoseconds: 4_000_001))
        #expect(pacer.nextWake == ms(6))
        pacer.run(now: ms(4))
        #expect(member.wakes.isEmpty)
        pacer.run(now: ms(6))
        #expect(member.wakes == [ms(6)])
        #expect(pacer.nextWake == nil)
    }

    @Test("the earlier of two schedules wins, whichever comes first")
    func earlierWins() {
        let member = Member()
        pacer.schedule(member, at: ms(10))
        pacer.schedule(member, at: ms(4))
        pacer.schedule(member, at: ms(8))
        #expect(pacer.nextWake == ms(4))
        for time in stride(from: Int64(0), through: 20, by: 2) { pacer.run(now: ms(time)) }
        #expect(member.wakes == [ms(4)])
    }

    @Test("what a member answers is when it is woken next, but never twice in one quantum")
    func answers() {
        let member = Member()
        member.next = [ms(0), ms(9), nil]
        pacer.schedule(member, at: ms(2))
        pacer.run(now: ms(2))
        #expect(pacer.nextWake == ms(4))
        pacer.run(now: ms(4))
        #expect(pacer.nextWake == ms(10))
        pacer.run(now: ms(10))
        #expect(member.wakes == [ms(2), ms(4), ms(10)])
        #expect(pacer.nextWake == nil)
    }

    @Test("a member that schedules itself while it is woken waits for the next quantum")
    func schedulesItself() {
        let member = Member()
        member.onWake = { [unowned member, pacer] in pacer.schedule(member, at: .zero) }
        pacer.schedule(member, at: ms(2))
        pacer.run(now: ms(2))
        #expect(member.wakes == [ms(2)])
        #expect(pacer.nextWake == ms(4))
    }

    @Test("who begins in a quantum that others were served in need not wait for the next; all others do")
    func comesLate() {
        let (early, late, idle) = (Member(), Member(), Member())
        pacer.schedule(early, at: ms(4))
        pacer.run(now: ms(4))
        let now = MediaTime(nanoseconds: 5_300_000)
        pacer.schedule(idle, at: pacer.beginning(of: now))
        #expect(pacer.nextWake == ms(6))
        pacer.scheduleAtOnce(late, at: pacer.beginning(of: now))
        pacer.scheduleAtOnce(early, at: pacer.beginning(of: now))
        #expect(pacer.nextWake == ms(4))
        pacer.run(now: now)
        #expect(late.wakes == [now])
        #expect(early.wakes == [ms(4)])
        #expect(idle.wakes.isEmpty)
        #expect(pacer.nextWake == ms(6))
    }

    @Test("one run serves all that are due, and the timer is not set for those who left")
    func many() {
        let members = (0..<50).map { _ in Member() }
        for (index, member) in members.enumerated() { pacer.schedule(member, at: ms(Int64(index % 3) * 2)) }
        pacer.run(now: ms(2))
        #expect(members.filter { !$0.wakes.isEmpty }.count == 34)
        for member in members { pacer.cancel(member) }
        #expect(pacer.nextWake == nil)
        pacer.run(now: ms(100))
        #expect(members.reduce(0) { $0 + $1.wakes.count } == 34)
    }

    @Test("cancelled and scheduled again for the same time, it is woken once")
    func cancelAndSchedule() {
        let member = Member()
        for _ in 0..<3 {
            pacer.schedule(member, at: ms(6))
            pacer.cancel(member)
        }
        pacer.schedule(member, at: ms(6))
        pacer.run(now: ms(6))
        pacer.run(now: ms(6))
        #expect(member.wakes.count == 1)
    }

    @Test("a late run does not make up for the quanta that were missed")
    func lateRun() {
        let member = Member()
        member.next = [ms(4), ms(6)]
        pacer.schedule(member, at: ms(2))
        pacer.run(now: ms(101))
        #expect(member.wakes == [ms(101)])
        #expect(pacer.nextWake == ms(102))
    }

    @Test("times at both ends of the range do not trap", arguments: [Int64.min, -1, .max - 1, .max])
    func extremes(nanoseconds: Int64) throws {
        let member = Member()
        pacer.schedule(member, at: MediaTime(nanoseconds: nanoseconds))
        let wake = try #require(pacer.nextWake)
        #expect(nanoseconds < 0 ? wake == .zero : wake.nanoseconds > .max - 2_000_000)
    }
}
