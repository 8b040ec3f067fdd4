import Delivery
import MediaCore
import RTP
import TestSupport
import Testing

/// What leaves when, under a manual clock.
@Suite struct ViewerDepartureTests {
    private let stage = ViewerStage()
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    /// Delivery time of NPT zero for films that begin with a large key frame.
    private let origin = ViewerStage.begin + .milliseconds(300)

    @Test(
        "a film in full: every packet once, all in time, at most a burst per quantum, nobody woken for nothing",
        arguments: [false, true])
    func wholeFilm(interleaved: Bool) {
        // 25 packets of 1,372 bytes 25 times a second and larger key frames: 7.2 Mbit/s.
        let seat = stage.seat(.film(seconds: 10, keyPackets: 60), interleaved: interleaved)
        let origin = interleaved ? ViewerStage.begin : origin
        seat.play()
        stage.run(for: .seconds(20))
        #expect(seat.transports.map(\.sent.count) == [10 * (60 + 24 * 25), 468])
        for transport in seat.transports {
            expectWhole(transport)
            let lateness = transport.sent.map { $0.time - origin - $0.unit.decodeTime }
            #expect(lateness.allSatisfy { $0 <= ms(2) && $0 >= (interleaved ? .zero : ms(-300)) })
        }
        let perQuantum = Dictionary(grouping: seat.sent, by: \.time)
        if !interleaved { #expect(perQuantum.values.allSatisfy { $0.count <= 32 }) }
        let reports = Set(seat.transports.flatMap { $0.control.map(\.time) })
        #expect(stage.wakes == Set(perQuantum.keys).union(reports).count)
        let counters = seat.viewer.counters
        #expect(counters.packetsSent == seat.sent.count)
        #expect(counters.reads * 5 <= counters.packetsSent)
        #expect(counters.unsentBytesMaximum < 512_000 + 256_000)
        #expect(seat.ends == [nil])
    }

    @Test(
        "whatever the units' sizes, none begins or ends to leave after its decode time and a quantum",
        arguments: [0, 100, 300])
    func neverLate(startLead: Int64) {
        // Pictures of 14 to 63 packets and key frames of 200, as an 8 Mbit/s stream has them, and audio.
        let sizes = [14, 33, 63, 20, 16, 47, 17, 32, 25]
        let film = FakeTitle.film(seconds: 20)
        let units = film.units.map { unit in
            guard unit.unit.track == 0 else { return unit }
            let index = Int(unit.unit.decodeTime.nanoseconds / 40_000_000)
            return FakeUnit.video(index, packets: index % 50 == 0 ? 200 : sizes[index % 9], isKey: index % 50 == 0)
        }
        let stage = ViewerStage(
            pacing: PacingLimits(quantum: ms(2), lead: ms(300), burst: 32, startLead: ms(startLead)))
        let seat = stage.seat(FakeTitle(units: units))
        seat.play()
        stage.run(for: .seconds(25))
        let origin =
            ViewerStage.begin
            + PacingLimits(
                quantum: ms(2), lead: ms(300), burst: 32, startLead: ms(startLead)
            ).leadAtStart(200)
        let late = seat.sent.filter { $0.time - origin - $0.unit.decodeTime > ms(2) }
        #expect(seat.sent.count == units.reduce(0) { $0 + $1.packetSizes.count })
        #expect(
            late.isEmpty,
            "\(late.count) of \(seat.sent.count); \(late.prefix(5).map { ($0.unit.track, $0.unit.decodeTime, $0.time - origin) })"
        )
    }

    @Test("audio units leave in the quantum of their decode time")
    func latenessZero() {
        let seat = stage.seat(.film(seconds: 5), tracks: [1])
        seat.play()
        stage.run(for: .seconds(10))
        #expect(seat.sent.count == 234)
        let lateness = seat.sent.map { $0.time - ViewerStage.begin - $0.unit.decodeTime }
        #expect(lateness.allSatisfy { $0 >= .zero && $0 < ms(2) })
    }

