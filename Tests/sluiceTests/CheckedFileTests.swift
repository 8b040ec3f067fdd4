import Foundation
import Library
import MediaCore
import MediaFixtures
import Testing

@testable import sluice

@Suite struct CheckedFileTests {
    /// Looks at what a test has put into a directory of its own.
    private static func check(
        _ name: String, seconds: Int64? = 60, make: (URL) throws -> Void
    ) throws -> CheckedFile {
        let directory = Fixture.directory.appendingPathComponent("checked-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try make(directory.appendingPathComponent(name))
        let path = try #require(MediaPath(name.utf8))
        let examiner = try FileExaminer(directory.path, readingTime: seconds.map { .seconds($0) })
        return CheckedFile(path, examiner.examine(path))
    }

    private static func copy(_ source: String, part: Double = 1) -> (URL) throws -> Void {
        { target in
            let data = try Data(contentsOf: URL(fileURLWithPath: source))
            try data.prefix(Int(Double(data.count) * part)).write(to: target)
        }
    }

    @Test func good() throws {
        let file = try Self.check("film.mp4", make: Self.copy(Fixture.plain.path))
        #expect(file.verdict == .served)
        #expect(file.problems.isEmpty)
        let lines = file.text.split(separator: "\n")
        #expect(
            lines[0] == "film.mp4: served, MP4/MOV, 10.00 s" || lines[0].hasPrefix("film.mp4: served, MP4/MOV, 10.0"))
        #expect(lines[1].hasPrefix("  track 0: H.264, 160x120, "))
        #expect(lines[1].hasSuffix(" as 96 H264/90000; received by FFmpeg, GStreamer, VLC"))
        #expect(lines[2].hasPrefix("  track 1: AAC, 44100 Hz, 1 channels, "))
    }

    @Test func truncated() throws {
        let file = try Self.check("film.mp4", make: Self.copy(Fixture.fastStart.path, part: 0.5))
        #expect(file.verdict == .flawed)
        let problem = try #require(file.problems.first)
        #expect(file.problems.map(\.kind) == [.truncated])
        #expect(problem.time.map { $0 > .seconds(2) && $0 < .seconds(9) } == true)
        #expect(problem.text.hasPrefix("truncated at "))
        let quick = try Self.check("film.mp4", seconds: nil, make: Self.copy(Fixture.fastStart.path, part: 0.5))
        #expect(quick.problems.map(\.kind) == [.truncated])
        #expect(quick.problems[0].time == nil)
    }

    /// Media that cannot be opened, and names that promise media.
    @Test(arguments: [
        ("film.mp4", ""), ("film.mkv", "plain text\n"), ("song.FLAC", "not really\n"), ("dir/a.b.avi", "RIFF"),
    ])
    func namedLikeMedia(_ name: String, _ content: String) throws {
        let file = try Self.check(name) { target in
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content.utf8).write(to: target)
        }
        #expect(file.verdict == .refused)
        #expect(file.problems.count == 1)
        #expect(file.text.contains("\n  PROBLEM: "))
    }

    @Test(arguments: [
        ("notes.txt", "plain text\n"), ("film.srt", "1\n00:00:01,000 --> 00:00:02,000\nHello\n"), ("empty", ""),
        ("mp4", "x"), ("list.m3u8", "#EXTM3U\n#EXTINF:1,\nhttp://h/a.ts\n"),
        ("poster.jpg", "\u{FFFD}JFIF"),
    ])
    func besideFilms(_ name: String, _ content: String) throws {
        let file = try Self.check(name) { try Data(content.utf8).write(to: $0) }
        #expect(file.verdict == .notMedia)
        #expect(file.problems.isEmpty)
        #expect(file.text == "\(name): not media")
    }

    /// No track is left of it.
    @Test func mediaOfNoServedCodec() throws {
        let file = try Self.check("song.mka") { target in
            try FFmpeg.run(
                "ffmpeg",
                ["-v", "error", "-y", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "flac", target.path])
        }
        #expect(file.verdict == .refused)
        #expect(file.problems.map(\.kind) == [.unservable])
        #expect(file.description?.omitted.map(\.codec) == ["flac"])
        #expect(file.text.contains("  left out: stream 0 (flac): "))
    }

    @Test func languagesAndTitles() throws {
        let file = try Self.check("film.mkv", seconds: nil) { target in
            try FFmpeg.run(
                "ffmpeg",
                [
                    "-v", "error", "-y", "-f", "lavfi", "-i", "sine=d=1", "-f", "lavfi", "-i", "sine=d=1", "-map", "0",
                    "-map", "1", "-c:a", "ac3", "-metadata:s:a:0", "language=ger", "-metadata:s:a:1",
                    "title=Director's \u{1B}[2J\"cut\"", target.path,
                ])
        }
        let lines = file.text.split(separator: "\n")
        #expect(lines[1].contains(", ger as 96 ac3/44100/1"))
        #expect(lines[2].contains(", \"Director's [2J\"cut\"\" as 97 ac3/44100/1"))
        #expect(file.json.line.contains(#""title":"Director's \u001b[2J\"cut\"""#))
        #expect(file.json.line.contains(#""language":"ger""#))
    }

    @Test func oneKeyFrameInALongFilm() throws {
        let file = try Self.check("film.mp4") { target in
            try FFmpeg.run(
                "ffmpeg",
                [
                    "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=5:d=40", "-c:v", "libx264", "-g",
                    "9999",
                    "-x264-params", "scenecut=0", target.path,
                ])
        }
        #expect(file.problems.map(\.kind) == [.noKeyFrames])
        #expect(file.verdict == .flawed)
    }

    @Test(.enabled(if: getuid() != 0, "root may read everything"))
    func noPermission() throws {
        let file = try Self.check("film.mp4") { target in
            try Data("x".utf8).write(to: target)
            chmod(target.path, 0)
        }
        #expect(file.verdict == .refused)
        #expect(file.problems.map(\.kind) == [.unreadable])
    }

    @Test func links() throws {
        let path = try #require(MediaPath("a.mp4".utf8))
        let file = CheckedFile(path, unopened: .init(kind: .strayLink, text: "a link"))
        #expect(file.verdict == .refused)
        #expect(file.text == "a.mp4: cannot be served\n  PROBLEM: a link")
        #expect(
            file.json.line
                == #"{"path":"a.mp4","verdict":"refused","container":null,"duration":null,"seekable":null,"tracks":[],"#
                + #""leftOut":[],"problems":[{"kind":"strayLink","text":"a link","time":null}],"readUntil":null}"#)
    }

    /// Every real file has a verdict, and none that players take is called truncated.
    @Test(arguments: Corpus.files)
    func corpus(_ path: String) throws {
        let url = URL(fileURLWithPath: path)
        let name = try #require(MediaPath(url.lastPathComponent.utf8))
        let examiner = try FileExaminer(url.deletingLastPathComponent().path, readingTime: .seconds(5))
        let file = CheckedFile(name, examiner.examine(name))
        #expect(file.text.hasPrefix("\(name): "))
        if ["doc-pdf.pdf", "doc-text.txt", "img-photo.jpg", "img-photo.png"].contains(url.lastPathComponent) {
            #expect(file.verdict == .notMedia)
        }
        if file.verdict == .refused { #expect(!file.problems.isEmpty) }
    }
}
