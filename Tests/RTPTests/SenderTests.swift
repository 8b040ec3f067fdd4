import MediaCore
import RTP
import Testing

@Suite struct SenderTests {
    private func sender(sequenceNumber: UInt16 = 65_534) -> SenderState {
        let timeline = DeliveryTimeline(wallClock: 1_700_000_000_000_000_000, start: .seconds(10), origin: .seconds(2))
        return SenderState(
            ssrc: SSRC(0xCAFE_BABE), sequenceNumber: SequenceNumber(sequenceNumber),
            clock: RTPClock(clockRate: .video, offset: 500, timeline: timeline))
    }

    @Test func departingPacketsAreStampedAndCounted() throws {
        var sender = sender()
        // Three packets of 20, 20 and 15 bytes with 4 bytes of framing before each.
        var bytes = [UInt8](repeating: 0, count: 3 * 24)
        for packet in 0..<3 { bytes[4 + packet * 24] = 0x80 }
        bytes.withUnsafeMutableBytes {
            sender.depart($0.baseAddress! + 4, count: 3, stride: 24, octets: 8 + 8 + 3, timestamp: RTPTimestamp(9))
        }
        for (packet, number) in [65_534, 65_535, 0].enumerated() {
            let slice = Array(bytes[(4 + packet * 24)..<(24 + packet * 24)])
            let header = try RTPHeader(parsing: slice.span.bytes)
            #expect(header.sequenceNumber.rawValue == UInt16(number))
            #expect(header.timestamp == RTPTimestamp(9) && header.ssrc == SSRC(0xCAFE_BABE))
        }
        #expect(sender.nextSequenceNumber == SequenceNumber(1))
        #expect(sender.packetCount == 3 && sender.octetCount == 19)
        #expect(sender.lastTimestamp == RTPTimestamp(9))
    }

    @Test func nothingDeparts() {
        var sender = sender()
        let before = sender
        withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) {
            sender.depart($0.baseAddress!, count: 0, stride: 16, octets: 0, timestamp: RTPTimestamp(9))
        }
        #expect(sender == before)
    }

    @Test func countersWrap() {
        var sender = sender()
        withUnsafeTemporaryAllocation(byteCount: 12, alignment: 1) {
            for _ in 0..<3 {
                sender.depart($0.baseAddress!, count: 1, stride: 0, octets: 0x7FFF_FFFF, timestamp: RTPTimestamp(1))
            }
        }
        #expect(sender.packetCount == 3 && sender.octetCount == 0x7FFF_FFFD)
    }

    @Test func reports() {
        let sender = sender()
        let start = sender.startReport
        #expect(start.ssrc == SSRC(0xCAFE_BABE))
        #expect(start.rtpTimestamp == RTPTimestamp(180_500))
        #expect(start.rtpTimestamp == sender.clock.timestamp(of: .seconds(10)))
        #expect(start.ntpTimestamp == NTPTimestamp(unixNanoseconds: 1_700_000_002_000_000_000))
        let later = sender.report(at: .milliseconds(2500))
        #expect(later.rtpTimestamp == RTPTimestamp(225_500))
        #expect(later.ntpTimestamp == NTPTimestamp(unixNanoseconds: 1_700_000_002_500_000_000))
    }
}
