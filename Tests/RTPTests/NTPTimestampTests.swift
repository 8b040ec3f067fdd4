import ByteFixtures
import RTP
import Testing

@Suite struct NTPTimestampTests {
    @Test(
        arguments: [
            (0, 0x83AA_7E80_0000_0000),  // 1970
            (500_000_000, 0x83AA_7E80_8000_0000),
            (1, 0x83AA_7E80_0000_0004),  // 4.29 units
            (999_999_999, 0x83AA_7E80_FFFF_FFFC),
            (-1, 0x83AA_7E7F_FFFF_FFFC),
            (-2_208_988_800_000_000_000, 0),  // 1900
            (2_085_978_496_000_000_000, 0),  // 2036-02-07 06:28:16, era 1
            (1_700_000_000_125_000_000, 0xE8FE_6F80_2000_0000),
        ] as [(Int64, UInt64)])
    func fromUnixTime(nanoseconds: Int64, value: UInt64) {
        #expect(NTPTimestamp(unixNanoseconds: nanoseconds).rawValue == value)
    }

    /// Exactly rounded: compared with 128-bit arithmetic.
    @Test func exactlyRounded() {
        var random = TestRandom(3)
        for _ in 0..<2000 {
            let nanoseconds = Int64.random(in: 0..<4_000_000_000_000_000_000, using: &random)
            let units = ((Int128(nanoseconds) << 33) + 1_000_000_000) / 2_000_000_000 + (Int128(2_208_988_800) << 32)
            let value = NTPTimestamp(unixNanoseconds: nanoseconds)
            guard value.rawValue == UInt64(truncatingIfNeeded: units) else {
                Issue.record("\(nanoseconds): \(value)")
                return
            }
        }
    }

    @Test(arguments: [0, 1, 999_999_999, 1_700_000_000_123_456_789, 4_000_000_000_000_000_001] as [Int64])
    func backToUnixTime(nanoseconds: Int64) {
        #expect(NTPTimestamp(unixNanoseconds: nanoseconds).unixNanoseconds == nanoseconds)
    }

    @Test func middle() { #expect(NTPTimestamp(0x1122_3344_5566_7788).middle == 0x3344_5566) }

    @Test func description() { #expect(NTPTimestamp(0x83AA_7E80_0000_00FF).description == "83aa7e80.000000ff") }
}
