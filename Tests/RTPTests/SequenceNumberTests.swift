import RTP
import Testing

@Suite struct SequenceNumberTests {
    @Test(
        arguments: [
            (0, 1, 1), (65_535, 0, 1), (0, 65_535, -1), (10, 10, 0), (0, 32_767, 32_767), (0, 32_768, -32_768),
            (40_000, 100, 25_636),
        ] as [(UInt16, UInt16, Int)])
    func distance(from: UInt16, to: UInt16, distance: Int) {
        #expect(SequenceNumber(from).distance(to: SequenceNumber(to)) == distance)
        #expect(SequenceNumber(from).advanced(by: distance) == SequenceNumber(to))
        #expect(SequenceNumber(from).precedes(SequenceNumber(to)) == (distance > 0))
    }

    /// RFC 1982 3.2: undefined at half the circle; here neither precedes.
    @Test func halfTheCircle() {
        #expect(!SequenceNumber(0).precedes(SequenceNumber(32_768)))
        #expect(!SequenceNumber(32_768).precedes(SequenceNumber(0)))
    }

    @Test func nextWraps() {
        #expect(SequenceNumber(65_535).next == SequenceNumber(0))
        #expect(SequenceNumber(1).advanced(by: 65_536 * 3 - 2) == SequenceNumber(65_535))
    }
}
