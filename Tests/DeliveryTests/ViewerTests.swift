import MediaCore
import RTP
import TestSupport
import Testing

@testable import Delivery

/// Play, pause, seek and close, with the numbers that Range and RTP-Info would say.
@Suite struct ViewerTests {
    private let stage = ViewerStage()
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    private func start(_ position: MediaTime, end: MediaTime? = nil, _ streams: [(UInt16, UInt32)]) -> Viewer.Start {
        Viewer.Start(
            position: position, end: end,
            streams: streams.enumerated().map {
                Viewer.StreamStart(
                    track: $0, sequenceNumber: SequenceNumber($1.0), timestamp: RTPTimestamp($1.1))
            })
    }

    @Test("PLAY answers with the first batch: Range start, next sequence number, timestamp at the start")
    func play() throws {
        let seat = stage.seat(.film(seconds: 10, keyPackets: 20))
        seat.play()
        #expect(seat.starts.isEmpty)
        #expect(seat.viewer.position == .zero)
        stage.run(for: .zero)
        // The clock stood at 100 s: 9,000,000 ticks of 90 kHz and 4,800,000 of 48 kHz.
        #expect(seat.lastStart == start(.zero, [(65_500, 9_000_000), (65_500, 4_800_000)]))
        #expect(seat.viewer.isPlaying)
        let first = try #require(seat.transports[0].sent.first)
        #expect(first.time == ViewerStage.begin)
        #expect(first.header.sequenceNumber == SequenceNumber(65_500))
        #expect(first.header.timestamp == RTPTimestamp(9_000_000))
        #expect(first.header.ssrc == SSRC(0x5100_0000))
        #expect(seat.transports[0].sent.map(\.header.marker) == Array(repeating: false, count: 19) + [true])
    }

    @Test("a PLAY between two quanta does not wait for the next; what follows is on the pacer's grid")
    func playBetweenQuanta() throws {
        let seat = stage.seat(.film(seconds: 10, keyPackets: 20))
        let asked = ViewerStage.begin + MediaTime(nanoseconds: 700_000)
        stage.run(until: asked)
        seat.play()
        stage.run(for: ms(100))
        let times = seat.transports.flatMap(\.sent).map(\.time)
        #expect(times.first == asked)
        let later = times.filter { $0 != asked }
        #expect(!later.isEmpty)
        #expect(later.allSatisfy { $0.nanoseconds % ms(2).nanoseconds == 0 })
    }

    @Test("a large first unit leaves at once and has the whole lead; its timestamp says so")
    func largeStart() throws {
        let seat = stage.seat(.film(seconds: 10))
        seat.play()
        stage.run(for: ms(2000))
        #expect(seat.lastStart == start(.zero, [(65_500, 9_027_000), (65_500, 4_814_400)]))
        let key = seat.transports[0].sent.filter { $0.identity.unit == 0 }
        #expect(key.first?.time == .seconds(100))
        #expect(try #require(key.last).time <= ms(100_300))
        #expect(seat.transports[1].sent.first?.time == ms(100_300))
    }

    @Test("a large first unit has the time that it takes at a moderate rate, and what it needs at the full burst")
    func startLead() {
        let pacing = PacingLimits.standard
        #expect(pacing.leadAtStart(32) == .zero)
        #expect(pacing.leadAtStart(33) == ms(40))
        #expect(pacing.leadAtStart(240) == ms(280))
        #expect(pacing.leadAtStart(32_000) == ms(300))
        let hasty = PacingLimits(quantum: ms(2), lead: ms(300), burst: 32, startLead: .zero)
        #expect(hasty.leadAtStart(32) == .zero)
        #expect(hasty.leadAtStart(33) == ms(2))
        #expect(hasty.leadAtStart(64) == ms(2))
        #expect(hasty.leadAtStart(65) == ms(4))
        #expect(hasty.leadAtStart(32_000) == ms(300))
    }

