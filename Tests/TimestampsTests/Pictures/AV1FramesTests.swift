import MediaCore
import Testing

@testable import Timestamps

@Suite struct AV1FramesTests {
    /// timing_info of 1/30 s, equal intervals.
    private static let timed: [UInt8] = [0x0A, 12, 0x04, 0, 0, 0, 0x04, 0, 0, 0, 0x7B, 0, 0, 0x04]

    @Test func sequenceOfRecordOrUnit() {
        #expect(AV1Frames(configuration: []).sequence == nil)
        let bare = AV1Frames(configuration: Self.timed)
        #expect(bare.sequence?.frameDuration == TimeBase(1, 30))
        #expect(AV1Frames(configuration: [0x81, 0, 0, 0] + Self.timed) == bare)
        var frames = AV1Frames(configuration: [])
        frames.update(([0x12, 0] + Self.timed).span.bytes)
        #expect(frames == bare)
        frames.update([0x12, 0, 0x32, 1, 0x10].span.bytes)
        #expect(frames == bare, "a unit without one changes nothing")
    }

    /// An elementary stream has the rate that its header states, else the container's guess.
    @Test(arguments: [(timed, 33_333_333), ([], 40_000_000)] as [([UInt8], Int64)])
    func timesOfElementaryStreams(header: [UInt8], duration: Int64) {
        var reconstructor = TimestampReconstructor(
            codec: CodecDescription(codec: .av1, kind: .video), timeBase: TimeBase(1, 1_200_000),
            rules: .elementaryStream(frameDuration: TimeBase(1, 25)))
        let unit = StoredUnit(decodeTicks: nil, presentationTicks: nil, isKey: true)
        let units: [PushedUnit] = [(unit, [0x12, 0] + header + [0x32, 1, 0x10]), (unit, [0x12, 0, 0x32, 1, 0x30])]
        let times = reconstructor.times(of: units)
        #expect(times.map(\.presentationTime.nanoseconds) == [0, duration])
        #expect(times.map(\.isRandomAccessPoint) == [true, false] && obeysLaws(times))
    }
}
