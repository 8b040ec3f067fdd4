import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// Transport streams with several programmes, each on a clock of its own.
@Suite struct ProgrammesTests {
    /// Two programmes of 4 s.
    private func path() throws -> String {
        let path = Fixture.directory.appendingPathComponent("programmes.ts").path
        let picture = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=4"]
        let tone = ["-f", "lavfi", "-i", "sine=440:r=48000:d=4"]
        let maps = (0..<4).flatMap { ["-map", "\($0)"] }
        let codecs = ["-c:v", "mpeg2video", "-g", "25", "-c:a", "mp2", "-max_interleave_delta", "0"]
        let programmes = ["-program", "title=a:st=0:st=1", "-program", "title=b:st=2:st=3"]
        try FFmpeg.run(
            "ffmpeg",
            ["-v", "error", "-y"] + picture + tone + picture + tone + maps + codecs + programmes + [path])
        return path
    }

    @Test func `tracks of all programmes are offered, and all begin at 0`() throws {
        let title = try openTitle(path())
        #expect(title.tracks.map(\.codec.kind) == [.video, .audio, .video, .audio])
        let duration = try #require(title.description.duration)
        #expect(abs((duration - .seconds(4)).nanoseconds) < 200_000_000)
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil)
        for programme in [0..<2, 2..<4] {
            let starts = programme.compactMap { reading.units(of: $0).map(\.unit.presentationTime).min() }
            #expect(starts.min() == .zero)
            #expect(starts.allSatisfy { $0 < .milliseconds(100) })
        }
        for video in [0, 2] { #expect(reading.units(of: video).count == 100) }
    }
}
