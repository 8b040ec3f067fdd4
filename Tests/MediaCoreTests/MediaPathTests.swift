import MediaCore
import Testing

@Suite struct MediaPathTests {
    @Test(
        "empty components go, others stay as they are",
        arguments: [
            ("a.mp4", "a.mp4"), ("/a.mp4", "a.mp4"), ("a//b/", "a/b"), ("///x/y///z", "x/y/z"),
            ("a b/c+d%20", "a b/c+d%20"),
            ("a.b/...c/x..", nil), ("x../y.", "x../y."),
        ])
    func components(text: String, expected: String?) {
        #expect(MediaPath(text.utf8)?.bytes == expected.map { Array($0.utf8) })
    }

    @Test(
        "paths that name nothing served",
        arguments: ["", "/", "//", ".", "..", "../a", "a/..", "a/../b", ".hidden", "a/.b/c", "a/./b", "a\0b"])
    func refused(text: String) {
        #expect(MediaPath(text.utf8) == nil)
    }

    @Test("names need not be UTF-8; the description is for people")
    func bytes() throws {
        let path = try #require(MediaPath([0x61, 0xFF, 0x2F, 0xC3, 0xA9]))
        #expect(path.bytes == [0x61, 0xFF, 0x2F, 0xC3, 0xA9])
        #expect(path.description == "a\u{FFFD}/\u{E9}")
        #expect(try #require(MediaPath("a\n\u{7F}b".utf8)).description == "a\\u{a}\\u{7f}b")
    }
}
