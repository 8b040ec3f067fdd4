import Delivery
import MediaCore
import RTP
import TestSupport
import Testing

/// Who falls out of a channel's window, who stays in it, and who takes nothing at all.
@Suite struct ChannelWindowTests {
    private static let film = FakeTitle.channelFilm

    /// A viewer that stops for longer than the window goes on with a key frame, whole units before and after, and its drops are counted.
    @Test func whoFallsOutGoesOnWithAKeyFrame() throws {
        let limits = ChannelLimits(windowTime: .seconds(2), windowBytes: 16 << 20, joinBurst: 4)
        let channel = ChannelStage(Self.film, limits: limits)
        let seat = channel.seat(interleaved: true, acceptance: .atFlush)
        channel.run(for: .seconds(3))
        for transport in seat.transports { transport.isBlocked = true }
        channel.run(for: .milliseconds(7500))
        let before = seat.transports[0].sent.count
        let beforeAudio = seat.transports[1].sent.count
        for transport in seat.transports { transport.isBlocked = false }
        seat.viewer.transportDrained()
        channel.run(for: .seconds(5))
        let video = seat.transports[0].sent
        expectWhole(Array(video[..<before]))
        expectWhole(Array(video[before...]))
        expectWhole(Array(seat.transports[1].sent[beforeAudio...]))
        #expect(video[before].unit.isRandomAccessPoint)
        #expect(video[before].identity.packet == 0)
        #expect(video[before - 1].identity.packet == Self.film.units[video[before - 1].identity.unit].packets - 1)
        let missing = seat.transports.indices.map { index -> Int in
            let sent = seat.transports[index].sent
            let place = index == 0 ? before : beforeAudio
            return Int(sent[place].header.sequenceNumber.rawValue &- sent[place - 1].header.sequenceNumber.rawValue) - 1
        }
        #expect(missing[0] > 1000)
        #expect(seat.viewer.counters.packetsDiscarded == missing[0] + missing[1])
    }

    /// One that stops for less has it all, late.
    @Test func whoStaysInTheWindowLosesNothing() {
        let channel = ChannelStage(Self.film)
        let seat = channel.seat(interleaved: true)
        channel.run(for: .seconds(3))
        for transport in seat.transports { transport.isBlocked = true }
        channel.run(for: .seconds(8))
        for transport in seat.transports { transport.isBlocked = false }
        seat.viewer.transportDrained()
        channel.run(for: .seconds(2))
        for transport in seat.transports { expectWhole(transport.sent) }
        #expect(seat.viewer.counters.packetsDiscarded == 0)
        #expect((seat.transports[0].sent.last?.unit.decodeTime ?? .zero) >= .milliseconds(12_500))
    }

    @Test(arguments: [(-1, 0), (0, 1), (1, 1)])
    func whoTakesNothingIsStalled(_ offset: Int64, _ stalls: Int) {
        let limits = ChannelLimits(
            windowTime: .seconds(60), windowBytes: 16 << 20, joinBurst: 4, stallTime: .seconds(5))
        let channel = ChannelStage(Self.film, limits: limits)
        let seat = channel.seat(interleaved: true)
        channel.run(for: .seconds(2))
        for transport in seat.transports { transport.isBlocked = true }
        // Until the next audio unit falls due.
        let count = seat.transports[1].sent.count
        let due = Self.film.units.first {
            $0.unit.track == 1 && $0.unit.decodeTime > seat.transports[1].sent[count - 1].unit.decodeTime
        }
        #expect(due != nil)
        channel.run(for: .seconds(5) + .milliseconds(offset < 0 ? -60 : 60 * offset + 60))
        #expect((seat.stalls > 0) == (stalls > 0))
    }

    /// One that has fallen out when the channel ends, and finds no key frame to go on with, is told the end.
    @Test func whoHasFallenOutIsToldTheEnd() {
        let units = (0..<500).map { FakeUnit.video($0, packets: 4, isKey: $0 == 0) }
        let limits = ChannelLimits(
            windowTime: .seconds(2), windowBytes: 16 << 20, joinBurst: 4, stallTime: .seconds(60))
        let channel = ChannelStage(FakeTitle(units: units), limits: limits)
        let seat = channel.seat(interleaved: true)
        channel.run(for: .seconds(3))
        seat.transports[0].isBlocked = true
        channel.run(for: .seconds(20))
        #expect(channel.events.last == "over" && seat.ends.isEmpty)
        seat.transports[0].isBlocked = false
        seat.viewer.transportDrained()
        channel.run(for: .seconds(1))
        #expect(seat.ends.count == 1)
        #expect(
            seat.transports[0].control.last?.packets.contains { if case .goodbye = $0 { true } else { false } } == true)
    }

    /// PAUSE and PLAY, one upon the other, while a unit is half sent: its rest comes before anything else.
    @Test func aHalfSentUnitIsFinishedByThePlayAfterAPause() throws {
        let film = FakeTitle.film(seconds: 10, keyPackets: 300, packets: 5)
        let channel = ChannelStage(film)
        let seat = channel.seat(interleaved: true)
        channel.run(for: .milliseconds(2500))
        var isAmid = false
        for _ in 0..<600 where !isAmid {
            channel.run(for: .milliseconds(2))
            isAmid = seat.transports[0].sent.last.map { (20..<250).contains($0.identity.packet) } ?? false
        }
        try #require(isAmid)
        let place = seat.transports[0].sent.count
        seat.viewer.pause()
        seat.play()
        channel.run(for: .seconds(3))
        let sent = seat.transports[0].sent.map(\.identity)
        #expect(sent.count > place + 300 && seat.starts.count == 2)
        for (one, next) in zip(sent, sent.dropFirst()) {
            let isLast = one.packet == film.units[one.unit].packets - 1
            #expect(isLast ? next.packet == 0 : next.unit == one.unit && next.packet == one.packet + 1)
        }
    }
}
