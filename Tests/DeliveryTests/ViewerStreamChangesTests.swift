import MediaCore
import RTP
import RTPPayload
import TestSupport
import Testing

@testable import Delivery

/// Streams that come and go while others play.
@Suite struct ViewerStreamChangesTests {
    private let stage = ViewerStage()
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    private func goodbyes(_ transport: RecordingTransport) -> Int {
        transport.control.flatMap(\.packets).count { if case .goodbye = $0 { true } else { false } }
    }

    private func cursor(_ seat: ViewerStage.Seat, _ tracks: [(Int, prefix: Int)], _ title: FakeTitle) -> FakeCursor {
        title.makeFakeCursor(
            CursorOptions(
                tracks: tracks.map {
                    CursorTrack(
                        track: $0.0, layout: PacketLayout(prefix: $0.prefix, maximumPacketSize: 1372),
                        payloadType: UInt8(96 + $0.0))
                }))
    }

    @Test("a stream that goes says goodbye and is silent; the other is whole, and no more is read than before")
    func removed() throws {
        let title = FakeTitle.film(seconds: 10, keyPackets: 20)
        let seat = stage.seat(title)
        let twin = stage.seat(title)
        for seat in [seat, twin] { seat.play() }
        stage.run(for: ms(2230))
        seat.viewer.remove(track: 1)
        #expect(goodbyes(seat.transports[1]) == 1)
        let count = seat.transports[1].sent.count
        stage.run(for: .seconds(20))
        #expect(seat.transports[1].sent.count == count)
        #expect(goodbyes(seat.transports[1]) == 1)
        expectWhole(seat.transports[0])
        #expect(seat.transports[0].sent.count == twin.transports[0].sent.count)
        #expect(seat.ends.count == 1)
        #expect(seat.cursor.log.reads == twin.cursor.log.reads)
        let (own, other) = (seat.viewer.counters, twin.viewer.counters)
        #expect(own.packetsSent == seat.sent.count)
        #expect(own.packetsSent + own.packetsDiscarded == other.packetsSent)
        #expect(own.unsentPacketsMaximum == other.unsentPacketsMaximum)
    }

    @Test("video that comes again begins with its next key frame, where the reply says", arguments: [0, 1])
    func joined(_ track: Int) throws {
        let title = FakeTitle.film(seconds: 10, keyPackets: 20)
        let seat = stage.seat(title)
        seat.play()
        stage.run(for: ms(1230))
        seat.viewer.remove(track: track)
        stage.run(for: ms(500))
        let transport = stage.add(track, to: seat)
        stage.run(for: ms(500))
        #expect(transport.sent.isEmpty)
        let start = seat.viewer.join()
        #expect(start.position == ms(2230))
        #expect(start.streams.map(\.track) == [0, 1])
        let rate: Int64 = track == 0 ? 90 : 48
        #expect(start.streams[track].sequenceNumber == SequenceNumber(65_500))
        #expect(start.streams[track].timestamp == RTPTimestamp(UInt32(rate * 102_230)))
        let wakes = stage.wakes
        stage.run(for: .seconds(20))
        // Not a wake per quantum while the key frame is awaited.
        #expect(stage.wakes - wakes < 2500)
        let first = try #require(transport.sent.first)
        #expect(first.identity.packet == 0)
        #expect(first.unit.presentationTime == (track == 0 ? ms(3000) : first.unit.presentationTime))
        #expect(first.unit.presentationTime >= ms(2230))
        #expect(first.header.sequenceNumber == SequenceNumber(65_500))
        #expect(first.time <= ms(100_000) + first.unit.decodeTime)
        let behind = first.unit.presentationTime - start.position
        let ticks = start.streams[track].timestamp.distance(to: first.header.timestamp)
        #expect(abs(Int64(ticks) * 1_000_000 - behind.nanoseconds * rate) <= 1_000_000)
        expectWhole(transport)
        expectWhole(seat.transports[1 - track])
        #expect(seat.cursor.log.seeks.isEmpty)
        #expect(seat.ends.count == 1)
        #expect(goodbyes(transport) == 1)
        // The end has said it.
        seat.viewer.remove(track: track)
        #expect(goodbyes(transport) == 1)
        // Its first report lies on the clock's line, at the time it was sent.
        let report = try #require(transport.control.first)
        guard case .senderReport(let sender) = report.packets[0] else { return #expect(Bool(false), "a report") }
        #expect(report.packetsBefore == 0)
        #expect(
            abs(RTPTimestamp(UInt32(rate * report.time.nanoseconds / 1_000_000)).distance(to: sender.rtpTimestamp)) <= 1
        )
    }

