import MediaCore
import RTP
import Testing

@Suite struct ReceptionReportTests {
    private func report(lsr: UInt32, dlsr: UInt32) -> ReceptionReport {
        ReceptionReport(
            ssrc: SSRC(1), fractionLost: 0, cumulativeLost: 0, extendedHighestSequenceNumber: 0, jitter: 0,
            lastSenderReport: lsr,
            delaySinceLastSenderReport: dlsr)
    }

    /// The example of RFC 3550 figure 2: 6.125 s.
    @Test func roundTripTime() {
        let report = report(lsr: 0xB705_2000, dlsr: 0x0005_4000)
        #expect(report.roundTripTime(arrival: NTPTimestamp(0xB710_8000 << 16)) == .milliseconds(6125))
        #expect(report.roundTripTime(arrival: NTPTimestamp(0xFFFF_B710_8000_FFFF)) == .milliseconds(6125))
    }

    @Test func noneWithoutASenderReport() {
        #expect(report(lsr: 0, dlsr: 0).roundTripTime(arrival: NTPTimestamp(1 << 40)) == nil)
        #expect(
            report(lsr: 0x20_0000, dlsr: 0).roundTripTime(arrival: NTPTimestamp(0x10_0000 << 16)) == nil,
            "from the future")
        #expect(
            report(lsr: .max, dlsr: 0).roundTripTime(arrival: NTPTimestamp(0)) == MediaTime(nanoseconds: 15_258),
            "wraps")
    }
}
