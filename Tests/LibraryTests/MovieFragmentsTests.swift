import Foundation
import LibAV
import MediaCore
import MediaFixtures
import Testing

@testable import Library

@Suite struct MovieFragmentsTests {
    @Test(arguments: [
        (Fixture.plain, false), (.fastStart, false), (.fragmented, true), (.fragmentedIndexEach, true),
    ])
    func `a movie box tells whether fragments follow`(fixture: Fixture, follow: Bool) throws {
        let file = try openTitle(fixture.path).file
        #expect(MovieFragments.mayFollow(in: file, Interrupt()) == follow)
    }

    @Test func `the look at a file's boxes ends when it is interrupted`() throws {
        let file = try openTitle(Fixture.plain.path).file
        let interrupt = Interrupt()
        interrupt.setDeadline(after: 0)
        // What it says then is not used.
        #expect(MovieFragments.mayFollow(in: file, interrupt))
    }

    /// However the fragments are found, and wherever the movie's edit begins.
    @Test(
        arguments: [
            "empty_moov", "delay_moov", "empty_moov+dash", "delay_moov+dash",
            "empty_moov+default_base_moof+global_sidx",
        ],
        ["", "+skip_trailer"])
    func `a fragmented movie lasts until its last unit ends`(flags: String, trailer: String) throws {
        let name = (flags + trailer).replacing("+", with: "-")
        let movements = ["-movflags", "frag_keyframe+" + flags + trailer]
        let tone = ["-f", "lavfi", "-i", "sine=440:r=48000:d=4", "-c:a", "libopus", "-frag_duration", "500000"]
        let both = ["-i", try Fixture.plain.path, "-c", "copy"]
        for (kind, arguments) in [("opus", tone), ("both", both), ("cut", ["-ss", "3.1"] + both)] {
            let path = Fixture.directory.appendingPathComponent("\(kind)-\(name).mp4").path
            try FFmpeg.run("ffmpeg", ["-v", "error", "-y"] + arguments + movements + [path])
            let title = try openTitle(path)
            let reading = title.cursor().readAll()
            for track in title.tracks {
                let end = reading.units(of: track.id).map { $0.unit.presentationTime + $0.unit.duration }.max()
                let difference = try #require(track.end) - #require(end)
                // Of rounding.
                #expect(abs(difference.nanoseconds) <= 1, "\(kind), track \(track.id)")
            }
        }
    }
}
