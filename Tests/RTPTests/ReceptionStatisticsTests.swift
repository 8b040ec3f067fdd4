import ByteFixtures
import MediaCore
import RTP
import Testing

@Suite struct ReceptionStatisticsTests {
    private func receive(_ numbers: [UInt16]) -> (ReceptionStatistics, [ReceptionStatistics.Arrival]) {
        var statistics = ReceptionStatistics(clockRate: .video)
        let arrivals = numbers.map { statistics.receive(SequenceNumber($0), timestamp: RTPTimestamp(0), at: .zero) }
        return (statistics, arrivals)
    }

    @Test func inOrderOverAWrap() {
        let (statistics, arrivals) = receive([65_534, 65_535, 0, 1])
        #expect(arrivals == [.first, .inOrder, .inOrder, .inOrder])
        #expect(statistics.extendedHighestSequenceNumber == 0x1_0001)
        #expect(statistics.expected == 4 && statistics.lost == 0)
    }

    @Test func lossLateAndDuplicate() {
        let (statistics, arrivals) = receive([10, 13, 12, 12, 14])
        #expect(arrivals == [.first, .gap(missing: 2), .lateOrDuplicate, .lateOrDuplicate, .inOrder])
        #expect(statistics.expected == 5 && statistics.received == 5 && statistics.lost == 0)
    }

    @Test func jumpAndRestart() {
        let (once, first) = receive([10, 20_000, 11])
        #expect(first == [.first, .jump, .inOrder])
        #expect(once.received == 2 && once.lost == 0)
        let (twice, second) = receive([10, 20_000, 20_001, 20_002])
        #expect(second == [.first, .jump, .restart, .inOrder])
        #expect(twice.expected == 2 && twice.lost == 0)
        #expect(receive([100, 3099]).1.last == .gap(missing: 2998))
        #expect(receive([100, 3100]).1.last == .jump)
        #expect(receive([200, 100]).1.last == .lateOrDuplicate)
        #expect(receive([200, 99]).1.last == .jump)
    }

    /// RFC 3550 A.3: the fraction is of the time since the last report.
    @Test func fractionLost() {
        var statistics = ReceptionStatistics(clockRate: .video)
        for number in [0, 1, 2, 3, 8] as [UInt16] {
            _ = statistics.receive(SequenceNumber(number), timestamp: RTPTimestamp(0), at: .zero)
        }
        let first = statistics.report(on: SSRC(7), at: .zero)
        #expect(first.ssrc == SSRC(7) && first.fractionLost == UInt8(4 * 256 / 9) && first.cumulativeLost == 4)
        #expect(first.lastSenderReport == 0 && first.delaySinceLastSenderReport == 0)
        _ = statistics.receive(SequenceNumber(9), timestamp: RTPTimestamp(0), at: .zero)
        let second = statistics.report(on: SSRC(7), at: .zero)
        #expect(second.fractionLost == 0 && second.cumulativeLost == 4 && second.extendedHighestSequenceNumber == 9)
        // Duplicates: negative.
        for _ in 0..<6 { _ = statistics.receive(SequenceNumber(9), timestamp: RTPTimestamp(0), at: .zero) }
        #expect(statistics.report(on: SSRC(7), at: .zero).cumulativeLost == -2)
    }

    /// RFC 3550 A.8: one packet 16 ms late moves the jitter by a sixteenth of that, and back by a sixteenth with the
    /// next.
    @Test func jitter() {
        var statistics = ReceptionStatistics(clockRate: ClockRate(hertz: 8000)!)
        for (number, arrival) in [0, 20, 40, 76].enumerated() {
            _ = statistics.receive(
                SequenceNumber(UInt16(number)), timestamp: RTPTimestamp(0).advanced(by: Int64(number) * 160 - 200),
                at: .milliseconds(Int64(arrival)))
        }
        #expect(statistics.jitter == 8)
        for number in 4..<400 {
            _ = statistics.receive(
                SequenceNumber(UInt16(number)), timestamp: RTPTimestamp(0).advanced(by: Int64(number) * 160 - 200),
                at: .milliseconds(Int64(number) * 20 + 16))
        }
        #expect(statistics.jitter == 0)
    }

    @Test func senderReportTimes() {
        var statistics = ReceptionStatistics(clockRate: .video)
        _ = statistics.receive(SequenceNumber(1), timestamp: RTPTimestamp(0), at: .zero)
        let ntp = NTPTimestamp(0x1111_2222_3333_4444)
        statistics.received(
            SenderReport(
                ssrc: SSRC(1), ntpTimestamp: ntp, rtpTimestamp: RTPTimestamp(0), packetCount: 0, octetCount: 0),
            at: .seconds(1))
        let report = statistics.report(on: SSRC(1), at: .milliseconds(1500))
        #expect(report.lastSenderReport == 0x2222_3333)
        #expect(report.delaySinceLastSenderReport == 32_768)
    }

    /// Counts the plain way: a set of extended numbers.
    @Test(arguments: 0..<20) func againstACount(seed: UInt64) {
        var random = TestRandom(seed)
        var statistics = ReceptionStatistics(clockRate: .video)
        let base = 65_000 + Int(seed)
        var received = 0
        var highest = base
        for number in base..<base + 3000 where number == base || Int.random(in: 0..<10, using: &random) > 0 {
            _ = statistics.receive(
                SequenceNumber(UInt16(truncatingIfNeeded: number)), timestamp: RTPTimestamp(0), at: .zero)
            received += 1
            highest = number
        }
        #expect(statistics.lost == Int64(highest - base + 1 - received))
    }
}
