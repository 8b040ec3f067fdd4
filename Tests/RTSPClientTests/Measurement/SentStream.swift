import MediaCore
import RTP

@testable import RTSPClient

/// A stream as a server would send it: units with decode and presentation times, each sent when the test says.
struct SentStream {
    let clockRate: ClockRate
    /// The timestamp at NPT zero: `rtptime` of RTP-Info.
    let start: RTPTimestamp
    private(set) var meter: StreamMeter
    private var sequenceNumber: UInt16 = 65_500

    /// When NPT zero is decoded, on the arrivals' clock.
    static let origin = MediaTime.milliseconds(7_000)

    init(clockRate: ClockRate, offset: UInt32 = 4_294_960_000) {
        self.clockRate = clockRate
        self.start = RTPTimestamp(offset)
        self.meter = StreamMeter(clockRate: clockRate, epoch: .milliseconds(6_990))
    }

    /// - Parameters:
    ///   - presentation: NPT.
    ///   - departure: when its first packet comes, from `origin`.
    ///   - packets: one comes every 0.1 ms.
    mutating func send(presentation: MediaTime, departure: MediaTime, packets: Int) {
        let timestamp = start.advanced(by: presentation.ticks(at: clockRate))
        for index in 0..<packets {
            let number = SequenceNumber(sequenceNumber)
            sequenceNumber &+= 1
            let arrival = Self.origin + departure + .microseconds(Int64(index) * 100)
            meter.receive(number, timestamp, bytes: 1000, at: arrival)
        }
    }

    /// A unit of so many packets is sent, and none comes.
    mutating func lose(packets: Int) { sequenceNumber &+= UInt16(packets) }

    /// The sender ends it.
    mutating func finish() { meter.finish(isComplete: true) }

    mutating func announce(wallClock: Int64, at npt: MediaTime) {
        meter.receive(
            SenderReport(
                ssrc: SSRC(1), ntpTimestamp: NTPTimestamp(unixNanoseconds: wallClock),
                rtpTimestamp: start.advanced(by: npt.ticks(at: clockRate)), packetCount: 0, octetCount: 0))
    }
}
