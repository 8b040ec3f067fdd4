import Testing

@testable import RTSP

@Suite struct PercentEncodingTests {
    @Test(arguments: [
        ("a%20b+c", "a b+c"), ("100%.mp4", "100%.mp4"), ("%4", "%4"), ("%zz%", "%zz%"), ("%C3%a9", "é"),
        ("%2525", "%25"),
    ])
    func decodes(_ text: String, _ decoded: String) {
        #expect(PercentEncoding.decode(text.utf8) == Array(decoded.utf8))
    }

    @Test func encodesEveryByteSoThatItComesBack() {
        let all = (UInt8.min...UInt8.max).map { $0 }
        #expect(PercentEncoding.decode(PercentEncoding.encode(path: all).utf8) == all)
        #expect(PercentEncoding.encode(path: "a b/é+,;?#%\"".utf8) == "a%20b/%C3%A9+%2C%3B%3F%23%25%22")
    }
}