    @Test("a new cursor reads again what has not departed: nothing lost, nothing twice", arguments: [0, 1], [0, 4])
    func widened(_ track: Int, _ prefix: Int) throws {
        let title = FakeTitle.film(seconds: 10, keyPackets: 20)
        let other = 1 - track
        let seat = stage.seat(title, tracks: [other], silent: [track])
        seat.play(ms(3500))
        stage.run(for: ms(1210))
        let transport = stage.add(track, to: seat, interleaved: prefix == 4)
        let next = cursor(seat, [(other, prefix: 0), (track, prefix: prefix)], title)
        seat.viewer.replace(cursor: next, tracks: [0, 1])
        let start = seat.viewer.join()
        stage.run(for: .seconds(20))
        #expect(seat.cursor.log.isClosed)
        #expect(next.log.seeks.count == 1)
        expectWhole(seat.transports[0])
        expectWhole(transport)
        let first = try #require(transport.sent.first)
        #expect(first.unit.presentationTime >= start.position)
        #expect(first.unit.presentationTime - start.position <= .seconds(1))
        let all = title.units.filter { $0.unit.track == other }
        let begin = try #require(seat.transports[0].sent.first).unit.presentationTime
        let expected = all.filter { $0.unit.presentationTime >= begin }.reduce(0) { $0 + $1.packets }
        #expect(seat.transports[0].sent.count == expected)
        #expect(seat.ends.count == 1)
        #expect(seat.ends[0] == nil)
    }

    @Test("while paused, a stream that was added begins with the resume")
    func whilePaused() throws {
        let title = FakeTitle.film(seconds: 10, keyPackets: 20)
        let seat = stage.seat(title, tracks: [0], silent: [1])
        seat.play()
        stage.run(for: ms(1230))
        seat.viewer.pause()
        stage.run(for: ms(400))
        let transport = stage.add(1, to: seat)
        seat.viewer.replace(cursor: cursor(seat, [(0, prefix: 0), (1, prefix: 0)], title), tracks: [0, 1])
        seat.play()
        #expect(seat.lastStart?.position == ms(1230))
        #expect(seat.lastStart?.streams.map(\.track) == [0, 1])
        stage.run(for: .seconds(20))
        expectWhole(seat.transports[0])
        expectWhole(transport)
        #expect(try #require(transport.sent.first).unit.presentationTime >= ms(1230))
    }

    @Test("a seek takes along what was added")
    func withASeek() throws {
        let title = FakeTitle.film(seconds: 10, keyPackets: 20)
        let seat = stage.seat(title, tracks: [0], silent: [1])
        seat.play()
        stage.run(for: ms(1230))
        let transport = stage.add(1, to: seat)
        seat.viewer.replace(cursor: cursor(seat, [(0, prefix: 0), (1, prefix: 0)], title), tracks: [0, 1])
        seat.play(ms(5500))
        stage.run(for: ms(500))
        #expect(seat.lastStart?.position == ms(5000))
        #expect(try #require(transport.sent.first).unit.presentationTime >= ms(5000))
        expectContiguous(seat)
    }

