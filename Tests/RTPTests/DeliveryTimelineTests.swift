import MediaCore
import RTP
import Testing

@Suite struct DeliveryTimelineTests {
    @Test func playPauseSeek() {
        var timeline = DeliveryTimeline(wallClock: 1_700_000_000_000_000_000, origin: .seconds(5))
        #expect(timeline.deliveryTime(of: .seconds(12)) == .seconds(17))
        #expect(timeline.npt(at: .seconds(17)) == .seconds(12))
        timeline.play(from: .seconds(40), at: .seconds(17))
        #expect(timeline.deliveryTime(of: .seconds(45)) == .seconds(22))
        timeline.play(from: .seconds(45), at: .seconds(25))
        #expect(timeline.deliveryTime(of: .seconds(46)) == .seconds(26))
        #expect(timeline.npt(at: .seconds(24)) == .seconds(44))
        #expect(timeline.ntp(at: .seconds(25)) == NTPTimestamp(unixNanoseconds: 1_700_000_025_000_000_000))
    }
}
