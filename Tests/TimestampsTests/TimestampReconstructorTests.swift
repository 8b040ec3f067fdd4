import MediaCore
import Testing
import Timestamps

/// Over media that FFmpeg makes: the times that its MP4 and MOV files store are taken away, and must come back.
@Suite struct TimestampReconstructorTests {
    struct Medium: CustomTestStringConvertible {
        let testDescription: String
        let codec: Codec
        let arguments: [String]
        var name = "a.mov"
    }

    static let media = [
        Medium(
            testDescription: "MPEG-4 Part 2 with B-frames", codec: .mpeg4Visual,
            arguments: ["-c:v", "mpeg4", "-bf", "2"]),
        Medium(testDescription: "MPEG-4 Part 2 without", codec: .mpeg4Visual, arguments: ["-c:v", "mpeg4"]),
        Medium(
            testDescription: "MPEG-2 with B-frames", codec: .mpeg2Video, arguments: ["-c:v", "mpeg2video", "-bf", "2"]),
        Medium(
            testDescription: "H.264 with a pyramid", codec: .h264,
            arguments: ["-c:v", "libx264", "-x264-params", "bframes=3:b-pyramid=normal:b-adapt=0"]),
        Medium(
            testDescription: "H.264, many B-frames", codec: .h264,
            arguments: ["-c:v", "libx264", "-x264-params", "bframes=12:b-pyramid=none:b-adapt=0"]),
        Medium(
            testDescription: "H.264, open GOP", codec: .h264,
            arguments: ["-c:v", "libx264", "-x264-params", "bframes=3:open-gop=1:b-adapt=0"]),
        Medium(
            testDescription: "H.264, interlaced", codec: .h264,
            arguments: ["-c:v", "libx264", "-x264-params", "tff=1:bframes=2:b-adapt=0"]),
        Medium(
            testDescription: "H.264 without B-frames (POC type 2)", codec: .h264,
            arguments: ["-c:v", "libx264", "-x264-params", "bframes=0"]),
        Medium(
            testDescription: "H.265 with a pyramid", codec: .h265,
            arguments: ["-c:v", "libx265", "-x265-params", "bframes=4:b-adapt=0:keyint=25:log-level=none"]),
        Medium(testDescription: "Motion JPEG", codec: .motionJPEG, arguments: ["-c:v", "mjpeg"]),
    ]

    private static let tracks = Dictionary(
        uniqueKeysWithValues: media.map { medium in
            (medium.testDescription, Result { try make(medium) })
        })

    private static func track(_ medium: Medium) throws -> StoredTrack {
        try #require(tracks[medium.testDescription]).get()
    }

    private static func make(_ medium: Medium) throws -> StoredTrack {
        let source = ["-f", "lavfi", "-i", "testsrc2=size=176x144:rate=25:duration=4"]
        return try StoredTrack(
            source + ["-pix_fmt", "yuv420p", "-g", "25", "-threads", "1"] + medium.arguments, name: medium.name)
    }

    private static func reconstructor(
        _ medium: Medium, _ track: StoredTrack, _ timeBase: TimeBase, _ rules: TimestampRules
    ) -> TimestampReconstructor {
        TimestampReconstructor(
            codec: CodecDescription(codec: medium.codec, kind: .video, configuration: track.configuration),
            timeBase: timeBase, rules: rules)
    }

    /// Presentation times as the container has them, from the first on.
    private static func expected(_ track: StoredTrack) -> [MediaTime] {
        let times = track.units.map { MediaTime(ticks: $0.presentation ?? 0, timeBase: track.timeBase) }
        let first = times.min() ?? .zero
        return times.map { $0 - first }
    }

    private static func relative(_ times: [TimedUnit]) -> [MediaTime] {
        let first = times.map(\.presentationTime).min() ?? .zero
        return times.map { $0.presentationTime - first }
    }

    /// From each key frame on, a reconstructor that knows what the first one learned gives the same times.
    private static func expectSeeksAgree(
        _ units: [PushedUnit], _ times: [TimedUnit], _ make: () -> TimestampReconstructor
    ) {
        var keys = 0
        for (index, pushed) in units.enumerated() where pushed.unit.isKey {
            var other = make()
            _ = other.times(of: units[..<min(3, index)])
            other.reset(to: times[index].decodeTime)
            let again = other.times(of: units[index...])
            // Leading pictures of an open GOP are there both times.
            #expect(again == Array(times[index...]), "from unit \(index) on")
            keys += 1
        }
        #expect(keys >= 4)
    }

    @Test(arguments: media)
    func countedDecodeTimes(_ medium: Medium) throws {
        let track = try Self.track(medium)
        let units = track.units.enumerated().map { index, unit in
            (StoredUnit(decodeTicks: Int64(index), presentationTicks: nil, isKey: unit.isKey), unit.bytes) as PushedUnit
        }
        var first = Self.reconstructor(medium, track, TimeBase(1, 25), .avi)
        let times = first.times(of: units)
        #expect(times.count == 100)
        #expect(obeysLaws(times))
        #expect(Self.relative(times) == Self.expected(track))
        #expect(times.map(\.decodeTime) == (0..<100).map { .milliseconds($0 * 40) })
        #expect(times.allSatisfy { $0.duration == .milliseconds(40) })
        let rules = first.rules
        Self.expectSeeksAgree(units, times) { Self.reconstructor(medium, track, TimeBase(1, 25), rules) }
    }

