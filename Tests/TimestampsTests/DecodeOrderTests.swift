import MediaCore
import Testing

@testable import Timestamps

@Suite struct DecodeOrderTests {
    private func milliseconds(_ value: Int64) -> MediaTime { .milliseconds(value) }

    @Test func equalTimesAreNudgedByOneTick() {
        var order = DecodeOrder(timeBase: TimeBase(1, 1000))
        let times = [0, 40, 40, 40, 80].map { order.admit(decode: milliseconds($0), presentation: milliseconds($0)) }
        #expect(times.map(\.decode) == [0, 40, 41, 42, 80].map(milliseconds))
        #expect(times.map(\.presentation) == [0, 40, 41, 42, 80].map(milliseconds))
    }

    @Test func aDecodeTimeBehindThePresentationGoesBackToIt() {
        var order = DecodeOrder(timeBase: TimeBase(1, 1000))
        _ = order.admit(decode: milliseconds(0), presentation: milliseconds(0))
        let times = order.admit(decode: milliseconds(40), presentation: milliseconds(20))
        #expect(times == (milliseconds(20), milliseconds(20)))
    }

    @Test func theEndOfTheRangeDoesNotTrap() {
        var order = DecodeOrder(timeBase: TimeBase(1, 1))
        for _ in 0..<3 {
            let end = MediaTime(nanoseconds: .max)
            #expect(order.admit(decode: end, presentation: end) == (end, end))
        }
    }
}
