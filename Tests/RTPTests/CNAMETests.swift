import ByteFixtures
import RTP
import Testing

@Suite struct CNAMETests {
    @Test func length() {
        #expect(CNAME("") == nil)
        #expect(CNAME(String(repeating: "a", count: 255)) != nil)
        #expect(CNAME(String(repeating: "ä", count: 128)) == nil)
    }

    @Test func randomNames() {
        var random = TestRandom(1)
        let names = (0..<100).map { _ in CNAME(using: &random).text }
        #expect(Set(names).count == 100)
        #expect(names.allSatisfy { $0.utf8.count == 16 })
        #expect(CNAME(names[0])?.text == names[0])
    }
}
