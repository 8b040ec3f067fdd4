import Delivery
import MediaCore
import RTP
import TestSupport
import Testing

/// What a channel does when nobody watches, and when a viewer leaves before it began.
@Suite struct ChannelWatchingTests {
    private static let film = FakeTitle.channelFilm

    @Test func theLastOneLeavingStopsTheReads() {
        let channel = ChannelStage(Self.film)
        let seats = [channel.seat(), channel.seat(interleaved: true)]
        channel.run(for: .seconds(3))
        seats[0].viewer.close()
        channel.run(for: .seconds(3))
        let reads = channel.reads
        #expect(reads > 5)
        seats[1].viewer.close()
        channel.run(for: .milliseconds(10))
        let last = channel.reads
        channel.run(for: .seconds(20))
        #expect(channel.reads <= last + 1)
        #expect(channel.events.last == "unwatched")
        #expect(channel.outlet.windowBytes == 0)
        // BYE to each.
        for seat in seats {
            for transport in seat.transports {
                #expect(
                    transport.control.last?.packets.contains { if case .goodbye = $0 { true } else { false } } == true)
            }
        }
    }

    /// The programme goes on without viewers, or waits for them.
    @Test(arguments: [false, true])
    func theClockUnwatched(_ stops: Bool) throws {
        let channel = ChannelStage(Self.film, stopsClockUnwatched: stops)
        let first = channel.seat()
        channel.run(for: .milliseconds(3500))
        first.viewer.close()
        channel.run(for: .seconds(10))
        let second = channel.seat()
        channel.run(for: .seconds(2))
        let begin = try #require(second.transports[0].sent.first)
        #expect(begin.unit.isRandomAccessPoint)
        #expect(begin.unit.presentationTime == (stops ? .seconds(3) : .seconds(13)))
        for transport in second.transports { expectWhole(transport.sent) }
    }

    @Test func aPausedViewerDoesNotWatch() {
        let channel = ChannelStage(Self.film)
        let seat = channel.seat()
        channel.run(for: .seconds(2))
        seat.viewer.pause()
        // A unit that was begun is finished.
        channel.run(for: .milliseconds(310))
        let sent = seat.transports[0].sent.count
        let last = seat.transports[0].sent[sent - 1].identity
        #expect(last.packet == Self.film.units[last.unit].packets - 1)
        channel.run(for: .seconds(5))
        #expect(seat.transports[0].sent.count == sent)
        #expect(channel.events.last == "unwatched")
        seat.play()
        channel.run(for: .seconds(2))
        #expect(seat.starts.count == 2)
        #expect(seat.transports[0].sent[sent].unit.isRandomAccessPoint)
        #expect(seat.transports[0].sent.count > sent + 500)
    }

    /// A PLAY that waits for its first packet is answered, whatever happens meanwhile.
    @Test func aPlayThatWaitsIsAnswered() {
        let title = FakeTitle.film(seconds: 4, behaviour: FakeCursor.Behaviour(completion: .manual))
        let channel = ChannelStage(title)
        let paused = channel.seat()
        let removed = channel.seat(tracks: [0])
        let closed = channel.seat()
        channel.run(for: .seconds(1))
        #expect([paused, removed, closed].allSatisfy { $0.starts.isEmpty })
        paused.viewer.pause()
        removed.viewer.remove(track: 0)
        closed.viewer.close()
        for seat in [paused, removed, closed] {
            guard case .failure(.cancelled)? = seat.starts.last else { return #expect(Bool(false), "\(seat.starts)") }
            #expect(seat.starts.count == 1)
        }
        #expect(channel.outlet.viewerCount == 0)
    }

    /// What was sent in the moment in which the last one left is settled: else the queue would be full some day, and the end never come.
    @Test func whatWasSentLastIsSettled() {
        let film = FakeTitle.film(seconds: 12)
        let channel = ChannelStage(film, stopsClockUnwatched: true)
        for subscription in 1...30 as ClosedRange<UInt64> {
            let seat = channel.seat()
            // Amid the pacer's run, before what it sends is told to anybody.
            let accepted = seat.transports[0].accepted
            seat.transports[0].accepted = { line, packets, refused in
                accepted?(line, packets, refused)
                channel.channel.unsubscribe(subscription: subscription, on: channel.stage.eventLoop)
            }
            channel.run(for: .milliseconds(250))
            seat.viewer.close()
            channel.run(for: .milliseconds(10))
        }
        let seat = channel.seat()
        channel.run(for: .seconds(20))
        #expect(seat.ends.count == 1)
        #expect(channel.events.last == "over")
    }

    /// A programme may have entries without pictures: who comes then hears them, and sees what comes after, from a key frame on.
    @Test func soundAloneIsPlayed() throws {
        let units = FakeTitle.film(seconds: 40, keyPackets: 8, packets: 3).units.filter {
            $0.unit.track == 1 || $0.unit.decodeTime < .seconds(2) || $0.unit.decodeTime >= .milliseconds(35_400)
        }
        let limits = ChannelLimits(windowTime: .seconds(10), windowBytes: 16 << 20, joinBurst: 4)
        let channel = ChannelStage(FakeTitle(units: units), limits: limits)
        let first = channel.seat()
        channel.run(for: .seconds(20))
        let second = channel.seat()
        channel.run(for: .seconds(2))
        #expect(second.starts.count == 1)
        #expect(second.transports[1].sent.count > 80)
        #expect(second.transports[0].sent.isEmpty)
        channel.run(for: .seconds(25))
        let picture = try #require(second.transports[0].sent.first)
        #expect(picture.unit.isRandomAccessPoint && picture.unit.decodeTime == .seconds(36))
        #expect(first.ends.count == 1 && second.ends.count == 1)
    }

}
