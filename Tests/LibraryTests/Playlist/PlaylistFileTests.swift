import MediaCore
import Testing

@testable import Library

@Suite struct PlaylistFileTests {
    private func parse(_ text: String, folder: String = "", limit: Int = 100) -> PlaylistFile {
        PlaylistFile(parsing: Array(text.utf8), folder: Array(folder.utf8), limit: limit)
    }

    @Test(
        "lines and the entries they name",
        arguments: [
            ("a.mp4\nb.mkv\n", "", ["a.mp4", "b.mkv"]),
            ("a.mp4\r\nb.mkv", "shows", ["shows/a.mp4", "shows/b.mkv"]),
            ("a.mp4\rb.mkv\r", "", ["a.mp4", "b.mkv"]),
            ("\u{FEFF}#EXTM3U\n#EXTINF:12,The title\n  a b.mp4 \t\n\n# a comment\n", "x/y", ["x/y/a b.mp4"]),
            (
                "/films/a.mp4\n./b.mp4\n../c.mp4\nd/../e.mp4\n", "x/y",
                ["films/a.mp4", "x/y/b.mp4", "x/c.mp4", "x/y/e.mp4"]
            ),
            ("größe.mp4\n", "", ["größe.mp4"]),
            ("a.mp4\na.mp4\n", "", ["a.mp4", "a.mp4"]),
            ("concat:a.mp4\n", "", ["concat:a.mp4"]),
            ("", "", []), ("\n\n", "", []), ("#EXTM3U", "", []), ("\u{FEFF}", "", []),
        ])
    func entries(text: String, folder: String, expected: [String]) {
        let file = parse(text, folder: folder)
        #expect(file.entries.map(\.path.description) == expected)
        #expect(file.refusals.isEmpty && !file.isCut)
    }

    @Test(
        "percent-encoding is undone where it is one",
        arguments: [
            ("a%20b.mp4", "a b.mp4"), ("100%25.mp4", "100%.mp4"), ("%2e%2E/x", nil), ("%C3%A4.mp4", "ä.mp4"),
            ("100%.mp4", nil), ("50%x1.mp4", nil), ("%", nil), ("%4", nil), ("%+1.mp4", nil), ("a%00b", nil),
            ("a.mp4", nil),
        ] as [(String, String?)])
    func encoded(name: String, decoded: String?) {
        let file = parse(name)
        #expect(file.entries.map(\.path.description) == [name])
        #expect(file.entries.map(\.decoded?.description) == [decoded])
    }

    @Test(
        "what is refused, and in which line",
        arguments: [
            ("http://host/a.mp4", "a URL, and only files are played"),
            ("FILE:///a.mp4", "a URL, and only files are played"),
            ("../a.mp4", "outside the media root"), ("/../a.mp4", "outside the media root"),
            (".hidden/a.mp4", "hidden, or no name of a file"),
            ("/", "hidden, or no name of a file"), ("a\0b", "hidden, or no name of a file"),
        ])
    func refused(line: String, reason: String) {
        let file = parse("#EXTM3U\nok.mp4\n\(line)\nalso.mp4\n")
        #expect(file.entries.map(\.path.description) == ["ok.mp4", "also.mp4"])
        #expect(file.refusals == [PlaylistFile.Refusal(line: 3, reason: reason)])
    }

    @Test("entries behind the limit are left out", arguments: [(2, false), (3, false), (4, true)])
    func limit(count: Int, isCut: Bool) {
        let file = parse((0..<count).map { "\($0).mp4" }.joined(separator: "\n"), limit: 3)
        #expect(file.entries.count == min(count, 3))
        #expect(file.isCut == isCut)
    }

    @Test("no bytes trap")
    func random() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let alphabet = Array("#%/.\r\n :ab2\u{0}é".utf8) + [0xFF, 0xEF, 0xBB, 0xBF]
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let file = PlaylistFile(parsing: bytes, folder: Array("x".utf8), limit: 5)
            #expect(file.entries.count <= 5)
        }
    }
}

@Suite struct NaturalOrderTests {
    @Test(
        "names as a person lists them",
        arguments: [
            ["a1.mp4", "a2.mp4", "a10.mp4", "a100.mp4"], ["Alpha", "beta", "Gamma"], ["1", "01", "2", "10"].sorted(),
            ["a", "a1", "ab"], ["s1e2", "s1e10", "s2e1"], ["", "a"],
            ["x99999999999999999999998", "x99999999999999999999999"],
        ])
    func order(names: [String]) {
        let sorted = names.reversed().map { Array($0.utf8) }.sorted(by: NaturalOrder.precedes)
        let expected = names == ["01", "1", "10", "2"] ? ["01", "1", "2", "10"] : names
        #expect(sorted.map { String(decoding: $0, as: UTF8.self) } == expected)
        for one in sorted { #expect(!NaturalOrder.precedes(one, one)) }
    }
}
