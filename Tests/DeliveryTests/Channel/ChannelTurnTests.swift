import Delivery
import MediaCore
import RTP
import TestSupport
import Testing

/// Many viewers take what is new in turns.
@Suite struct ChannelTurnTests {
    private static let film = FakeTitle.film(seconds: 60, keyPackets: 8, packets: 3)
    /// With what was sent in one quantum, a unit may wait for the next.
    private static let quantum = MediaTime.milliseconds(2)

    private static func limits(spread: MediaTime) -> ChannelLimits {
        ChannelLimits(windowTime: .seconds(10), windowBytes: 16 << 20, joinBurst: 4, spread: spread)
    }

    /// How much later than the first viewer each of the others gets the same packets, once all have begun.
    private func delays(viewers: Int, spread: MediaTime) -> [ClosedRange<MediaTime>] {
        let channel = ChannelStage(Self.film, limits: Self.limits(spread: spread))
        let seats = (0..<viewers).map { channel.seat(interleaved: $0 % 2 == 1) }
        channel.run(for: .seconds(8))
        for seat in seats { for transport in seat.transports { expectWhole(transport.sent, channel.title) } }
        func times(_ seat: ChannelStage.Seat) -> [UInt16: MediaTime] {
            let settled = seat.transports[0].sent.filter { $0.time > ViewerStage.begin + .seconds(4) }
            return Dictionary(uniqueKeysWithValues: settled.map { ($0.header.sequenceNumber.rawValue, $0.time) })
        }
        let first = times(seats[0])
        return seats.map { seat in
            let differences = times(seat).compactMap { number, time in first[number].map { time - $0 } }
            #expect(differences.count > 250)
            return (differences.min() ?? .zero)...(differences.max() ?? .seconds(1))
        }
    }

    /// Within the spread, and each always at the same point of it.
    @Test func manyTakeTurns() {
        let delays = delays(viewers: 400, spread: .milliseconds(40))
        for delay in delays {
            #expect(delay.lowerBound >= .zero - Self.quantum)
            #expect(delay.upperBound <= .milliseconds(40) + Self.quantum)
            #expect(delay.upperBound - delay.lowerBound <= Self.quantum + Self.quantum)
        }
        // They use all of it.
        #expect(delays.count { $0.lowerBound >= .milliseconds(20) - Self.quantum } >= 160)
        #expect(delays.count { $0.upperBound < .milliseconds(20) } >= 160)
    }

    /// Pictures come at some rate; those of one turn must not meet those of many others.
    @Test func turnsDoNotMeet() {
        let turns = Set(delays(viewers: 400, spread: .milliseconds(400)).map(\.lowerBound.nanoseconds))
        #expect(turns.count == 20)
        for rate in [24, 25, 30, 50, 60] as [Int64] {
            let period = 1_000_000_000 / rate
            let phases = turns.map { $0 % period }
            let most = phases.map { phase in
                phases.count { ($0 - phase + period) % period < 4_000_000 }
            }.max()
            // Of what comes to each 4 ms, were they even, not three times as many.
            #expect(most.map { Int64($0) <= max(5, 3 * 20 * 4_000_000 / period) } == true, "\(rate)/s: \(most ?? 0)")
        }
    }

    @Test(arguments: [(20, MediaTime.milliseconds(400)), (200, .zero)])
    func aFewDoNotWait(_ viewers: Int, _ spread: MediaTime) {
        #expect(delays(viewers: viewers, spread: spread).allSatisfy { $0.upperBound <= Self.quantum })
    }

    /// Units that fall due soon after another leave with it, none later than it would.
    @Test func unitsAreGathered() throws {
        func wakes(gather: MediaTime) throws -> (count: Int, late: MediaTime) {
            let limits = ChannelLimits(
                windowTime: .seconds(10), windowBytes: 16 << 20, joinBurst: 4, spread: .zero, gather: gather)
            let channel = ChannelStage(Self.film, limits: limits)
            let seat = channel.seat()
            channel.run(for: .seconds(10))
            let sent = seat.transports.flatMap(\.sent)
            let base = try #require(sent.map(\.time).min())
            let late = sent.map { $0.time - base - $0.unit.decodeTime }.max() ?? .zero
            return (Set(sent.map(\.time)).count, late)
        }
        let (apart, gathered) = (try wakes(gather: .zero), try wakes(gather: .milliseconds(10)))
        #expect(gathered.count * 10 < apart.count * 9)
        #expect(gathered.late <= apart.late + Self.quantum)
    }
}
