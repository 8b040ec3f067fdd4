import MediaCore
import RTP
import TestSupport
import Testing

@testable import Delivery

/// What a viewer over TCP receives of a film when its link carries less than the film has.
@Suite struct ThinnedViewerTests {
    private let stage = ViewerStage()
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    private func seat(_ title: FakeTitle, capacity: Int = 40) -> ViewerStage.Seat {
        var slow = SlowLimits()
        slow.mode = .thin
        let seat = stage.seat(title, interleaved: true, acceptance: .manual, slow: slow)
        for transport in seat.transports { transport.capacity = capacity }
        return seat
    }

    /// - Parameter packets: of video that the link takes in each 20 ms; audio is taken as it comes.
    private func run(_ seat: ViewerStage.Seat, for span: MediaTime, packets: Int) {
        for _ in 0..<span.nanoseconds / 20_000_000 {
            stage.run(for: ms(20))
            let (video, audio) = (seat.transports[0], seat.transports[1])
            video.accept(min(packets, video.onTheWay))
            audio.accept(audio.onTheWay)
            seat.viewer.transportDrained()
        }
    }

    @Test(
        "a link that carries all but what nobody depends on gets just that, and audio whole", arguments: [false, true])
    func unreferenced(_ isOpen: Bool) throws {
        // A group has 80 packets a second, 44 without its Bs.
        let title = FakeTitle.groups(seconds: 40, isOpen: isOpen, keyPackets: 32, packets: 12)
        let seat = seat(title)
        seat.play()
        // 320 packets in a second; 250.
        run(seat, for: .seconds(20), packets: 5)
        #expect(seat.levels.first == .referenced)
        let counters = seat.viewer.counters.thinning
        #expect(counters.thinnest == .referenced)
        #expect(counters.unreferenced > 50)
        #expect(counters.units == counters.unreferenced)
        run(seat, for: .seconds(60), packets: 100)
        try expectDecodable(seat, title)
        #expect(seat.viewer.counters.thinning.level == .everything)
        #expect(seat.levels.last == .everything)
    }

    @Test(
        "one that carries half gets key frames, one that carries little no video; then, level by level, all again",
        arguments: [3, 1])
    func less(_ packets: Int) throws {
        let title = FakeTitle.groups(seconds: 60, keyPackets: 32, packets: 12)
        let seat = seat(title)
        seat.play()
        run(seat, for: .seconds(20), packets: packets)
        let thinnest = seat.viewer.counters.thinning.thinnest
        #expect(thinnest >= .keyFrames)
        // No more than the last level's limit and a little, and audio is never thinned.
        #expect(seat.viewer.counters.latenessMaximum < ms(4500))
        let last = seat.transports[1].sent.last?.unit.decodeTime ?? .zero
        #expect(last > .seconds(15))
        let (levels, time) = (seat.levels.count, stage.now)
        run(seat, for: .seconds(100), packets: 100)
        try expectDecodable(seat, title)
        let after = Array(seat.levels[levels...])
        #expect(after.last == .everything || seat.levels.last == .everything)
        #expect(zip(after, after.dropFirst()).allSatisfy { $1 == $0.thicker })
        // Not late in the end.
        let end = seat.transports[0].sent.filter { $0.unit.decodeTime > .seconds(50) && $0.time > time }
        #expect(end.count == 10 * 320 - 32)
        #expect(end.allSatisfy { $0.time - ViewerStage.begin - $0.unit.decodeTime <= ms(40) })
        let counters = seat.viewer.counters
        #expect(counters.packetsSent == seat.sent.count)
        #expect(counters.thinning.changes == seat.levels.count)
        let units = Set(seat.transports[0].sent.map(\.identity.unit)).count
        #expect(units + counters.thinning.units == 1500)
        #expect(counters.packetsDiscarded == 60 * 320 - seat.transports[0].sent.count)
        #expect(seat.ends == [nil])
    }

