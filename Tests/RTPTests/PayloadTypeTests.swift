import RTP
import Testing

@Suite struct PayloadTypeTests {
    @Test func sevenBits() {
        #expect(PayloadType(127)?.rawValue == 127)
        #expect(PayloadType(128) == nil)
    }

    @Test func dynamicRange() {
        #expect(PayloadType(95)?.isDynamic == false)
        #expect(PayloadType(96)?.isDynamic == true)
    }
}
