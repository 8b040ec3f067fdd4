import Testing

@testable import RTPPayload

@Suite struct Base64Tests {
    /// RFC 4648 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func vectors(plain: String, encoded: String) { #expect(base64(Array(plain.utf8)) == encoded) }

    @Test func wholeAlphabet() { #expect(base64([0xFB, 0xEF, 0xFF, 0x00]) == "++//AA==") }

    @Test func hexadecimalDigits() { #expect(hexadecimal([0x00, 0x9A, 0xFF]) == "009AFF") }
}
