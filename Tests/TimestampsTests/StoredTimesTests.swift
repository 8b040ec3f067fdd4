import MediaCore
import Testing
import Timestamps

@Suite struct StoredTimesTests {
    private func units(_ stamps: [(Int64?, Int64?)]) -> [PushedUnit] {
        stamps.map { (StoredUnit(decodeTicks: $0, presentationTicks: $1, durationTicks: 10, isKey: true), []) }
    }

    private func reconstructor(_ rules: TimestampRules = .mp4) -> TimestampReconstructor {
        TimestampReconstructor(
            codec: CodecDescription(codec: .h264, kind: .video), timeBase: TimeBase(1, 1000), rules: rules)
    }

    private func ticks(_ times: [TimedUnit]) -> [[Int64]] {
        times.map { [$0.decodeTime, $0.presentationTime].map { $0.nanoseconds / 1_000_000 } }
    }

    @Test func equalDecodeTimesAreNudged() {
        var reconstructor = reconstructor()
        let times = reconstructor.times(of: units([(0, 10), (10, 40), (10, 20), (10, 30), (40, 50)]))
        #expect(ticks(times) == [[0, 10], [10, 40], [11, 20], [12, 30], [40, 50]])
    }

    @Test func unitsWithoutStampsFollow() {
        var reconstructor = reconstructor()
        let times = reconstructor.times(of: units([(0, 10), (nil, nil), (nil, 30)]))
        #expect(ticks(times) == [[0, 10], [10, 10], [30, 30]])
        #expect(times.allSatisfy { $0.duration == .milliseconds(10) })
    }

    /// I P B B P B B with composition offsets 0, +2, -1, -1 frames.
    @Test func negativeCompositionOffsets() {
        var first = reconstructor()
        let stamps: [(Int64?, Int64?)] = [(0, 0), (10, 30), (20, 10), (30, 20), (40, 60), (50, 40), (60, 50)]
        let times = first.times(of: units(stamps))
        #expect(obeysLaws(times))
        #expect(ticks(times) == [[0, 0], [10, 30], [11, 11], [20, 20], [30, 60], [40, 40], [50, 50]])
        #expect(first.rules.decodeShift == 10)
        var other = reconstructor(first.rules)
        #expect(other.times(of: units(Array(stamps[4...]))) == Array(times[4...]))
    }
}
