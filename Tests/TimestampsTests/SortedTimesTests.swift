import MediaCore
import Testing
import Timestamps

@Suite struct SortedTimesTests {
    /// Of a codec without reordering, or of one of which nothing is known.
    private func times(_ codec: Codec, _ stamps: [Int64], keys: Set<Int> = [0], duration: Int64 = 0) -> [TimedUnit] {
        let description = CodecDescription(codec: codec, kind: .video)
        var reconstructor = TimestampReconstructor(
            codec: description, timeBase: TimeBase(1, 1000), rules: .matroska)
        return reconstructor.times(
            of: stamps.enumerated().map { index, stamp in
                (
                    StoredUnit(
                        decodeTicks: nil, presentationTicks: stamp, durationTicks: duration, isKey: keys.contains(index)
                    ),
                    [1]
                )
            })
    }

    private func milliseconds(_ values: [Int64]) -> [MediaTime] { values.map { .milliseconds($0) } }

    @Test func decodingOrderIsOutputOrder() {
        let times = times(.vp9, [0, 33, 67, 100])
        #expect(times.map(\.decodeTime) == milliseconds([0, 33, 67, 100]))
        #expect(times.map(\.presentationTime) == milliseconds([0, 33, 67, 100]))
        // The last one's cannot be told.
        #expect(times.map(\.duration).dropLast() == milliseconds([33, 34, 33])[...])
    }

    /// A hidden frame and the one that is shown bear one stamp: the former is decoded before it.
    @Test func oneStampForTwoUnits() {
        let times = times(.vp9, [0, 33, 67, 67, 100])
        #expect(times.map(\.decodeTime) == milliseconds([0, 33, 66, 67, 100]))
        #expect(times.map(\.presentationTime) == milliseconds([0, 33, 67, 67, 100]))
    }

    /// Three equal stamps at the start go back before it.
    @Test func equalStampsAtTheStart() {
        let times = times(.vp8, [0, 0, 40])
        #expect(times.map(\.decodeTime) == milliseconds([-1, 0, 40]))
        #expect(times.map(\.presentationTime) == milliseconds([0, 0, 40]))
    }

    @Test func theDepthIsLearned() {
        let stamps: [Int64] = [0, 120, 40, 80, 240, 160, 200, 360, 280, 320]
        let times = times(.vc1, stamps)
        #expect(times.map(\.presentationTime) == milliseconds(stamps))
        #expect(times.map(\.decodeTime) == milliseconds([-40, 0, 40, 80, 120, 160, 200, 240, 280, 320]))
    }

    /// Nothing before a key frame has a part in the times behind it, whatever the spacing was.
    @Test func variableSpacing() {
        let stamps: [Int64] = [0, 80, 40, 2000, 2080, 2040, 9000, 9080, 9040]
        let all = times(.vc1, stamps, keys: [0, 3, 6], duration: 40)
        #expect(obeysLaws(all))
        #expect(all.map(\.presentationTime) == milliseconds(stamps))
        for key in [3, 6] {
            #expect(times(.vc1, Array(stamps[key...]), keys: [0, 3], duration: 40) == Array(all[key...]))
        }
    }

    @Test func extremesDoNotTrap() {
        let stamps: [Int64] = [.max, .min, 0, .max - 1, .min, -1]
        for codec in [Codec.vp9, .vc1] {
            #expect(times(codec, stamps, keys: [0, 3], duration: .max).count == stamps.count)
        }
    }

    /// VP8 in WebM: a frame that is not shown bears the stamp of the one that follows it.
    @Test(arguments: [(0x01, [0, 39, 40, 80]), (0x11, [0, 40, 40, 80])] as [(UInt8, [Int64])])
    func hiddenFramesHaveTimesOfTheirOwn(second: UInt8, expected: [Int64]) {
        var reconstructor = TimestampReconstructor(
            codec: CodecDescription(codec: .vp8, kind: .video), timeBase: TimeBase(1, 1000), rules: .matroska)
        let stamps: [(ticks: Int64, tag: UInt8)] = [(0, 0x11), (40, second), (40, 0x11), (80, 0x11)]
        let units = stamps.map { stamp -> PushedUnit in
            (
                StoredUnit(decodeTicks: nil, presentationTicks: stamp.ticks, isKey: stamp.ticks == 0),
                [stamp.tag, 2, 0, 0]
            )
        }
        let times = reconstructor.times(of: units)
        #expect(obeysLaws(times))
        #expect(times.map(\.presentationTime.nanoseconds) == expected.map { $0 * 1_000_000 })
    }
}
