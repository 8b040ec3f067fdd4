import MediaCore
import RTP
import Testing

@testable import RTSPClient

@Suite struct StreamMeterTests {
    @Test func countsPacketsUnitsAndSpread() {
        var stream = SentStream(clockRate: .video)
        for unit in 0..<100 {
            let time = MediaTime.milliseconds(Int64(unit) * 40)
            stream.send(presentation: time, departure: time, packets: unit % 10 == 0 ? 21 : 1)
        }
        stream.finish()
        let meter = stream.meter
        #expect(meter.packets == 10 * 21 + 90)
        #expect(meter.bytes == 300_000)
        #expect(meter.units == 100)
        #expect(meter.largestUnit == 21)
        #expect(meter.ledger.lost == 0)
        // The ten large units alone: 20 steps of 0.1 ms.
        #expect(meter.spread.entries.map(\.value) == [Int32](repeating: 2000, count: 10))
        #expect(meter.differences.count == 100)
        #expect(meter.firstArrival == SentStream.origin)
    }

    /// A packet that comes late belongs to its unit, and begins none.
    @Test func aLatePacketBeginsNoUnit() {
        var meter = StreamMeter(clockRate: .video, epoch: .zero)
        for (number, timestamp, time) in [(1, 0, 0), (2, 3600, 40), (4, 7200, 80), (3, 3600, 81), (5, 7200, 82)] {
            meter.receive(
                SequenceNumber(UInt16(number)), RTPTimestamp(UInt32(timestamp)), bytes: 12,
                at: .milliseconds(Int64(time)))
        }
        meter.finish(isComplete: true)
        #expect(meter.units == 3)
        #expect(meter.ledger.reordered == 1)
        #expect(meter.spread.entries == [Histogram.Entry(value: 2000, count: 1)])
    }
}
