import Foundation
import LibAV
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// Tracks that are offered only when they are asked for.
@Suite struct WantedKindsTests {
    private static let subtitles = """
        1
        00:00:01,000 --> 00:00:02,000
        <i>One</i>

        2
        00:00:07,500 --> 00:00:09,000
        Two
        lines

        """

    /// 10 s of H.264, a key frame every second, and two cues.
    private static func film(_ name: String, _ codec: String) throws -> FileIdentityAndFile {
        let text = Fixture.directory.appendingPathComponent("\(name).srt")
        try subtitles.write(to: text, atomically: true, encoding: .utf8)
        let film = Fixture.directory.appendingPathComponent(name).path
        try FFmpeg.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=10", "-i", text.path, "-c:v",
                "libx264", "-preset", "veryfast", "-g", "25", "-bf", "0", "-c:s", codec, film,
            ])
        return try RootDirectory.openAnywhere(film)
    }

    private typealias FileIdentityAndFile = (file: OpenFile, identity: FileIdentity)

    private static func title(_ film: FileIdentityAndFile, _ wanted: WantedKinds) throws -> FileTitle {
        let description = try TitleProbe.describe(
            film.file, limits: LibraryLimits(), interrupt: Interrupt(), wanted: wanted)
        return FileTitle(
            name: "film", description, film.file, film.identity, limits: LibraryLimits(), pool: inlinePool)
    }

    @Test(arguments: [("subrip.mkv", "srt"), ("text.mp4", "mov_text")])
    func text(name: String, codec: String) throws {
        let film = try Self.film(name, codec)
        for wanted: WantedKinds in [[], .data] {
            let plain = try Self.title(film, wanted)
            #expect(plain.tracks.count == 1 && plain.description.omitted.map(\.reason) == ["subtitles"])
        }
        let title = try Self.title(film, .text)
        #expect(title.tracks.map(\.codec.kind) == [.video, .subtitle] && title.duration == .seconds(10))
        let cues = title.cursor().readAll().units(of: 1)
        let said = cues.map { String(decoding: $0.payloads.joined(), as: UTF8.self) }
        let times = zip(cues, said).filter { $1 != "\u{FEFF}" }.map(\.0.unit.presentationTime)
        #expect(said.filter { $0 != "\u{FEFF}" } == ["One\u{2028}", "Two\u{2028}lines\u{2028}"])
        #expect(times == [.seconds(1), .milliseconds(7_500)])
        let sought = title.cursor().readAll(seek: .milliseconds(5_300))
        #expect(sought.start == .seconds(5) && sought.units(of: 0).count == 125)
        #expect(sought.units(of: 1).contains { $0.unit.presentationTime == .milliseconds(7_500) })
        #expect(sought.units(of: 1).allSatisfy { $0.unit.presentationTime >= .seconds(5) })
    }

    /// The second of two subtitle tracks has one cue, at 9 s; the third has none.
    private static func sparse(_ name: String) throws -> FileIdentityAndFile {
        func text(_ cues: String, _ number: Int) throws -> String {
            let url = Fixture.directory.appendingPathComponent("\(name)-\(number).srt")
            try cues.write(to: url, atomically: true, encoding: .utf8)
            return url.path
        }
        let texts = [try text(subtitles, 1), try text("1\n00:00:09,000 --> 00:00:09,500\nLate\n\n", 2)]
        let film = Fixture.directory.appendingPathComponent(name).path
        try FFmpeg.run(
            "ffmpeg",
            ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=10"]
                + texts.flatMap { ["-i", $0] } + (0...2).flatMap { ["-map", "\($0)"] } + [
                    "-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "0", "-c:s", "srt", film,
                ])
        return try RootDirectory.openAnywhere(film)
    }

    /// Its first cue lies behind what is looked at: the track is offered all the same, and the cue comes at its time.
    @Test(arguments: [1_000, 20_000, 4 << 20]) func `a first cue may be far`(search: Int) throws {
        let film = try Self.sparse("sparse-\(search).mkv")
        var limits = LibraryLimits()
        limits.maximumCueSearch = search
        let description = try TitleProbe.describe(film.file, limits: limits, interrupt: Interrupt(), wanted: .text)
        #expect(description.tracks.map(\.codec.kind) == [.video, .subtitle, .subtitle])
        #expect(description.duration == .seconds(10) && description.origin == .zero)
        let title = FileTitle(name: "film", description, film.file, film.identity, limits: limits, pool: inlinePool)
        for (seek, count) in [(nil, 250), (MediaTime.milliseconds(8_400), 50)] {
            let reading = title.cursor().readAll(seek: seek)
            #expect(reading.failure == nil && reading.units(of: 0).count == count)
            let late = reading.units(of: 2).filter {
                String(decoding: $0.payloads.joined(), as: UTF8.self).hasPrefix("Late")
            }
            #expect(late.map(\.unit.presentationTime) == [.seconds(9)])
        }
        // The track alone.
        let alone = title.cursor([2]).readAll(seek: .seconds(5))
        #expect(alone.failure == nil)
        #expect(alone.units.contains { $0.unit.presentationTime == .seconds(9) })
    }

    /// A file that is shorter than what is looked at shows that a track has nothing to say.
    @Test func `a track without a cue is left out`() throws {
        let name = "empty.mkv"
        let text = Fixture.directory.appendingPathComponent("empty.srt")
        try "1\n00:00:09,000 --> 00:00:09,500\nLate\n\n".write(to: text, atomically: true, encoding: .utf8)
        let film = Fixture.directory.appendingPathComponent(name).path
        try FFmpeg.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=10", "-i", text.path, "-t", "5",
                "-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "0", "-c:s", "srt", film,
            ])
        let title = try Self.title(RootDirectory.openAnywhere(film), .text)
        #expect(title.tracks.map(\.codec.kind) == [.video])
        #expect(title.description.omitted.map(\.reason) == ["no samples"])
    }

    /// While a cue alone is missing, what is read of the other streams counts: it is not looked for in the whole file.
    @Test func `the search for a cue is bounded`() throws {
        let film = try Self.sparse("bounded.mkv")
        var limits = LibraryLimits()
        var read: [Int64] = []
        for search in [1, limits.maximumCueSearch] {
            limits.maximumCueSearch = search
            var context = try InputContext(film.file, interrupt: Interrupt())
            let streams = (0..<context.streamCount).map { context.stream($0) }
            var reader = FirstUnitsReader(streams, context.container, limits)
            let before = context.bytesRead
            reader.read(&context)
            read.append(context.bytesRead - before)
            let found = reader.found
            #expect(found.keys.sorted() == [0, 1, 2] && reader.omitted.isEmpty)
            #expect(found[2]?.bytes.isEmpty == (search == 1))
            #expect(found[2]?.presentation == (search == 1 ? found[0]?.presentation : .seconds(9)))
        }
        #expect(read[0] < read[1] / 2, "\(read) bytes")
    }
}
