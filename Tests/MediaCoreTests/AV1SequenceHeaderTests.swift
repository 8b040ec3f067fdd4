import ByteFixtures
import Testing

@testable import MediaCore

@Suite struct AV1SequenceHeaderTests {
    /// AV1 5.5.1, up to the first operating point.
    static let headers: [(bits: String, profile: Int, isStill: Bool, level: Int, tier: Int, frame: TimeBase?)] = [
        ("000 0 0 0 0 00000 000000000000 00101", 0, false, 5, 0, nil),
        ("001 0 0 0 1 00001 000000000001 01101 1", 1, false, 13, 1, nil),
        ("010 0 0 0 0 00000 000000000000 01000 0", 2, false, 8, 0, nil),
        ("000 1 1 01001", 0, true, 9, 0, nil),
        // 1001 / 30,000 of a second, two ticks a picture, no decoder model.
        (
            "000 0 0 1 00000000000000000000001111101001 00000000000000000111010100110000 1 010 0 0 00000"
                + "000000000000 00100", 0, false, 4, 0, TimeBase(2002, 30_000)
        ),
        // Pictures of different duration; a decoder model.
        (
            "000 0 0 1 00000000000000000000000000000001 00000000000000000000000000011001 0 1 00111"
                + "00000000000000000000000000000001 00111 00111 0 00000 000000000000 00100", 0, false, 4, 0, nil
        ),
    ]

    @Test(arguments: headers)
    func read(bits: String, profile: Int, isStill: Bool, level: Int, tier: Int, frame: TimeBase?) throws {
        let bytes = VP9FrameHeaderTests.bytes(bits)
        let read = AV1SequenceHeader(bytes.span.bytes)
        let header = try #require(read)
        #expect(header.profile == profile && header.isStill == isStill)
        #expect(header.level == level && header.tier == tier && header.frameDuration == frame)
        for count in 0..<bytes.count - 1 {
            let cut = Array(bytes[..<count])
            #expect(AV1SequenceHeader(cut.span.bytes) == nil)
        }
    }

    @Test func noise() {
        var random = TestRandom(1)
        for _ in 0..<500 { _ = AV1SequenceHeader(random.bytes(.random(in: 0...20, using: &random)).span.bytes) }
    }
}
