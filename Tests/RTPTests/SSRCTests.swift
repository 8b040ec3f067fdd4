import RTP
import Testing

@Suite struct SSRCTests {
    @Test(arguments: [(0, "00000000"), (0xABC, "00000ABC"), (0xFFFF_FFFF, "FFFFFFFF")] as [(UInt32, String)])
    func eightHexadecimalDigits(value: UInt32, text: String) { #expect(SSRC(value).description == text) }
}
