import MediaCore
import Testing
import Timestamps

@Suite struct SampleTimesTests {
    private static let aac = CodecDescription(
        codec: .aac, kind: .audio, configuration: [0x12, 0x10], sampleRate: 44_100, channels: 2)

    /// AAC frames at 44.1 kHz as Matroska stamps them, from the `start`th on.
    private static func matroska(_ frames: Range<Int64>, gap: Int64 = 0) -> [PushedUnit] {
        frames.map { frame in
            let milliseconds = (frame * 1_024_000 + 22_050) / 44_100 + gap
            return (StoredUnit(decodeTicks: nil, presentationTicks: milliseconds, isKey: true), [1, 2, 3])
        }
    }

    private static func exact(_ frame: Int64) -> MediaTime {
        MediaTime(ticks: frame * 1024, timeBase: TimeBase(1, 44_100))
    }

    private static func reconstructor(_ rules: TimestampRules = .matroska) -> TimestampReconstructor {
        TimestampReconstructor(codec: aac, timeBase: TimeBase(1, 1000), rules: rules)
    }

    @Test func samplesAreCountedWhereStampsAreRounded() {
        var reconstructor = Self.reconstructor()
        let times = reconstructor.times(of: Self.matroska(0..<5000))
        #expect(times.map(\.presentationTime) == (0..<5000).map(Self.exact))
        #expect(times.map(\.decodeTime) == times.map(\.presentationTime))
        #expect(times.allSatisfy { $0.duration == Self.exact(1) && $0.isRandomAccessPoint })
    }

    @Test func aSeekGivesTheSameTimes() {
        var first = Self.reconstructor()
        let times = first.times(of: Self.matroska(0..<2000))
        for start in stride(from: Int64(0), to: 2000, by: 37) {
            first.reset()
            #expect(first.times(of: Self.matroska(start..<2000)) == Array(times[Int(start)...]))
            var other = Self.reconstructor(first.rules)
            #expect(other.times(of: Self.matroska(start..<2000)) == Array(times[Int(start)...]))
        }
    }

    @Test func aGapRestartsTheCount() {
        var reconstructor = Self.reconstructor()
        let times = reconstructor.times(of: Self.matroska(0..<10) + Self.matroska(10..<20, gap: 107))
        // The stamp of frame 10 is 232 ms.
        let expected = (0..<10).map { MediaTime.milliseconds(232 + 107) + Self.exact($0) }
        #expect(Array(times[10...].map(\.presentationTime)) == expected)
    }

    @Test func aGapOfWholeUnitsStaysOnTheGrid() {
        var reconstructor = Self.reconstructor()
        let times = reconstructor.times(of: Self.matroska(0..<10) + Self.matroska(14..<20))
        #expect(times[10...].map(\.presentationTime) == (14..<20).map(Self.exact))
    }

    /// MPEG-TS: several frames in a PES packet, the first of them stamped.
    @Test func unitsWithoutAStampFollow() {
        let units = (0..<40 as Range<Int64>).map { frame -> PushedUnit in
            let ticks = frame % 4 == 0 ? 90_000 + (frame * 1024 * 90_000 + 22_050) / 44_100 : nil
            return (StoredUnit(decodeTicks: ticks, presentationTicks: ticks, isKey: true), [1])
        }
        var reconstructor = TimestampReconstructor(codec: Self.aac, timeBase: TimeBase(1, 90_000), rules: .mpegSystems)
        let times = reconstructor.times(of: units)
        #expect(times.map(\.presentationTime) == (0..<40).map { MediaTime.seconds(1) + Self.exact($0) })
    }

    /// MP3 of constant bit rate in AVI: chunks of bytes, in which frames begin anywhere.
    @Test func chunksOfBytes() {
        let frame: [UInt8] = [0xFF, 0xFB, 0x90, 0]
        let mp3 = CodecDescription(codec: .mpegAudio, kind: .audio, sampleRate: 44_100, channels: 2)
        let rules = TimestampRules.avi
        // 128 kbit/s: a tick is a byte; chunks of 2000 bytes, of which each has the stamp of its first frame.
        let begins = (0..<200).map { frame in frame * 144 * 128_000 / 44_100 }
        let units = begins.enumerated().map { index, place -> PushedUnit in
            let isFirst = index == 0 || begins[index - 1] / 2000 != place / 2000
            return (
                StoredUnit(
                    decodeTicks: isFirst ? Int64(place / 2000 * 2000) : nil, presentationTicks: nil, isKey: true), frame
            )
        }
        var reconstructor = TimestampReconstructor(codec: mp3, timeBase: TimeBase(1, 16_000), rules: rules)
        let times = reconstructor.times(of: units)
        let expected = (0..<200).map { MediaTime(ticks: $0 * 1152, timeBase: TimeBase(1, 44_100)) }
        #expect(times.map(\.presentationTime) == expected)
        for index in units.indices where units[index].unit.decodeTicks != nil {
            reconstructor.reset()
            #expect(reconstructor.times(of: units[index...]) == Array(times[index...]))
        }
    }

    /// A byte rate that is wrong says nothing: units follow each other.
    @Test func aByteRateThatIsTooHigh() {
        let mp3 = CodecDescription(codec: .mpegAudio, kind: .audio, sampleRate: 44_100, channels: 2)
        let units = (0..<200).map { index -> PushedUnit in
            (StoredUnit(decodeTicks: Int64(index), presentationTicks: nil, isKey: true), [0xFF, 0xFB, 0x90, 0])
        }
        var reconstructor = TimestampReconstructor(codec: mp3, timeBase: TimeBase(1, 1000), rules: .avi)
        let expected = (0..<200).map { MediaTime(ticks: $0 * 1152, timeBase: TimeBase(1, 44_100)) }
        #expect(reconstructor.times(of: units).map(\.presentationTime) == expected)
    }
}
