import ByteFixtures
import MediaCore
import RTP
import Testing

@Suite struct ReportIntervalTests {
    private struct Constant: RandomNumberGenerator {
        var value: UInt64
        mutating func next() -> UInt64 { value }
    }

    private func interval(
        members: Int = 2, senders: Int = 1, weSent: Bool = true, bandwidth: Int = 50_000, size: Int = 72
    ) -> ReportInterval {
        ReportInterval(members: members, senders: senders, weSent: weSent, rtcpBandwidth: bandwidth, probableSize: size)
    }

    @Test func minimum() {
        var interval = interval()
        #expect(interval.deterministic == .milliseconds(2500), "half before the first report")
        interval.sent(bytes: 72)
        #expect(interval.deterministic == .seconds(5))
    }

    /// 0.5 to 1.5 times the interval, over e - 3/2 = 1.21828.
    @Test(arguments: [(0, 2_052_000_000), (1 << 63, 4_104_100_000), (.max, 6_156_200_000)] as [(UInt64, Int64)])
    func randomized(value: UInt64, nanoseconds: Int64) {
        var interval = interval()
        interval.sent(bytes: 72)
        var random = Constant(value: value)
        #expect(abs(interval.next(using: &random).nanoseconds - nanoseconds) < 200_000)
    }

    /// RFC 3550 6.3.1: 1000 receivers share three quarters of 1,000 bytes a second; the sender has a quarter.
    @Test func shares() {
        var receiver = interval(members: 1001, senders: 1, weSent: false, bandwidth: 1000, size: 72)
        #expect(receiver.deterministic == MediaTime(nanoseconds: 1000 * 100 * 1_000_000_000 / 750))
        receiver.weSent = true
        #expect(receiver.deterministic == .milliseconds(2500))
        // More than a quarter are senders: all share all.
        let crowd = interval(members: 100, senders: 26, weSent: true, bandwidth: 1000, size: 72)
        #expect(crowd.deterministic == .seconds(10))
        // Exactly a quarter still has its own share.
        let quarter = interval(members: 100, senders: 25, weSent: true, bandwidth: 1000, size: 72)
        #expect(quarter.deterministic == .seconds(10))
        #expect(
            interval(members: 100, senders: 0, weSent: false, bandwidth: 1000, size: 72).deterministic == .seconds(10))
    }

    @Test func averageSize() {
        var interval = interval(size: 72)
        #expect(interval.averageSizeSixteenths == 1600)
        interval.observed(bytes: 232)
        // 260/16 + 15/16 * 100 = 110
        #expect(interval.averageSizeSixteenths == 1760)
        for _ in 0..<500 { interval.observed(bytes: 72) }
        #expect((1600...1616).contains(interval.averageSizeSixteenths))
    }

    @Test func extremesDoNotTrap() {
        var random = TestRandom(1)
        for (members, bandwidth) in [(0, 0), (-5, -5), (Int(Int32.max), 1), (1, .max)] {
            _ = interval(members: members, senders: 0, weSent: false, bandwidth: bandwidth).next(using: &random)
        }
    }
}
