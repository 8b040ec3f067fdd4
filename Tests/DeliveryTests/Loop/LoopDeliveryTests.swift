import MediaCore
import RTP
import TestSupport
import Testing

@testable import Delivery

/// A looped title as a viewer receives it.
@Suite struct LoopDeliveryTests {
    private let stage = ViewerStage()
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    /// Of a track: sequence numbers and timestamps of all packets, in the order in which they were sent.
    private func check(_ transport: RecordingTransport, packets: [Int], ticks: Int64, laps: Int) {
        let sent = transport.sent
        #expect(sent.count >= packets.reduce(0, +) * laps)
        for (before, after) in zip(sent, sent.dropFirst()) {
            #expect(before.header.sequenceNumber.advanced(by: 1) == after.header.sequenceNumber)
            let isNext = before.identity.unit != after.identity.unit || packets.count == 1
            let step = after.header.timestamp.rawValue &- before.header.timestamp.rawValue
            #expect(Int64(step) == (isNext ? ticks : 0))
        }
    }

    @Test("10,000 laps: sequence numbers and timestamps run on, without a gap or an overlap, and nothing piles up")
    func tenThousandLaps() throws {
        let title = FakeTitle(units: (0..<2).map { FakeUnit.video($0, packets: $0 == 0 ? 3 : 1, isKey: $0 == 0) })
        let seat = stage.seat(looped: title)
        seat.play()
        stage.run(for: .seconds(800) + ms(500))
        check(seat.transports[0], packets: [3, 1], ticks: 3600, laps: 10_000)
        #expect(seat.ends.isEmpty)
        #expect(seat.viewer.counters.unsentTimeMaximum <= ms(1400))
        #expect(seat.viewer.counters.unsentBytesMaximum < DemandLimits.standard.lowBytes)
        // A lap is two reads: what it has, and the seek to its start.
        #expect(seat.viewer.counters.reads < 45_000)
    }

    @Test("of tracks of unequal length the shorter rests until the longer has ended, and makes nobody read more")
    func unequalTracks() throws {
        // Pictures for 1 s, sound for 6.
        let units =
            (0..<25).map { FakeUnit.video($0, packets: 25, isKey: $0 == 0) } + (0..<282).map { FakeUnit.audio($0) }
        let title = FakeTitle(units: units.sorted { $0.unit.decodeTime < $1.unit.decodeTime })
        let seat = stage.seat(looped: title)
        seat.play()
        stage.run(for: .seconds(20))
        let pictures = seat.transports[0].sent.filter { $0.identity.packet == 0 }.map(\.header.timestamp)
        #expect(pictures.count == 100)
        // 282 units are 6.016 s: 541,440 ticks.
        #expect(pictures[25].rawValue &- pictures[0].rawValue == 541_440)
        #expect(pictures[75].rawValue &- pictures[50].rawValue == 541_440)
        check(seat.transports[1], packets: [1], ticks: 1024, laps: 3)
        #expect(seat.viewer.counters.splits == 0)
        #expect(seat.viewer.counters.starvations == 0)
        #expect(seat.viewer.counters.unsentTimeMaximum <= ms(1300))
    }

    @Test("a title whose interleaving splits the reading is looped all the same")
    func split() throws {
        let film = FakeTitle.film(seconds: 12, keyPackets: 90, packets: 80, audioLag: .seconds(6))
        let seat = stage.seat(looped: film)
        seat.play()
        stage.run(for: .seconds(40))
        #expect(seat.viewer.counters.splits > 0)
        let pictures = seat.transports[0].sent.filter { $0.identity.packet == 0 }.map(\.header.timestamp)
        #expect(pictures.count >= 990)
        #expect(zip(pictures, pictures.dropFirst()).allSatisfy { $1.rawValue &- $0.rawValue == 3600 })
        // 562 units are 11.989 s, and the lap has 12: 525 samples of 48 kHz.
        let units = seat.transports[1].sent.map(\.header.timestamp)
        let steps = zip(units, units.dropFirst()).map { $1.rawValue &- $0.rawValue }
        #expect(steps.allSatisfy { $0 == 1024 || $0 == 1024 + 512 })
        #expect(steps.count { $0 != 1024 } == 3)
    }

    @Test("a track that lies behind the others in the file is on time in every lap")
    func lateTrack() throws {
        let film = FakeTitle.film(seconds: 4, keyPackets: 20, packets: 12, audioLag: ms(700))
        let seat = stage.seat(looped: film)
        seat.play()
        stage.run(for: .seconds(20))
        #expect(seat.viewer.counters.splits == 0)
        let sent = seat.transports[1].sent
        let first = try #require(sent.first)
        #expect(sent.count > 900)
        let lateness = sent.map { packet in
            let ticks = packet.header.timestamp.rawValue &- first.header.timestamp.rawValue
            return packet.time - first.time - MediaTime(ticks: Int64(ticks), timeBase: TimeBase(1, 48_000))
        }
        #expect(try #require(lateness.max()) < ms(5))
    }

    @Test("PAUSE and PLAY go on in the lap in which it stood; a seek may name a later one")
    func pauseAndSeek() throws {
        let seat = stage.seat(looped: FakeTitle.film(seconds: 2, keyPackets: 20))
        seat.play()
        stage.run(for: ms(5100))
        seat.viewer.pause()
        stage.run(for: .seconds(30))
        #expect(seat.viewer.position == ms(5100))
        seat.play()
        #expect(seat.lastStart?.position == ms(5100))
        stage.run(for: .seconds(1))
        seat.play(ms(9300))
        stage.run(for: .seconds(4))
        #expect(seat.lastStart?.position == ms(9000))
        #expect(seat.starts.count == 3)
        let sent = seat.transports[0].sent
        for (before, after) in zip(sent, sent.dropFirst()) {
            #expect(before.header.sequenceNumber.advanced(by: 1) == after.header.sequenceNumber)
        }
    }
}
