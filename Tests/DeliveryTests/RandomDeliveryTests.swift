import DequeModule
import MediaCore
import RTP
import TestSupport
import Testing

@testable import Delivery

/// Thousands of random steps (reads that end or do not, partial acceptance, fullness, pause, seek, ends), the laws checked after each.
@Suite struct RandomDeliveryTests {
    @Test("the laws hold after every step of a random session", arguments: 1...8 as ClosedRange<UInt64>)
    func randomSession(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var session = RandomSession(&random)
        for step in 0..<500 {
            session.step(&random)
            let problems = session.problems()
            guard problems.isEmpty else {
                Issue.record("seed \(seed), step \(step): \(problems.joined(separator: "; "))")
                return
            }
        }
        session.finish()
        // Plain values: a failed expectation would print all of the session.
        let rest = session.problems()
        let (hasEnded, sent) = (session.seat.viewer.hasEnded, session.seat.sent.count)
        #expect(rest == [])
        #expect(hasEnded)
        #expect(sent > 1000)
        session.seat.viewer.close()
        session.stage.settle()
        let unsent = [session.seat.viewer.queue.unsentPackets, session.seat.viewer.queue.unsentBytes]
        #expect(unsent == [0, 0])
    }
}

/// One viewer that random things happen to.
struct RandomSession {
    let stage = ViewerStage()
    let seat: ViewerStage.Seat
    let title: FakeTitle
    private let isManual: Bool
    private let unitSizes: [Key: [Int]]
    /// The largest unit or, if none is so large, a batch.
    private let batchBytes: Int
    /// Per stream: packets that had been sent when the last seek was asked for, until a unit of the new generation has begun.
    private var seeks: [Int?] = [nil, nil]
    /// Per stream: packets whose order has been checked.
    private var checked = [1, 1]

    private struct Key: Hashable {
        let track: Int
        let decodeTime: MediaTime
        init(_ unit: AccessUnit) { (track, decodeTime) = (unit.track, unit.decodeTime) }
    }

    init(_ random: inout SeededGenerator) {
        isManual = Bool.random(using: &random)
        title = .film(
            seconds: 30, keyPackets: .random(in: 1...300, using: &random), packets: .random(in: 1...60, using: &random),
            audioLag: .milliseconds(.random(in: 0...3000, using: &random)),
            behaviour: .init(completion: isManual ? .manual : .immediate))
        unitSizes = Dictionary(title.units.map { (Key($0.unit), $0.packetSizes) }, uniquingKeysWith: { one, _ in one })
        batchBytes = max(256 * 1024, unitSizes.values.map { $0.reduce(0, +) }.max() ?? 0)
        seat = stage.seat(title, interleaved: Bool.random(using: &random), acceptance: .manual)
        seat.play()
    }