    @Test(arguments: media)
    func noTimesAtAll(_ medium: Medium) throws {
        let track = try Self.track(medium)
        let units = track.units.map {
            (StoredUnit(decodeTicks: nil, presentationTicks: nil, isKey: $0.isKey), $0.bytes) as PushedUnit
        }
        let rules = TimestampRules.elementaryStream(frameDuration: TimeBase(1, 25))
        var first = Self.reconstructor(medium, track, TimeBase(1, 1_200_000), rules)
        let times = first.times(of: units)
        #expect(obeysLaws(times))
        #expect(Self.relative(times) == Self.expected(track))
        let learned = first.rules
        Self.expectSeeksAgree(units, times) { Self.reconstructor(medium, track, TimeBase(1, 1_200_000), learned) }
    }

    @Test(arguments: media)
    func presentationTimesOnly(_ medium: Medium) throws {
        let track = try Self.track(medium)
        let presentations = Self.expected(track)
        let units = zip(track.units, presentations).map { unit, time in
            let ticks = time.nanoseconds / 1_000_000
            return (
                StoredUnit(decodeTicks: nil, presentationTicks: ticks, durationTicks: 40, isKey: unit.isKey), unit.bytes
            )
                as PushedUnit
        }
        var first = Self.reconstructor(medium, track, TimeBase(1, 1000), .matroska)
        let times = first.times(of: units)
        #expect(obeysLaws(times))
        #expect(times.map(\.presentationTime) == presentations)
        let steps = zip(times.dropFirst(), times).map { $0.decodeTime - $1.decodeTime }
        #expect(steps.allSatisfy { $0 == .milliseconds(40) })
        let rules = first.rules
        Self.expectSeeksAgree(units, times) { Self.reconstructor(medium, track, TimeBase(1, 1000), rules) }
    }

    @Test(arguments: media)
    func storedTimesPass(_ medium: Medium) throws {
        let track = try Self.track(medium)
        var reconstructor = Self.reconstructor(medium, track, track.timeBase, .mp4)
        for unit in track.units {
            let stored = StoredUnit(
                decodeTicks: unit.decode, presentationTicks: unit.presentation, durationTicks: unit.duration,
                isKey: unit.isKey)
            reconstructor.push(stored, bytes: unit.bytes.span.bytes)
            let time = reconstructor.next()
            #expect(time?.decodeTime == unit.decode.map { MediaTime(ticks: $0, timeBase: track.timeBase) })
            #expect(time?.presentationTime == unit.presentation.map { MediaTime(ticks: $0, timeBase: track.timeBase) })
            #expect(time?.isRandomAccessPoint == unit.isKey)
        }
    }

    /// Of several recordings of one broadcast, the second begins at its first stamp again.
    @Test func aJumpBackMovesAllTracksAlike() {
        let video = CodecDescription(codec: .other("none"), kind: .video)
        var timeline = FileTimeline()
        var tracks = [0, 1].map { _ in
            TimestampReconstructor(codec: video, timeBase: TimeBase(1, 90_000), rules: .mpegSystems)
        }
        var last: [[TimedUnit]] = [[], []]
        for start in [0, 0, 0] as [Int64] {
            for frame in 0..<50 as Range<Int64> {
                for track in 0..<2 {
                    let ticks = start + frame * 3600 + Int64(track) * 900
                    let unit = StoredUnit(
                        decodeTicks: ticks, presentationTicks: ticks, durationTicks: 3600, isKey: true)
                    tracks[track].push(unit, bytes: [0].span.bytes, timeline: &timeline)
                    while let time = tracks[track].next() { last[track].append(time) }
                }
            }
        }
        for track in last { #expect(track.count == 150 && obeysLaws(track)) }
        #expect(zip(last[0], last[1]).allSatisfy { $1.decodeTime - $0.decodeTime == .milliseconds(10) })
        #expect(last[0][50].decodeTime == .milliseconds(2010))
    }

    /// Nothing in the bytes may trap, nor break the laws.
    @Test(arguments: media)
    func damagedBytes(_ medium: Medium) throws {
        let track = try Self.track(medium)
        var random = SplitMix(state: 7)
        for rules in [TimestampRules.avi, .matroska, .mpegSystems, .elementaryStream()] {
            var reconstructor = Self.reconstructor(medium, track, TimeBase(1, 25), rules)
            let units = track.units.map { unit -> PushedUnit in
                var bytes = unit.bytes
                for _ in 0..<4 where !bytes.isEmpty {
                    bytes[Int(random.next() % UInt64(min(bytes.count, 64)))] = UInt8(truncatingIfNeeded: random.next())
                }
                bytes.removeLast(Int(random.next() % 3) * bytes.count / 3)
                let ticks: Int64? = random.next() % 4 == 0 ? nil : Int64(truncatingIfNeeded: random.next() % 100)
                return (StoredUnit(decodeTicks: ticks, presentationTicks: nil, isKey: unit.isKey), bytes)
            }
            let times = reconstructor.times(of: units)
            #expect(times.count == units.count)
            #expect(obeysLaws(times))
        }
    }
}

/// Numbers that look random and are the same in each run.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
