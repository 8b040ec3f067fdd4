import Delivery
import MediaCore
import RTP
import TestSupport
import Testing

@Suite struct ViewerReportsTests {
    private let stage = ViewerStage()
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    private func report(_ control: RecordingTransport.Control) throws -> SenderReport {
        guard case .senderReport(let report) = control.packets.first else {
            Issue.record("no sender report first")
            throw RTCPError.empty
        }
        return report
    }

    private func isGoodbye(_ control: RecordingTransport.Control) -> Bool {
        if case .goodbye = control.packets.last { true } else { false }
    }

    @Test(
        "before each PLAY's first packet of a stream goes a report of exactly the Range's start; all streams name the same NTP time"
    )
    func startReports() throws {
        let seat = stage.seat(.film(seconds: 30))
        seat.play()
        stage.run(for: ms(1100))
        seat.viewer.pause()
        stage.run(for: ms(1000))
        seat.play()
        stage.run(for: ms(1100))
        seat.play(.seconds(20))
        stage.run(for: ms(1100))
        let starts = seat.starts.compactMap { try? $0.get() }
        #expect(starts.count == 3)
        // NPT zero at 100.3 s; resume at 102.1 s where it stood; seek at 103.2 s with the lead.
        for (index, origin) in [ms(100_300), ms(102_100), ms(103_500)].enumerated() {
            for (line, transport) in seat.transports.enumerated() {
                let reports = try transport.control.map(report)
                let match = reports.firstIndex { $0.rtpTimestamp == starts[index].streams[line].timestamp }
                let found = try #require(match)
                #expect(
                    reports[found].ntpTimestamp
                        == NTPTimestamp(unixNanoseconds: ViewerStage.wallClock + origin.nanoseconds))
                let next = transport.sent[transport.control[found].packetsBefore]
                #expect(next.header.sequenceNumber == starts[index].streams[line].sequenceNumber)
                #expect(next.time == transport.control[found].time)
                #expect(reports[found].packetCount == UInt32(transport.control[found].packetsBefore))
            }
        }
        #expect(seat.transports[0].control[0].packetsBefore == 0)
    }

    @Test("a compound packet has the stream's SSRC and the session's CNAME")
    func compound() throws {
        let seat = stage.seat(.film(seconds: 3))
        seat.play()
        stage.run(for: .seconds(1))
        for (line, transport) in seat.transports.enumerated() {
            let packets = try #require(transport.control.first).packets
            let ssrc = SSRC(0x5100_0000 + UInt32(line))
            #expect(try report(transport.control[0]).ssrc == ssrc)
            #expect(packets.count == 2)
            #expect(
                packets[1] == .sourceDescription(SourceDescription(ssrc: ssrc, cname: try #require(CNAME("stage")))))
        }
    }

    @Test("reports follow every 2.5 to 7.5 s (over e - 3/2), counting what has been sent; none while paused")
    func interval() throws {
        let seat = stage.seat(.film(seconds: 120, keyPackets: 5, packets: 5))
        seat.play()
        stage.run(for: .seconds(60))
        let control = seat.transports[0].control
        #expect((7...30).contains(control.count))
        for (one, next) in zip(control, control.dropFirst()) {
            let span = next.time - one.time
            #expect(span > ms(2000) && span < ms(6200))
            let count = try report(next).packetCount
            #expect(count == UInt32(next.packetsBefore))
            #expect(
                try report(next).octetCount
                    == UInt32(seat.transports[0].sent.prefix(next.packetsBefore).reduce(0) { $0 + $1.bytes.count - 12 })
            )
        }
        seat.viewer.pause()
        let before = seat.transports[0].control.count
        stage.run(for: .seconds(30))
        #expect(seat.transports[0].control.count == before)
    }

    @Test("all reports lie on one line: RTP time is the clock rate times NTP time")
    func oneLine() throws {
        let seat = stage.seat(.film(seconds: 60, keyPackets: 5, packets: 5))
        seat.play()
        stage.run(for: .seconds(50))
        for (transport, rate) in zip(seat.transports, [90_000.0, 48_000]) {
            let first = try report(transport.control[0])
            for control in transport.control {
                let report = try report(control)
                let seconds = Double(report.ntpTimestamp.unixNanoseconds - first.ntpTimestamp.unixNanoseconds) / 1e9
                let ticks = Double(first.rtpTimestamp.distance(to: report.rtpTimestamp))
                #expect(abs(seconds * rate - ticks) < 0.001)
            }
        }
    }

    @Test(
        "BYE on every stream at last decode time + duration, over UDP the delay later that lets stragglers in; once",
        arguments: [false, true])
    func goodbyeAtEnd(interleaved: Bool) throws {
        let seat = stage.seat(.film(seconds: 2), interleaved: interleaved)
        seat.play()
        stage.run(for: .seconds(10))
        seat.viewer.close()
        for (line, transport) in seat.transports.enumerated() {
            let last = try #require(transport.control.last)
            #expect(isGoodbye(last))
            #expect(transport.control.filter(isGoodbye).count == 1)
            #expect(last.packets.last == .goodbye(Goodbye(sources: [SSRC(0x5100_0000 + UInt32(line))])))
            // Video ends at 2 s, audio (93 units) before it. Over UDP the film begins at 100.3 s.
            #expect(last.time == (interleaved ? ms(102_000) : ms(102_300) + stage.pacing.goodbyeDelay))
            #expect(try report(last).packetCount == UInt32(transport.sent.count))
        }
    }

    @Test("the end of a short range after a seek back does not wait for times of before the seek")
    func goodbyeAfterSeekBack() {
        let units =
            (0..<250).map { FakeUnit.video($0, packets: 1, isKey: $0 % 25 == 0) } + (400..<420).map { .audio($0) }
        let seat = stage.seat(FakeTitle(units: units.sorted { $0.unit.decodeTime < $1.unit.decodeTime }))
        seat.play(.seconds(8))
        stage.run(for: ms(1500))
        #expect(!seat.transports[1].sent.isEmpty)
        // No audio there.
        seat.play(.seconds(1), until: .seconds(2))
        stage.run(for: ms(1100) + stage.pacing.goodbyeDelay)
        #expect(seat.ends == [nil])
        #expect(seat.transports[1].control.last.map(isGoodbye) == true)
    }

    @Test("the end waits until the kernel has everything")
    func goodbyeAfterAcceptance() {
        let seat = stage.seat(.film(seconds: 1), interleaved: true, acceptance: .manual)
        seat.play()
        stage.run(for: .seconds(10))
        // The rest is read as the kernel takes what was sent.
        for _ in 0..<20 where seat.sent.count < 46 + 660 {
            #expect(seat.ends.isEmpty)
            for transport in seat.transports { transport.accept(transport.onTheWay) }
            stage.run(for: .seconds(1))
        }
        #expect(seat.sent.count == 46 + 660)
        #expect(seat.ends.isEmpty)
        for transport in seat.transports { transport.accept(transport.onTheWay) }
        stage.run(for: ms(4))
        #expect(seat.ends == [nil])
    }

    @Test("close says BYE if anything was sent, and is final in every state")
    func close() {
        let seats = (0..<4).map { _ in stage.seat(.film(seconds: 10)) }
        let starting = stage.seat(.film(seconds: 10, behaviour: .init(completion: .manual)))
        for seat in seats[1...] { seat.play() }
        starting.play()
        stage.run(for: .seconds(1))
        seats[2].viewer.pause()
        seats[3].play(.seconds(5))
        for seat in seats + [starting] {
            seat.viewer.close()
            seat.viewer.close()
            seat.viewer.pause()
            seat.play()
            seat.viewer.transportDrained()
            #expect(seat.starts.last == .failure(.cancelled))
            #expect(seat.cursor.log.isClosed)
        }
        let sent = seats.map(\.sent.count)
        starting.cursor.completeRead()
        stage.run(for: .seconds(5))
        #expect(seats.map(\.sent.count) == sent)
        #expect(
            seats.map { $0.transports.allSatisfy { $0.control.last.map(isGoodbye) ?? false } } == [
                false, true, true, true,
            ])
        #expect(starting.transports.allSatisfy { $0.control.isEmpty })
        #expect(starting.starts == [.failure(.cancelled), .failure(.cancelled)])
        #expect(stage.pacer.nextWake == nil)
    }

    @Test("a report block about our SSRC is kept; others are not ours")
    func reception() {
        let seat = stage.seat(.film(seconds: 10))
        func receiverReport(_ ssrc: UInt32) -> CompoundPacket {
            let block = ReceptionReport(
                ssrc: SSRC(ssrc), fractionLost: 3, cumulativeLost: 7, extendedHighestSequenceNumber: 65_600, jitter: 12,
                lastSenderReport: 0, delaySinceLastSenderReport: 0)
            return CompoundPacket([.receiverReport(ReceiverReport(ssrc: SSRC(9), reports: [block]))])
        }
        #expect(!seat.viewer.received(receiverReport(1), bytes: 32))
        #expect(seat.viewer.received(receiverReport(0x5100_0001), bytes: 32))
    }
}
