import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// Transport streams with several programmes, each on a clock of its own.
@Suite struct ProgrammesTests {
    /// Two programmes of 4 s on the same clock.
    private func path() throws -> String {
        let path = Fixture.directory.appendingPathComponent("programmes-\(UUID().uuidString).ts").path
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

    /// Two programmes of 8 s, the second an hour ahead of the first.
    private func openAhead() throws -> FileTitle {
        try openTitle(
            ProgrammeMultiplex([
                .init(number: 1, offset: 0, seconds: 8), .init(number: 2, offset: 3_600, seconds: 8),
            ]).write("programmes-ahead"))
    }

    @Test func `a programme may be an hour ahead of another`() throws {
        let title = try openAhead()
        #expect(title.tracks.map(\.codec.kind) == [.video, .audio, .video, .audio])
        let duration = try #require(title.duration)
        #expect(abs((duration - .seconds(8)).nanoseconds) < 100_000_000)
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil && reading.start == .zero)
        for track in title.tracks {
            let units = reading.units(of: track.id).map(\.unit)
            let first = try #require(units.map(\.presentationTime).min())
            #expect(first < .milliseconds(100))
            let end = try #require(units.map { $0.presentationTime + $0.duration }.max())
            #expect(abs((end - .seconds(8)).nanoseconds) < 100_000_000)
            #expect(track.end.map { abs(($0 - end).nanoseconds) < 1_000_000 } == true)
            if track.codec.kind == .video { #expect(units.count == 200) }
        }
    }

    @Test(arguments: [2_500, 5_100], [[0, 1, 2, 3], [2, 3], [0, 3], [3]])
    func `a seek moves all programmes to one place`(milliseconds: Int64, tracks: [Int]) throws {
        let title = try openAhead()
        let reading = title.cursor(tracks).readAll(seek: .milliseconds(milliseconds))
        #expect(reading.failure == nil)
        let start = try #require(reading.start)
        let key = MediaTime.milliseconds(tracks == [3] ? milliseconds : milliseconds / 1_000 * 1_000)
        #expect(abs((start - key).nanoseconds) < 200_000_000, "starts at \(start)")
        for track in tracks {
            let units = reading.units(of: track).map(\.unit)
            let first = try #require(units.map(\.presentationTime).min())
            #expect(first >= start && first - start < .milliseconds(100), "track \(track) begins at \(first)")
            let end = try #require(units.map { $0.presentationTime + $0.duration }.max())
            #expect(abs((end - .seconds(8)).nanoseconds) < 100_000_000)
        }
    }

    /// At the joint the first programme's clock goes on, the second one's goes back.
    @Test func `each programme goes on across a joint at its own time`() throws {
        let multiplex = ProgrammeMultiplex(
            [.init(number: 1, offset: 0, seconds: 4), .init(number: 2, offset: 3_600, seconds: 8)],
            [.init(number: 1, offset: 40, seconds: 4), .init(number: 2, offset: 7, seconds: 4)])
        let title = try openTitle(multiplex.write("programmes-joined"))
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil)
        for (track, end) in [(0, 44), (1, 44), (2, 12), (3, 12)] as [(Int, Int64)] {
            let last = try #require(reading.units(of: track).map { $0.unit.presentationTime + $0.unit.duration }.max())
            #expect(abs((last - .seconds(end)).nanoseconds) < 300_000_000, "track \(track) ends at \(last)")
        }
    }
}