    mutating func step(_ random: inout SeededGenerator) {
        let transport = seat.transports[Int.random(in: 0...1, using: &random)]
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40:
            stage.run(for: .milliseconds(.random(in: 0...60, using: &random)))
        case 40..<70:
            transport.accept(.random(in: 0...transport.onTheWay, using: &random))
            seat.viewer.transportDrained()
        case 70..<73:
            transport.refuse(.random(in: 0...transport.onTheWay, using: &random))
        case 73..<80:
            transport.capacity = Bool.random(using: &random) ? nil : .random(in: 0...100, using: &random)
            seat.viewer.transportDrained()
        case 80..<92:
            seat.cursor.completeRead()
        case 92..<94:
            seat.viewer.pause()
        case 94..<97:
            if !seat.viewer.isPlaying { play(nil, until: nil) }
        default:
            let position = MediaTime.milliseconds(.random(in: 0...28_000, using: &random))
            play(
                position,
                until: Bool.random(using: &random)
                    ? nil : position + .milliseconds(.random(in: 1...5000, using: &random)))
        }
    }

    private mutating func play(_ seek: MediaTime?, until end: MediaTime?) {
        let generation = seat.viewer.queue.generation
        let sent = seat.transports.map(\.sent.count)
        seat.play(seek, until: end)
        // A resume begins no new generation.
        if seat.viewer.queue.generation != generation { seeks = sent }
    }

    /// Everything has room, and plays on to the end.
    mutating func finish() {
        for transport in seat.transports { transport.capacity = nil }
        if !seat.viewer.isPlaying { play(nil, until: nil) }
        for _ in 0..<4000 where !seat.viewer.hasEnded {
            for transport in seat.transports { transport.accept(transport.onTheWay) }
            seat.viewer.transportDrained()
            seat.cursor.completeRead()
            stage.run(for: .milliseconds(20))
            // A start that failed (a range with nothing in it) is played from the beginning.
            let viewer = seat.viewer
            if !viewer.isPlaying, !viewer.hasEnded, !seat.cursor.isReading { play(.zero, until: nil) }
        }
    }

    // MARK: The laws

    /// What is broken.
    mutating func problems() -> [String] {
        var problems: [String] = []
        let queue = seat.viewer.queue
        let recount = queue.lines.map(recount)
        func check(_ holds: Bool, _ text: @autoclosure () -> String) { if !holds { problems.append(text()) } }
        check(queue.unsentPackets == recount.reduce(0) { $0 + $1.packets }, "unsent packets are miscounted")
        check(queue.unsentBytes == recount.reduce(0) { $0 + $1.bytes }, "unsent bytes are miscounted")
        check(queue.unsentBytes < queue.limits.lowBytes + batchBytes, "unsent bytes \(queue.unsentBytes)")
        check(queue.unsentPackets < queue.limits.lowPackets + seat.cursor.log.largestBatchPackets, "unsent packets")
        check(queue.counters.unsentBytesMaximum >= queue.unsentBytes, "high-water mark below what is unsent")
        for line in queue.lines {
            let units = line.waiting.count + line.departed.count(where: \.endsUnit)
            check(line.unsentUnits.count == units, "units are miscounted")
            check(line.unsentTime >= .zero, "negative time")
        }
        for (line, transport) in seat.transports.enumerated() {
            check(transport.onTheWay == queue.lines[line].departed.reduce(0) { $0 + $1.packets }, "departed packets")
            check(transport.damaged == 0, "bytes changed on their way")
            problems += orderProblems(line)
        }
        return problems
    }

    private func recount(_ line: DemandQueue.Line) -> (packets: Int, bytes: Int) {
        var count = (packets: 0, bytes: 0)
        for waiting in line.waiting {
            let sizes = (unitSizes[Key(waiting.train.unit)] ?? []).dropFirst(Int(waiting.departedPackets))
            count.packets += sizes.count
            count.bytes += sizes.reduce(0, +)
        }
        for departed in line.departed {
            count.packets += departed.packets
            count.bytes += (departed.packets - 1) * departed.bytesPerPacket + departed.lastPacketBytes
        }
        return count
    }

    /// Sequence numbers have no gap, units are whole, and between two seeks each follows the one before in the file, stamped later.
    private mutating func orderProblems(_ line: Int) -> [String] {
        let sent = seat.transports[line].sent
        defer { checked[line] = max(1, sent.count) }
        for index in checked[line]..<max(sent.count, checked[line]) {
            let (one, next) = (sent[index - 1], sent[index])
            let (header, nextHeader) = (one.header, next.header)
            guard header.sequenceNumber.next == nextHeader.sequenceNumber else { return ["a gap in sequence numbers"] }
            let distance = header.timestamp.distance(to: nextHeader.timestamp)
            guard header.marker else {
                let following = PacketIdentity(unit: one.identity.unit, packet: one.identity.packet + 1)
                guard next.identity == following else { return ["a half-sent unit was not finished"] }
                guard distance == 0 else { return ["two timestamps in a unit"] }
                continue
            }
            guard next.identity.packet == 0 else { return ["a unit's beginning was lost"] }
            // The first unit that begins after a seek is the new generation's: a half-sent one has been finished before.
            if let mark = seeks[line], mark <= index {
                seeks[line] = nil
                continue
            }
            let following = title.units[(one.identity.unit + 1)...].firstIndex { $0.unit.track == next.unit.track }
            guard following == next.identity.unit else {
                return ["unit \(next.identity.unit) after \(one.identity.unit)"]
            }
            guard distance > 0 else { return ["timestamps go back"] }
        }
        return []
    }
}