    @Test("a viewer that waits is never thinned")
    func waits() {
        let seat = stage.seat(.groups(seconds: 10), interleaved: true, acceptance: .manual)
        for transport in seat.transports { transport.capacity = 40 }
        seat.play()
        run(seat, for: .seconds(10), packets: 1)
        #expect(seat.viewer.counters.latenessMaximum > ms(1500))
        run(seat, for: .seconds(30), packets: 100)
        expectContiguous(seat)
        for (track, transport) in seat.transports.enumerated() { expectIntact(transport, of: seat.title, track: track) }
        #expect(seat.transports.map(\.sent.count) == [800, 468])
        #expect(seat.levels.isEmpty)
    }

    @Test("a seek begins with everything")
    func sought() throws {
        let seat = seat(.groups(seconds: 60, keyPackets: 32, packets: 12))
        seat.play()
        run(seat, for: .seconds(10), packets: 1)
        #expect(seat.viewer.counters.thinning.level > .everything)
        seat.play(.seconds(30))
        #expect(seat.viewer.counters.thinning.level == .everything)
        let count = seat.transports[0].sent.count
        run(seat, for: .seconds(2), packets: 100)
        let units = seat.transports[0].sent[count...].filter { $0.unit.decodeTime >= .seconds(29) }
        #expect(units.first?.unit.isRandomAccessPoint == true)
        #expect(Set(units.map(\.unit.decodeTime)).count >= 49)
    }

    @Test(
        "random stalls: units whole, in order, without a gap, all that is sent can be decoded, audio whole",
        arguments: 1...6 as ClosedRange<UInt64>)
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let title = FakeTitle.groups(
            seconds: 60, isOpen: Bool.random(using: &random), keyPackets: .random(in: 1...100, using: &random),
            packets: .random(in: 1...30, using: &random))
        let seat = seat(title, capacity: .random(in: 1...200, using: &random))
        seat.play()
        for _ in 0..<60 {
            let packets = Bool.random(using: &random) ? 0 : Int.random(in: 0...40, using: &random)
            run(seat, for: ms(.random(in: 20...3000, using: &random)), packets: packets)
            if Int.random(in: 0..<10, using: &random) == 0, seat.viewer.isPlaying {
                seat.viewer.pause()
                run(seat, for: ms(500), packets: packets)
                seat.play()
            }
        }
        for _ in 0..<40 where !seat.viewer.hasEnded { run(seat, for: .seconds(3), packets: 500) }
        try expectDecodable(seat, title)
        #expect(seat.ends == [nil])
        let sent = Set(seat.transports[0].sent.map(\.identity.unit)).count
        #expect(sent + seat.viewer.counters.thinning.units == 1500)
        #expect([seat.viewer.queue.unsentPackets, seat.viewer.queue.unsentBytes] == [0, 0])
    }

    /// Each unit whole and after what it refers to, sequence numbers without a gap, timestamps the map's; audio whole.
    private func expectDecodable(_ seat: ViewerStage.Seat, _ title: FakeTitle) throws {
        expectContiguous(seat)
        for (track, transport) in seat.transports.enumerated() { expectIntact(transport, of: title, track: track) }
        expectWhole(seat.transports[1])
        let sent = seat.transports[0].sent.filter { $0.identity.packet == 0 }.map(\.identity.unit)
        #expect(zip(sent, sent.dropFirst()).allSatisfy(<))
        let got = Set(sent)
        let video = title.units.indices.filter { title.units[$0].unit.track == 0 }
        var anchors: [(index: Int, time: MediaTime)] = []
        var broken: [Int] = []
        for index in video {
            let unit = title.units[index].unit
            // A B needs the anchors around it; a P the one before.
            let needed = unit.isRandomAccessPoint ? [] : anchors.suffix(unit.isDiscardable ? 2 : 1).map(\.index)
            if got.contains(index), !needed.allSatisfy(got.contains) { broken.append(index) }
            if !unit.isDiscardable { anchors.append((index, unit.presentationTime)) }
        }
        #expect(broken == [])
        for (one, next) in zip(anchors, anchors.dropFirst()) { try #require(one.time < next.time) }
    }
}
