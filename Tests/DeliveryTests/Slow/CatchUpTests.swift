import MediaCore
import RTP
import TestSupport
import Testing

@testable import Delivery

/// The timeline of a viewer over TCP that was stalled.
@Suite struct CatchUpTests {
    private let stage = ViewerStage()
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    @Test("due at max(d, t0 + (d - d0) / 2), up to where the lines meet")
    func law() {
        var law = CatchUp()
        #expect(!law.isActive)
        #expect(law.due(ms(500)) == ms(500))
        law.stall()
        law.goOn(at: ms(4000), oldest: ms(1000), tolerance: ms(10))
        let due = [1000, 1040, 3000, 6999, 7000, 7001, 9000].map { law.due(ms($0)) }
        #expect(due == [ms(4000), ms(4020), ms(5000), MediaTime.microseconds(6_999_500), ms(7000), ms(7001), ms(9000)])
        law.endIfMet(at: ms(6999))
        #expect(law.isActive)
        law.endIfMet(at: ms(7000))
        #expect(!law.isActive)
    }

    @Test("who is no later than the tolerance has kept up", arguments: [9, 10, 11])
    func tolerance(_ late: Int64) {
        var law = CatchUp()
        law.stall()
        law.goOn(at: ms(1000 + late), oldest: ms(1000), tolerance: ms(10))
        #expect(law.isActive == (late > 10))
        law.stall()
        law.goOn(at: ms(5000), oldest: nil, tolerance: ms(10))
        #expect(law.isActive == (late > 10))
        #expect(!law.isStalled)
    }

    @Test(
        "a viewer that stops for three seconds gets everything, at twice the rate until it is where it would have been")
    func catchesUp() {
        let seat = stage.seat(.film(seconds: 20), interleaved: true)
        seat.play()
        stage.run(for: ms(2000))
        block(seat, true)
        stage.run(for: ms(3000))
        let before = seat.transports.map(\.sent.count)
        let goesOn = stage.now
        block(seat, false)
        stage.run(for: .seconds(30))
        // Both tracks by one law, from the oldest that was due on: a unit of audio, soon after the stall began.
        let late = seat.viewer.counters.latenessMaximum
        #expect(late > ms(2960) && late <= ms(3000))
        #expect(seat.sent.filter { $0.time > goesOn - ms(3000) && $0.time < goesOn }.isEmpty)
        for (transport, before) in zip(seat.transports, before) {
            expectWhole(transport)
            var wrong = 0
            for sent in transport.sent[before...] {
                let time = ViewerStage.begin + sent.unit.decodeTime
                let due = max(time, goesOn + MediaTime(nanoseconds: (time - (goesOn - late)).nanoseconds / 2))
                if sent.time < due || sent.time > due + ms(2) { wrong += 1 }
            }
            #expect(wrong == 0)
            // Reports and timestamps know nothing of it.
            let rate: Int64 = transport === seat.transports[0] ? 90 : 48
            let isOnMap = transport.sent.allSatisfy { sent in
                let ticks = (ViewerStage.begin + sent.unit.presentationTime).nanoseconds * rate
                return abs(ticks - Int64(sent.header.timestamp.rawValue) * 1_000_000) <= 1_000_000
            }
            #expect(isOnMap)
        }
        #expect(seat.transports.map(\.sent.count) == [20 * (60 + 24 * 25), 937])
        #expect(seat.viewer.counters.thinning == ThinCounters())
        #expect(seat.ends == [nil])
        #expect(seat.givenUp.isEmpty)
    }

    @Test("a second stall while it catches up begins the law anew")
    func stallsAgain() {
        let seat = stage.seat(.film(seconds: 20), tracks: [0], interleaved: true)
        seat.play()
        stage.run(for: ms(2000))
        for _ in 0..<2 {
            block(seat, true)
            stage.run(for: ms(2000))
            block(seat, false)
            stage.run(for: ms(1000))
        }
        let (now, last) = (stage.now, seat.sent.last?.unit.decodeTime)
        stage.run(for: ms(2000))
        // From 2.04 s on: 1 s at twice the rate, 2 s stalled; from 4.08 s on 1 s at twice the rate. Met 1.92 s later.
        #expect(now == ViewerStage.begin + ms(8000))
        #expect(last == ms(6080))
        #expect(stage.now - ViewerStage.begin - (seat.sent.last?.unit.decodeTime ?? .zero) <= ms(40))
        stage.run(for: .seconds(20))
        expectWhole(seat.transports[0])
    }

    @Test("what is late when it pauses goes on at twice the rate after it")
    func pausedWhileLate() {
        let seat = stage.seat(.film(seconds: 10), tracks: [0], interleaved: true)
        seat.play()
        stage.run(for: ms(1000))
        block(seat, true)
        stage.run(for: ms(2000))
        seat.viewer.pause()
        block(seat, false)
        stage.run(for: ms(5000))
        let (count, begin) = (seat.sent.count, stage.now)
        seat.play()
        stage.run(for: ms(1000))
        let times = seat.sent[count...].map { ($0.time - begin, $0.unit.decodeTime) }
        #expect(times.last.map { $0.1 == ms(3040) } == true)
        #expect(times.allSatisfy { 2 * ($0.0.nanoseconds + 4_000_000) >= ($0.1 - ms(1040)).nanoseconds })
        stage.run(for: .seconds(20))
        expectWhole(seat.transports[0])
    }

    @Test("a seek is not late")
    func soughtWhileLate() {
        let seat = stage.seat(.film(seconds: 20), tracks: [0], interleaved: true)
        seat.play()
        stage.run(for: ms(1000))
        block(seat, true)
        stage.run(for: ms(2000))
        block(seat, false)
        seat.play(.seconds(10))
        stage.run(for: ms(500))
        let late = seat.sent.filter { $0.unit.decodeTime >= .seconds(10) }.map {
            $0.time - ViewerStage.begin - ms(3000) - ($0.unit.decodeTime - .seconds(10))
        }
        #expect(late.count > 100)
        #expect(late.allSatisfy { $0 >= .zero && $0 <= ms(2) })
    }

    @Test("nothing is different for a viewer that keeps up, in either mode", arguments: [SlowLimits.Mode.wait, .thin])
    func keepsUp(_ mode: SlowLimits.Mode) {
        var slow = SlowLimits()
        slow.mode = mode
        let seat = stage.seat(.groups(seconds: 20), interleaved: true, slow: slow)
        // Full after each unit, until the flush.
        for transport in seat.transports {
            transport.capacity = 1
            let accepted = transport.accepted
            transport.accepted = { line, packets, refused in
                accepted?(line, packets, refused)
                seat.viewer.transportDrained()
            }
        }
        seat.play()
        stage.run(for: .seconds(30))
        for (track, transport) in seat.transports.enumerated() { expectIntact(transport, of: seat.title, track: track) }
        expectContiguous(seat)
        let late = seat.sent.map { $0.time - ViewerStage.begin - $0.unit.decodeTime }.max()
        #expect(late.map { $0 <= ms(4) } == true)
        #expect(seat.transports.map(\.sent.count) == [20 * 80, 937])
        #expect(seat.levels.isEmpty)
        #expect(seat.viewer.counters.thinning == ThinCounters())
    }

    private func block(_ seat: ViewerStage.Seat, _ isBlocked: Bool) {
        for transport in seat.transports { transport.isBlocked = isBlocked }
        if !isBlocked { seat.viewer.transportDrained() }
    }
}
