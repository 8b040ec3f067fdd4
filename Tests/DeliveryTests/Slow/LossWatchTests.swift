import MediaCore
import RTP
import TestSupport
import Testing

@testable import Delivery

/// Viewers over UDP that report loss.
@Suite struct LossWatchTests {
    private let stage = ViewerStage()
    private let limits = SlowLimits()

    private func report(_ fraction: UInt8, _ highest: UInt32, line: UInt32 = 0) -> ReceptionReport {
        ReceptionReport(
            ssrc: SSRC(0x5100_0000 + line), fractionLost: fraction, cumulativeLost: 0,
            extendedHighestSequenceNumber: highest, jitter: 0, lastSenderReport: 0, delaySinceLastSenderReport: 0)
    }

    /// Verdicts on reports, one packet and more apart.
    private func verdicts(_ fractions: [UInt8]) -> [LossWatch.Verdict?] {
        var watch = LossWatch()
        return fractions.enumerated().map { watch.received(report($1, UInt32($0)), line: 0, limits: limits) }
    }

    @Test("two reports above 5 % in a row: 12/256 are 4.7 %, 13/256 5.1 %")
    func lossy() {
        #expect(verdicts([12, 12, 12, 12]) == [nil, nil, nil, nil])
        #expect(verdicts([13, 12, 13, 13, 13, 13]) == [nil, nil, nil, .lossy, nil, .lossy])
        #expect(verdicts([255, 255]) == [nil, .lossy])
    }

    @Test("three reports below 1 % in a row: 2/256 are 0.8 %, 3/256 1.2 %")
    func clean() {
        #expect(verdicts([2, 2, 2, 2, 2, 2]) == [nil, nil, .clean, nil, nil, .clean])
        #expect(verdicts([2, 2, 3, 0, 0, 0]) == [nil, nil, nil, nil, nil, .clean])
        #expect(verdicts([13, 0, 0, 0]) == [nil, nil, nil, .clean])
    }

    @Test("a report of nothing new says nothing, and one stream's loss counts against the other's gain")
    func twoStreams() {
        var watch = LossWatch()
        let same = (0..<5).map { _ in watch.received(report(255, 7), line: 0, limits: limits) }
        #expect(same.allSatisfy { $0 == nil })
        let audio = (0..<4).map { watch.received(report(0, UInt32($0), line: 1), line: 1, limits: limits) }
        #expect(audio.allSatisfy { $0 == nil })
        #expect(watch.received(report(0, 8), line: 0, limits: limits) == nil)
        #expect(watch.received(report(0, 9, line: 1), line: 1, limits: limits) == .clean)
        _ = watch.received(report(255, 9), line: 0, limits: limits)
        watch.forget(line: 0)
        let alone = (10..<13).map { watch.received(report(0, UInt32($0), line: 1), line: 1, limits: limits) }
        #expect(alone == [nil, nil, .clean])
    }

    private func seat(adapts: Bool = true, tracks: [Int]? = nil, interleaved: Bool = false) -> ViewerStage.Seat {
        var slow = SlowLimits()
        slow.adapts = adapts
        let seat = stage.seat(.groups(seconds: 60), tracks: tracks, interleaved: interleaved, slow: slow)
        seat.play()
        stage.run(for: .seconds(1))
        return seat
    }

    private func receive(_ seat: ViewerStage.Seat, _ fractions: [UInt8], line: Int = 0) {
        for fraction in fractions {
            stage.run(for: .milliseconds(500))
            let highest = UInt32(stage.now.nanoseconds / 1_000_000)
            _ = seat.viewer.received(
                CompoundPacket([
                    .receiverReport(
                        ReceiverReport(ssrc: SSRC(1), reports: [report(fraction, highest, line: UInt32(line))]))
                ]), bytes: 32)
        }
    }

    @Test("thinner by sustained loss, thicker without, and what is sent is whole and consecutive")
    func adapts() throws {
        let seat = seat()
        receive(seat, Array(repeating: 40, count: 9))
        #expect(seat.levels == [.referenced, .keyFrames, .noVideo])
        let count = seat.transports[0].sent.count
        receive(seat, [0, 0], line: 1)
        #expect(seat.transports[0].sent.count == count)
        receive(seat, Array(repeating: 0, count: 10), line: 1)
        #expect(seat.levels == [.referenced, .keyFrames, .noVideo, .keyFrames, .referenced, .everything])
        try #require(seat.transports[0].sent.count > count)
        #expect(seat.transports[0].sent[count].unit.isRandomAccessPoint)
        stage.run(for: .seconds(70))
        expectContiguous(seat)
        expectWhole(seat.transports[1])
        expectIntact(seat.transports[0], of: seat.title, track: 0)
        let counters = seat.viewer.counters.thinning
        #expect(counters.unreferenced > 0 && counters.betweenKeyFrames > 0 && counters.video > 0)
        let units = Set(seat.transports[0].sent.map(\.identity.unit)).count
        #expect(units + counters.units == 1500)
        let late = seat.sent.map { $0.time - ViewerStage.begin - $0.unit.decodeTime }.max()
        #expect(late.map { $0 <= .milliseconds(2) } == true)
    }

    @Test("video that is alone keeps its key frames, or nothing would be reported any more")
    func alone() {
        let seat = seat(tracks: [0])
        receive(seat, Array(repeating: 40, count: 9))
        #expect(seat.levels == [.referenced, .keyFrames])
    }

    @Test("neither without --adapt, nor over TCP, nor while paused", arguments: [0, 1, 2])
    func not(_ kind: Int) {
        let seat = seat(adapts: kind != 0, interleaved: kind == 1)
        if kind == 2 { seat.viewer.pause() }
        receive(seat, Array(repeating: 255, count: 10))
        #expect(seat.levels.isEmpty)
    }
}
