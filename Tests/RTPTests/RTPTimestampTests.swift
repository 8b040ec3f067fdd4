import RTP
import Testing

@Suite struct RTPTimestampTests {
    @Test(
        arguments: [
            (0, 1, 1), (.max, 0, 1), (0, .max, -1), (0, 1 << 31, .min), (5, 5 + (1 << 31) - 1, .max),
        ] as [(UInt32, UInt32, Int32)])
    func distance(from: UInt32, to: UInt32, distance: Int32) {
        #expect(RTPTimestamp(from).distance(to: RTPTimestamp(to)) == distance)
        #expect(RTPTimestamp(from).advanced(by: Int64(distance)) == RTPTimestamp(to))
    }

    @Test func anyCountWraps() { #expect(RTPTimestamp(7).advanced(by: 3 << 32 | 5) == RTPTimestamp(12)) }
}