    @Test("a large key frame has its lead also when another track's unit is decoded before it")
    func largeStartBehindAudio() throws {
        var units = (0..<50).map { FakeUnit.video($0, packets: $0 == 0 ? 120 : 5, isKey: $0 == 0) }
        for index in units.indices {
            units[index].unit.decodeTime += ms(10)
            units[index].unit.presentationTime += ms(10)
        }
        let seat = stage.seat(FakeTitle(units: [.audio(0), .audio(1), .audio(2)] + units))
        seat.play()
        stage.run(for: ms(1000))
        let key = seat.transports[0].sent.filter { $0.unit.decodeTime == ms(10) }
        #expect(key.first?.time == .seconds(100))
        #expect(try #require(key.last).time <= ms(100_302))
        let steps = Dictionary(grouping: key, by: \.time).values.map(\.count)
        #expect((3...4).contains(steps.count) && steps.allSatisfy { $0 <= 34 })
        #expect(seat.transports[1].sent.first?.time == ms(100_290))
    }

    @Test("pause stops, resume goes on where it stopped: nothing lost, pause time in the timestamps")
    func pauseAndResume() throws {
        let seat = stage.seat(.film(seconds: 10, keyPackets: 20))
        seat.play()
        stage.run(for: ms(1230))
        seat.viewer.pause()
        #expect(seat.viewer.position == ms(1230))
        let before = seat.transports.map(\.sent.count)
        stage.run(for: .seconds(3))
        #expect(seat.transports.map(\.sent.count) == before)
        #expect(seat.viewer.position == ms(1230))
        seat.play()
        // 100 s + 1.23 s + 3 s of pause.
        #expect(
            seat.lastStart
                == start(
                    ms(1230),
                    [
                        (UInt16(truncatingIfNeeded: 65_500 + before[0]), 90 * 104_230),
                        (UInt16(truncatingIfNeeded: 65_500 + before[1]), 48 * 104_230),
                    ]))
        stage.run(for: .seconds(20))
        for transport in seat.transports { expectWhole(transport) }
        // Frame 31 (1.24 s) is the first after the pause: 10 ms later, and stamped for it.
        let next = try #require(
            seat.transports[0].sent.first { $0.identity.unit == seat.transports[0].sent[before[0]].identity.unit })
        #expect(next.unit.decodeTime == ms(1240))
        #expect(next.time == ms(104_240))
        #expect(next.header.timestamp == RTPTimestamp(90 * 104_240))
        #expect(seat.cursor.log.seeks.isEmpty)
    }

    @Test("paused within the lead, before the start: position is the start, and the start's unit still has its time")
    func pauseWithinLead() throws {
        let seat = stage.seat(.film(seconds: 10, keyPackets: 150))
        seat.play()
        stage.run(for: ms(100))
        seat.viewer.pause()
        #expect(seat.viewer.position == .zero)
        stage.run(for: .seconds(1))
        seat.play()
        // 200 ms of the lead were left.
        #expect(seat.lastStart?.position == .zero)
        #expect(seat.lastStart?.streams[0].timestamp == RTPTimestamp(90 * 101_300))
        stage.run(for: .seconds(1))
        #expect(seat.transports[1].sent.first?.time == ms(101_300))
    }

    @Test("pause during a unit: the unit is finished, and nothing follows")
    func pauseInUnit() {
        let seat = stage.seat(.film(seconds: 10, keyPackets: 300))
        seat.play()
        stage.run(for: ms(100))
        #expect((1..<300).contains(seat.transports[0].sent.count))
        seat.viewer.pause()
        stage.run(for: .seconds(5))
        #expect(seat.transports[0].sent.count == 300)
        #expect(seat.transports[0].sent.last?.header.marker == true)
        #expect(Dictionary(grouping: seat.transports[0].sent, by: \.time).values.allSatisfy { $0.count <= 32 })
        #expect(stage.pacer.nextWake == nil)
    }

    @Test("a seek goes to the key frame before; sequence numbers run on, timestamps follow the clock")
    func seek() throws {
        let seat = stage.seat(.film(seconds: 10, keyPackets: 20))
        seat.play()
        stage.run(for: ms(1230))
        let before = seat.transports.map(\.sent.count)
        seat.play(ms(5700), until: .seconds(7))
        stage.run(for: .zero)
        #expect(
            seat.lastStart
                == start(
                    .seconds(5), end: .seconds(7),
                    [
                        (UInt16(truncatingIfNeeded: 65_500 + before[0]), 90 * 101_230),
                        // The first audio unit presented at or after 5 s is decoded later than the key frame.
                        (UInt16(truncatingIfNeeded: 65_500 + before[1]), 48 * 101_230),
                    ]))
        stage.run(for: .seconds(10))
        expectContiguous(seat)
        let after = seat.transports[0].sent[before[0]...]
        #expect(after.first?.unit.decodeTime == .seconds(5))
        #expect(after.first?.time == ms(101_230))
        #expect(after.first?.header.timestamp == RTPTimestamp(90 * 101_230))
        #expect(after.last?.unit.decodeTime == ms(6960))
        #expect(seat.ends == [nil])
    }

    @Test("a seek during a read: the first answer is cancelled, the late batch is never sent")
    func seekDuringRead() {
        let seat = stage.seat(.film(seconds: 10, behaviour: .init(completion: .manual)))
        seat.play()
        seat.play(.seconds(5))
        #expect(seat.starts == [.failure(.cancelled)])
        #expect(seat.cursor.log.reads == 1)
        seat.cursor.completeRead()
        stage.run(for: ms(100))
        #expect(seat.starts.count == 1)
        #expect(seat.sent.isEmpty)
        #expect(seat.cursor.log.reads == 2)
        seat.cursor.completeRead()
        stage.run(for: ms(100))
        #expect(seat.lastStart?.position == .seconds(5))
        #expect(seat.transports[0].sent.first?.unit.decodeTime == .seconds(5))
        #expect(seat.viewer.counters.batchesDropped == 1)
    }

    @Test("pause during the read of a PLAY: cancelled, silent, and the next PLAY starts where that one was to start")
    func pauseDuringFirstRead() {
        let seat = stage.seat(.film(seconds: 10, behaviour: .init(completion: .manual)))
        seat.play(.seconds(5))
        seat.viewer.pause()
        #expect(seat.starts == [.failure(.cancelled)])
        #expect(seat.viewer.position == .seconds(5))
        seat.cursor.completeRead()
        stage.run(for: .seconds(1))
        #expect(seat.sent.isEmpty)
        seat.play()
        for _ in 0..<3 {
            seat.cursor.completeRead()
            stage.run(for: .zero)
        }
        #expect(seat.lastStart?.position == .seconds(5))
    }

    @Test("pause during a read in mid-play: its batch is kept and sent after the resume")
    func pauseDuringRead() {
        let seat = stage.seat(.film(seconds: 10, behaviour: .init(completion: .manual)))
        seat.play()
        for _ in 0..<200 where !seat.cursor.isReading || seat.starts.isEmpty || stage.now < ms(102_000) {
            seat.cursor.completeRead()
            stage.run(for: ms(20))
        }
        #expect(seat.cursor.isReading)
        seat.viewer.pause()
        seat.cursor.completeRead()
        stage.run(for: .seconds(2))
        seat.play()
        for _ in 0..<1000 {
            seat.cursor.completeRead()
            stage.run(for: ms(20))
        }
        for transport in seat.transports { expectWhole(transport) }
        #expect(seat.ends == [nil])
    }

    @Test("a range's end holds through pause and resume, and the resume's answer says it")
    func rangeEndSurvivesPause() {
        let seat = stage.seat(.film(seconds: 10, keyPackets: 20))
        seat.play(.zero, until: .seconds(2))
        stage.run(for: .seconds(1))
        seat.viewer.pause()
        seat.play()
        #expect(seat.lastStart?.end == .seconds(2))
        stage.run(for: .seconds(5))
        #expect(seat.transports[0].sent.last?.unit.presentationTime == ms(1960))
    }

    @Test("PLAY of a paused viewer with an end reads again from where it stands")
    func pausedWithEnd() {
        let seat = stage.seat(.film(seconds: 10, keyPackets: 20))
        seat.play()
        stage.run(for: ms(2500))
        seat.viewer.pause()
        seat.play(until: .seconds(4))
        stage.run(for: .seconds(10))
        #expect(seat.lastStart?.position == .seconds(2))
        #expect(seat.lastStart?.end == .seconds(4))
        #expect(seat.transports[0].sent.last?.unit.presentationTime == ms(3960))
        expectContiguous(seat)
    }

    @Test("after the end PLAY starts again at zero, or at its range, and an end ends it again")
    func playAfterEnd() {
        let seat = stage.seat(.film(seconds: 2, keyPackets: 20))
        seat.play()
        stage.run(for: .seconds(5))
        #expect(seat.viewer.hasEnded)
        #expect(seat.viewer.position == .seconds(2))
        seat.play(until: .seconds(1))
        stage.run(for: .seconds(5))
        #expect(seat.lastStart?.position == .zero)
        seat.play(ms(1500))
        stage.run(for: .seconds(5))
        #expect(seat.lastStart?.position == .seconds(1))
        #expect(seat.transports[0].sent.count == (20 + 24 * 25) * 4)
        #expect(seat.ends.count == 3)
        expectContiguous(seat)
    }

    @Test("paused while BYE waits, it stands at the end, not beyond")
    func pauseBeforeGoodbye() {
        let seat = stage.seat(.film(seconds: 2, keyPackets: 20))
        seat.play()
        stage.run(for: ms(2700))
        #expect(!seat.viewer.hasEnded)
        #expect(seat.viewer.position == .seconds(2))
        seat.viewer.pause()
        stage.run(for: .seconds(5))
        #expect(seat.viewer.position == .seconds(2))
        #expect(seat.ends.isEmpty)
        seat.play()
        #expect(seat.lastStart?.position == .seconds(2))
        stage.run(for: .seconds(5))
        #expect(seat.ends == [nil])
    }

    @Test("a seek that fails says why, and the position is what it was")
    func failingSeek() {
        let seat = stage.seat(.film(seconds: 10, keyPackets: 20))
        seat.play()
        stage.run(for: ms(1200))
        seat.play(.seconds(11))
        stage.run(for: .seconds(1))
        #expect(seat.starts.last == .failure(.rangeNotSatisfiable))
        #expect(seat.viewer.position == ms(1200))
        #expect(!seat.viewer.isPlaying)
    }

    @Test("a range with nothing in it is not satisfiable")
    func emptyRange() {
        let seat = stage.seat(.film(seconds: 10, audio: false))
        seat.play(.seconds(5), until: .seconds(5))
        stage.run(for: .seconds(1))
        #expect(seat.starts == [.failure(.rangeNotSatisfiable)])
    }

    @Test("reading that fails in the middle: what came before is sent, then BYE, and the reason is told")
    func failureInTheMiddle() {
        let units = (0..<50).map { FakeUnit.video($0, packets: 2, isKey: $0 % 25 == 0) }
        let seat = stage.seat(FakeTitle(units: units, behaviour: .init(failure: (30, .unreadable("disk")))))
        seat.play()
        stage.run(for: .seconds(5))
        #expect(seat.transports[0].sent.count == 60)
        #expect(seat.ends == [.unreadable("disk")])
    }

    @Test("buffers for reads never grow beyond a batch because of one large unit")
    func bufferSize() {
        let units = (0..<100).map { FakeUnit.video($0, packets: $0 == 0 ? 4000 : 150, isKey: $0 == 0) }
        let seat = stage.seat(FakeTitle(units: units))
        seat.play()
        stage.run(for: .seconds(20))
        #expect(seat.ends == [nil])
        #expect(seat.cursor.log.reads > 20)
        #expect(seat.cursor.log.largestRequest == 262_144)
    }
}
