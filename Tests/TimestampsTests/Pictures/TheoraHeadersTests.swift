import MediaCore
import Testing

@testable import Timestamps

@Suite struct TheoraHeadersTests {
    /// 30000/1001 frames per second.
    private static let configuration: [UInt8] =
        [2, 42, 1, 0x80] + Array("theora".utf8) + [3, 2, 1, 0, 20, 0, 15, 0, 1, 64, 0, 0, 240, 0, 0]
        + [0, 0, 0x75, 0x30, 0, 0, 3, 0xE9] + [UInt8](repeating: 0, count: 12) + [0x81, 0x82]

    @Test func frameDuration() {
        #expect(TheoraHeaders.frameDuration(configuration: Self.configuration) == TimeBase(1001, 30_000))
        #expect(TheoraHeaders.frameDuration(configuration: []) == nil)
        var zero = Self.configuration
        for index in 25..<29 { zero[index] = 0 }
        #expect(TheoraHeaders.frameDuration(configuration: zero) == nil)
    }

    @Test(arguments: [([], false), ([0x00], true), ([0x3F, 1], true), ([0x40], false), ([0x80], false)])
    func intraFrames(unit: [UInt8], isIntra: Bool) {
        let keys = KeyPictures(CodecDescription(codec: .theora, kind: .video))
        #expect(keys.canBegin(with: unit.span.bytes) == isIntra)
    }

    /// Of a page the first unit alone has a stamp; one without a byte lasts as long as any other.
    @Test func times() {
        let codec = CodecDescription(codec: .theora, kind: .video, configuration: Self.configuration)
        var reconstructor = TimestampReconstructor(codec: codec, timeBase: TimeBase(1001, 30_000), rules: .ogg)
        let units: [(ticks: Int64?, bytes: [UInt8])] = [
            (0, [0x10]), (nil, [0x40]), (nil, []), (nil, [0x41]), (4, [0x40]), (nil, [0x10]),
        ]
        let times = reconstructor.times(
            of: units.map {
                (
                    StoredUnit(
                        decodeTicks: $0.ticks, presentationTicks: $0.ticks, isKey: $0.bytes.first == 0x10), $0.bytes
                )
            })
        #expect(times.map { $0.presentationTime.ticks(at: .video) } == (0..<6).map { $0 * 3003 })
        #expect(times.map(\.decodeTime) == times.map(\.presentationTime))
        #expect(times.map(\.isRandomAccessPoint) == [true, false, false, false, false, true])
    }
}