    @Test("what a transport had of a stream that went is accounted for when it settles")
    func unsettled() throws {
        let title = FakeTitle.film(seconds: 10, keyPackets: 20)
        let seat = stage.seat(title, acceptance: .manual)
        seat.transports[0].capacity = 1000
        seat.play()
        stage.run(for: ms(100))
        seat.transports[0].accept(seat.transports[0].onTheWay)
        stage.run(for: ms(60))
        let held = seat.transports[1].onTheWay
        #expect(held > 0)
        seat.viewer.remove(track: 1)
        let wakes = stage.wakes
        stage.run(for: ms(400))
        #expect(stage.wakes - wakes < 150)
        seat.transports[1].accept(seat.transports[1].onTheWay)
        for _ in 0..<100 {
            stage.run(for: ms(100))
            seat.transports[0].accept(seat.transports[0].onTheWay)
        }
        stage.run(for: .seconds(5))
        expectWhole(seat.transports[0])
        #expect(seat.transports[1].sent.count == seat.transports[1].settled)
        #expect(seat.ends.count == 1)
    }

    /// RTSP clients do it in one segment: SETUP of what is set up, and PLAY.
    @Test(
        "a half-sent unit dies with its stream: nothing of it goes to the stream in its place",
        arguments: [(false, true), (true, false), (false, false)], [0, 1000, nil])
    func replacedAmidAUnit(_ interleaved: (old: Bool, new: Bool), _ seek: Int64?) throws {
        var units = (0..<100).map { FakeUnit.video($0, packets: $0 % 25 == 0 ? 200 : 5, isKey: $0 % 25 == 0) }
        // In runs of two, so that a byte stream that is full takes half a unit too.
        for index in units.indices {
            for packet in units[index].packetSizes.indices where packet % 2 == 0 {
                units[index].packetSizes[packet] = 1000
            }
        }
        let title = FakeTitle(units: units)
        let seat = stage.seat(title, interleaved: interleaved.old, acceptance: interleaved.old ? .manual : .atFlush)
        let former = seat.transports[0]
        former.capacity = interleaved.old ? 40 : nil
        seat.play()
        stage.run(for: ms(20))
        #expect((1..<200).contains(former.sent.count))
        let count = former.sent.count
        if seek == nil { seat.viewer.pause() }
        seat.viewer.remove(track: 0)
        let transport = stage.add(0, to: seat, interleaved: interleaved.new)
        if interleaved.old != interleaved.new {
            let next = cursor(seat, [(0, prefix: transport.prefix)], title)
            seat.viewer.replace(cursor: next, tracks: [0])
        }
        seat.play(seek.map { ms($0) })
        stage.run(for: ms(1000))
        former.accept(former.onTheWay)
        seat.viewer.transportDrained()
        stage.run(for: .seconds(20))
        #expect(former.sent.count == count)
        expectIntact(former, of: title, track: 0)
        expectIntact(transport, of: title, track: 0)
        expectWhole(transport)
        let first = try #require(transport.sent.first)
        if let seek { #expect(first.unit.presentationTime == ms(seek)) }
        #expect(first.header.sequenceNumber == SequenceNumber(65_500))
        #expect(seat.lastStart?.streams.map(\.sequenceNumber) == [SequenceNumber(65_500)])
        #expect(seat.ends.count == 1)
        let counters = seat.viewer.counters
        #expect(counters.packetsSent == count + transport.sent.count)
        #expect(counters.sendErrors == 0)
        let unsent = [seat.viewer.queue.unsentPackets, seat.viewer.queue.unsentBytes]
        #expect(unsent == [0, 0])
    }

    @Test("packets that a cursor laid out for another transport never reach beyond their buffer")
    func laidOutForAnother() {
        let title = FakeTitle.film(seconds: 3, keyPackets: 20, audio: false)
        let seat = stage.seat(title, tracks: [], silent: [0])
        seat.viewer.replace(cursor: cursor(seat, [(0, prefix: 0)], title), tracks: [0])
        let transport = stage.add(0, to: seat, interleaved: true)
        seat.play()
        stage.run(for: .seconds(10))
        let counters = seat.viewer.counters
        #expect(counters.sendErrors > 0)
        #expect(counters.sendErrors + transport.sent.count == title.units.reduce(0) { $0 + $1.packets })
        #expect(seat.ends.count == 1)
    }
}
