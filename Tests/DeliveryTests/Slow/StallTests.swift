import MediaCore
import TestSupport
import Testing

@testable import Delivery

/// Viewers over TCP that take nothing.
@Suite struct StallTests {
    private let stage = ViewerStage()
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    private func seat(_ mode: SlowLimits.Mode = .wait, title: FakeTitle = .film(seconds: 100)) -> ViewerStage.Seat {
        var slow = SlowLimits()
        slow.mode = mode
        slow.stallTimeout = .seconds(5)
        return stage.seat(title, interleaved: true, acceptance: .manual, slow: slow)
    }

    private func takeAll(_ seat: ViewerStage.Seat) {
        for transport in seat.transports { transport.accept(transport.onTheWay) }
        seat.viewer.transportDrained()
    }

    @Test("given up at the limit and not before, once", arguments: [SlowLimits.Mode.wait, .thin])
    func givenUp(_ mode: SlowLimits.Mode) {
        let seat = seat(mode)
        for transport in seat.transports { transport.capacity = 100 }
        seat.play()
        stage.run(for: ms(4998))
        #expect(seat.givenUp.isEmpty)
        stage.run(for: ms(4))
        #expect(seat.givenUp == [ViewerStage.begin + ms(5000)])
        stage.run(for: .seconds(60))
        #expect(seat.givenUp.count == 1)
    }

    @Test("who takes a packet shortly before the limit has as long again", arguments: [4999, 5000, 5001])
    func takesOne(_ when: Int64) {
        let seat = seat()
        for transport in seat.transports { transport.capacity = 100 }
        seat.play()
        stage.run(for: ms(when))
        seat.transports[0].accept(1)
        stage.run(until: ViewerStage.begin + ms(when) + ms(4990))
        #expect(seat.givenUp.isEmpty == (when < 5000))
        stage.run(for: ms(20))
        #expect(seat.givenUp.count == 1)
    }

    @Test("a connection that is not full, and takes nothing, is given up too")
    func neverFull() {
        let seat = seat()
        seat.play()
        stage.run(for: ms(6000))
        #expect(seat.givenUp == [ViewerStage.begin + ms(5000)])
    }

    @Test("not while paused, nor at once after it")
    func paused() {
        let seat = seat()
        for transport in seat.transports { transport.capacity = 100 }
        seat.play()
        stage.run(for: ms(3000))
        seat.viewer.pause()
        stage.run(for: .seconds(100))
        #expect(seat.givenUp.isEmpty)
        seat.play()
        stage.run(for: ms(4990))
        #expect(seat.givenUp.isEmpty)
        stage.run(for: ms(20))
        #expect(seat.givenUp.count == 1)
    }

    @Test("nobody who has taken all, however long nothing is due")
    func nothingDue() {
        let units = [FakeUnit.video(0, packets: 3, isKey: true), .video(200, packets: 3, isKey: true)]
        let seat = seat(title: FakeTitle(units: units))
        seat.play()
        stage.run(for: ms(100))
        takeAll(seat)
        stage.run(for: ms(7800))
        #expect(seat.givenUp.isEmpty)
        stage.run(for: ms(500))
        #expect(seat.sent.count == 6)
        takeAll(seat)
        stage.run(for: .seconds(20))
        #expect(seat.givenUp.isEmpty)
        #expect(seat.ends == [nil])
    }

    @Test("nor viewers over UDP, whatever becomes of their datagrams")
    func datagrams() {
        var slow = SlowLimits()
        slow.stallTimeout = .seconds(5)
        let seat = stage.seat(.film(seconds: 30), acceptance: .manual, slow: slow)
        seat.play()
        stage.run(for: .seconds(20))
        #expect(seat.givenUp.isEmpty)
    }
}
