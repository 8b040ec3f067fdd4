import Delivery
import MediaCore
import RTP
import TestSupport
import Testing

/// What is written into headers as packets depart.
@Suite struct ViewerStreamTests {
    @Test("over TCP each packet is framed by $, its interleaved id and its length")
    func framing() {
        let stage = ViewerStage()
        let seat = stage.seat(.film(seconds: 1), interleaved: true)
        seat.play()
        stage.run(for: .seconds(2))
        #expect(seat.sent.count > 600)
        for (line, transport) in seat.transports.enumerated() {
            let isFramed = transport.sent.allSatisfy {
                $0.framing == [0x24, UInt8(2 * line), UInt8($0.bytes.count >> 8), UInt8($0.bytes.count & 0xFF)]
            }
            #expect(isFramed)
            expectWhole(transport)
        }
    }

    @Test("over UDP there is no framing; the header is the stream's own, the payload the unit's")
    func headers() {
        let stage = ViewerStage()
        let seat = stage.seat(.film(seconds: 1))
        seat.play()
        stage.run(for: .seconds(2))
        for (line, transport) in seat.transports.enumerated() {
            #expect(transport.sent.allSatisfy { $0.framing.isEmpty })
            #expect(transport.sent.allSatisfy { $0.header.payloadType == PayloadType(UInt8(96 + line)) })
            #expect(transport.sent.allSatisfy { $0.header.ssrc == SSRC(0x5100_0000 + UInt32(line)) })
            #expect(transport.sent.allSatisfy { $0.header.payload == 12..<$0.bytes.count })
            let isIntact = transport.sent.prefix(80).allSatisfy { sent in
                sent.bytes[20...].allSatisfy { $0 == UInt8(truncatingIfNeeded: sent.identity.packet) }
            }
            #expect(isIntact)
        }
    }

    @Test("units bear the timestamp of their presentation, in decode order")
    func reorderedTimestamps() {
        // I P B B with one frame of delay: decoded 0 1 2 3, presented 1 4 2 3.
        let stage = ViewerStage()
        let units = [1, 4, 2, 3].enumerated().map { index, shown in
            var unit = FakeUnit.video(index, packets: 1, isKey: index == 0)
            unit.unit.presentationTime = .milliseconds(Int64(40 * shown))
            return unit
        }
        let seat = stage.seat(FakeTitle(units: units))
        seat.play()
        stage.run(for: .seconds(1))
        // Delivery starts with the earliest presentation, 40 ms, which leaves at once for its decode time is the earliest.
        #expect(seat.lastStart?.position == .milliseconds(40))
        let start = UInt32(90 * 100_040)
        #expect(seat.lastStart?.streams[0].timestamp == RTPTimestamp(start))
        #expect(seat.sent.map(\.header.timestamp.rawValue) == [0, 10_800, 3600, 7200].map { start + $0 })
        #expect(seat.sent.map(\.time) == [0, 40, 80, 120].map { ViewerStage.begin + .milliseconds($0) })
    }
}
