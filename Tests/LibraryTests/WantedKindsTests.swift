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
}