    @Test("a large key frame starts at most the lead early and leaves at an even rate")
    func evenKeyFrame() {
        // Small units, so that the key frame is read in time for its whole lead.
        var units = (0..<50).map { FakeUnit.video($0, packets: 1, isKey: $0 % 25 == 0) }
        units[25].packetSizes = Array(repeating: 100, count: 450)
        let limits = DemandLimits(
            lowTime: .milliseconds(400), lowBytes: 512 * 1024, lowPackets: 512, batchBytes: 256 * 1024,
            batchTime: .seconds(1))
        let seat = stage.seat(FakeTitle(units: units), limits: limits)
        seat.play()
        stage.run(for: .seconds(5))
        let due = ViewerStage.begin + .seconds(1)
        let early = seat.sent.filter { $0.time >= due - ms(300) && $0.time <= due }
        // Seven small frames lie before it; one of them has left by then in time: 457 packets, 15 steps of 32, 21 ms apart.
        let each = Dictionary(grouping: early, by: \.time).mapValues(\.count)
        #expect((14...16).contains(each.count))
        #expect(each.values.allSatisfy { $0 <= 34 })
        let times = each.keys.sorted()
        for (one, next) in zip(times, times.dropFirst()) { #expect(next - one <= ms(24)) }
        #expect(seat.sent.filter { $0.unit.decodeTime == .seconds(1) }.allSatisfy { $0.time <= due })
    }

    @Test("two viewers on one pacer do not disturb each other: the stopped one stops alone")
    func twoViewers() {
        let good = stage.seat(.film(seconds: 10))
        let slow = stage.seat(.film(seconds: 10), interleaved: true, acceptance: .manual)
        for transport in slow.transports { transport.capacity = 100 }
        good.play()
        slow.play()
        stage.run(for: .seconds(5))
        let reads = slow.cursor.log.reads
        stage.run(for: .seconds(10))
        #expect(good.ends == [nil])
        for transport in good.transports { expectWhole(transport) }
        #expect(good.sent.allSatisfy { $0.time <= origin + $0.unit.decodeTime + ms(2) })
        // The slow one's queue is full: no reads, no sends, and no end.
        #expect(slow.cursor.log.reads == reads)
        #expect(slow.viewer.counters.packetsSent == 0)
        #expect(slow.viewer.counters.unsentBytesMaximum < 512_000 + 256_000)
        #expect(slow.ends.isEmpty)
    }

    @Test("a full byte stream is left alone until it has drained, and then everything comes")
    func fullByteStream() {
        let seat = stage.seat(.film(seconds: 4, audio: false), interleaved: true, acceptance: .manual)
        let transport = seat.transports[0]
        transport.capacity = 10
        seat.play()
        stage.run(for: ms(20))
        let wakes = stage.wakes
        stage.run(for: .seconds(2))
        #expect(stage.wakes == wakes)
        // Room for one run at a time, drained again and again.
        for _ in 0..<1000 {
            transport.accept(transport.onTheWay)
            seat.viewer.transportDrained()
            stage.run(for: ms(4))
        }
        expectWhole(transport)
        #expect(transport.sent.count == 4 * (60 + 24 * 25))
        #expect(seat.ends == [nil])
    }

    @Test("a full shared socket is offered more in each quantum, but only while something is due")
    func fullSocket() {
        let seat = stage.seat(.film(seconds: 4, keyPackets: 20, audio: false))
        seat.play()
        stage.run(for: ms(10))
        seat.transports[0].isBlocked = true
        let wakes = stage.wakes
        // The next frame is due at 40 ms.
        stage.run(until: ViewerStage.begin + ms(38))
        #expect(stage.wakes <= wakes + 1)
        stage.run(until: ViewerStage.begin + ms(58))
        #expect((8...12).contains(stage.wakes - wakes))
        #expect(seat.transports[0].sent.count == 20)
        seat.transports[0].isBlocked = false
        stage.run(for: .seconds(10))
        expectWhole(seat.transports[0])
        #expect(seat.ends == [nil])
    }

    @Test("a half-sent unit is finished after a seek, also on a transport that was full, and RTP-Info counts it")
    func leftoverAfterSeek() throws {
        let seat = stage.seat(.film(seconds: 10, keyPackets: 100, audio: false), interleaved: true, acceptance: .manual)
        let transport = seat.transports[0]
        let stalled = stage.seat(.film(seconds: 10, keyPackets: 100, audio: false))
        stalled.play()
        stage.run(for: ms(100))
        let sent = stalled.transports[0].sent.count
        #expect((1..<100).contains(sent))
        stalled.transports[0].isBlocked = true
        stalled.play(.seconds(5))
        stage.run(for: .seconds(1))
        #expect(stalled.transports[0].sent.count == sent)
        let start = try #require(stalled.lastStart)
        stalled.transports[0].isBlocked = false
        stage.run(for: .seconds(1))
        let units = stalled.transports[0].sent.map(\.identity.unit)
        #expect(units.prefix(100).allSatisfy { $0 == 0 })
        #expect(units[100] == 125)
        #expect(stalled.transports[0].sent[100].header.sequenceNumber == start.streams[0].sequenceNumber)
        expectContiguous(stalled)
        #expect(transport.sent.isEmpty)
    }

    @Test("a leftover of a later time is no gap before an earlier start")
    func leftoverIsNoGap() throws {
        let seat = stage.seat(.film(seconds: 100, keyPackets: 100, audio: false))
        seat.play(.seconds(90))
        stage.run(for: ms(100))
        seat.transports[0].isBlocked = true
        seat.play(.seconds(5))
        stage.run(for: ms(20))
        seat.transports[0].isBlocked = false
        stage.run(for: .seconds(3))
        let first = try #require(seat.transports[0].sent.first { $0.unit.decodeTime == ms(5040) })
        // The seek came at 100.1 s and the key frame has its lead: the frame after it is due at 100.44 s.
        #expect(first.time == ms(100_440))
    }

    @Test("a gap of more than 10 s that all tracks share is not waited for; a shorter one is")
    func sharedGap() {
        func shifted(_ unit: FakeUnit, by shift: MediaTime) -> FakeUnit {
            var unit = unit
            unit.unit.decodeTime += shift
            unit.unit.presentationTime += shift
            return unit
        }
        for (gap, isClosed) in [(MediaTime.seconds(50), true), (.seconds(9), false)] {
            let stage = ViewerStage()
            let before = (0..<25).map { FakeUnit.video($0, packets: 2, isKey: $0 == 0) } + (0..<47).map { .audio($0) }
            let after = (25..<50).map { shifted(.video($0, packets: 2, isKey: $0 == 25), by: gap) }
            let sound = (47..<94).map { shifted(.audio($0), by: gap) }
            let units = (before + after + sound).sorted { $0.unit.decodeTime < $1.unit.decodeTime }
            let seat = stage.seat(FakeTitle(units: units))
            seat.play()
            stage.run(for: .seconds(100))
            #expect(seat.sent.count == 194)
            #expect(seat.ends == [nil])
            // The gap is from the end of the audio, 1,002.667 ms, to frame 25's time.
            let closed = gap - MediaTime(nanoseconds: 2_666_667)
            for transport in seat.transports {
                expectContiguous(seat)
                let lateness = transport.sent.map { sent in
                    let isAfter = sent.unit.decodeTime > .seconds(2)
                    return sent.time - ViewerStage.begin - sent.unit.decodeTime + (isAfter && isClosed ? closed : .zero)
                }
                #expect(lateness.allSatisfy { $0 >= .zero && $0 < ms(2) })
            }
            let stamps = seat.transports[0].sent.map(\.header.timestamp)
            let step = stamps[48].distance(to: stamps[50])
            #expect(isClosed ? (3600...4000).contains(step) : step == 90 * 9040)
        }
    }

    @Test("a gap in one track alone is the file's own and is kept")
    func gapInOneTrack() {
        let video = (0..<500).map { FakeUnit.video($0, packets: 1, isKey: $0 % 25 == 0) }
        let units = [FakeUnit.audio(0), .audio(1)] + video + [.audio(900)]
        let seat = stage.seat(FakeTitle(units: units))
        seat.play()
        stage.run(for: .seconds(30))
        let last = seat.transports[1].sent.last
        #expect(last.map { $0.time - ViewerStage.begin - $0.unit.decodeTime < ms(2) } == true)
    }

    @Test("a unit whose decode time lies at the end of time does not trap; the viewer can be closed")
    func absurdTime() {
        var units = (0..<5).map { FakeUnit.video($0, packets: 1, isKey: true) } + (0..<5).map { .audio($0) }
        units[4].unit.decodeTime = MediaTime(nanoseconds: .max)
        let seat = stage.seat(FakeTitle(units: units))
        seat.play()
        stage.run(for: .seconds(2))
        #expect(seat.sent.count >= 9)
        seat.viewer.close()
        #expect(stage.pacer.nextWake == nil)
    }

    @Test("one send carries at most 64 packets and 65,507 bytes, whatever burst and packet size are")
    func runLimits() {
        let stage = ViewerStage(pacing: PacingLimits(quantum: .milliseconds(2), lead: .milliseconds(300), burst: 500))
        var units = (0..<2).map { FakeUnit.video($0, packets: 400, isKey: true) }
        units[0].packetSizes = Array(repeating: 40, count: 400)
        let seat = stage.seat(FakeTitle(units: units))
        seat.play()
        stage.run(for: .seconds(1))
        let departures = Dictionary(grouping: seat.sent, by: \.departure).values
        #expect(departures.allSatisfy { $0.count <= 64 && $0.reduce(0) { $0 + $1.bytes.count } <= 65_507 })
        #expect(departures.map(\.count).max() == 64)
        #expect(seat.sent.count == 800)
    }
}
