import Foundation
import LibAV
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// Elementary streams of audio that are too large to be read through: here, all are.
@Suite struct AudioFrameWalkTests {
    private static let large: LibraryLimits = {
        var limits = LibraryLimits()
        limits.maximumScanSize = 1_000
        return limits
    }()

    private static func encode(_ name: String, _ arguments: [String], rate: Int = 44_100) throws -> String {
        let path = Fixture.directory.appendingPathComponent("walk-\(name)").path
        let tone = ["-f", "lavfi", "-i", "aevalsrc=random(0)*sin(t*3)*sin(t*20):s=\(rate):d=30"]
        try FFmpeg.run("ffmpeg", ["-v", "error", "-y"] + tone + arguments + [path])
        return path
    }

    private static func walk(_ path: String, _ container: Container) throws -> AudioFrameWalk {
        try #require(AudioFrameWalk(openTitle(path).file, container, LibraryLimits(), Interrupt()))
    }

    private static let files: [(String, [String])] = [
        ("constant.mp3", ["-c:a", "libmp3lame", "-b:a", "96k", "-write_xing", "0", "-id3v2_version", "0"]),
        ("varying.mp3", ["-c:a", "libmp3lame", "-q:a", "4", "-write_xing", "0"]),
        ("layer2.mp2", ["-c:a", "mp2", "-b:a", "128k"]),
        ("adts.aac", ["-c:a", "aac"]),
        ("odd.ac3", ["-c:a", "ac3"]),
        ("enhanced.eac3", ["-c:a", "eac3"]),
    ]

    @Test(arguments: files) func `frames tell how long a large stream lasts`(name: String, encoder: [String]) throws {
        let path = try Self.encode(name, encoder)
        let whole = try #require(openTitle(path).duration)
        let title = try openTitle(path, limits: Self.large)
        let duration = try #require(title.duration)
        #expect(abs((duration - whole).nanoseconds) < 1_000_000, "\(duration), read through \(whole)")
        #expect(!title.isSeekable)
        let counted = try #require(Self.walk(path, title.description.demuxer).countedDuration(from: 0))
        #expect(abs((counted - whole).nanoseconds) < 1_000_000)
    }

    @Test func `one bit rate is told from several`() throws {
        for (name, encoder) in Self.files {
            let path = try Self.encode("rate-" + name, encoder)
            let container = try openTitle(path).description.demuxer
            let isConstant = ["constant.mp3", "layer2.mp2", "odd.ac3"].contains(name)
            #expect((try Self.walk(path, container).constantRateDuration(from: 0) != nil) == isConstant, "\(name)")
        }
    }

    /// Tags, and a gap that holds chance's sync words.
    @Test func `what is no frame takes no time`() throws {
        let path = try Self.encode("plain.mp3", Self.files[0].1)
        let frames = try Data(contentsOf: URL(fileURLWithPath: path))
        var junk = Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) })
        for place in stride(from: 500, to: junk.count - 4, by: 1_000) {
            junk.replaceSubrange(place..<place + 3, with: [0xFF, 0xFB, 0x90])
        }
        let tagged = Fixture.directory.appendingPathComponent("walk-tagged.mp3")
        try (frames + Data("TAG".utf8) + Data(count: 125)).write(to: tagged)
        let joined = Fixture.directory.appendingPathComponent("walk-joined.mp3")
        try (frames + junk + frames + junk).write(to: joined)
        let once = try Self.walk(path, .mpegAudio)
        let plain = try #require(once.countedDuration(from: 0))
        let behind = try Self.walk(tagged.path, .mpegAudio)
        #expect(behind.countedDuration(from: 0) == plain)
        #expect(behind.constantRateDuration(from: 0) == once.constantRateDuration(from: 0))
        let twice = try #require(Self.walk(joined.path, .mpegAudio).countedDuration(from: 0))
        #expect(abs((twice - plain - plain).nanoseconds) <= 1)
    }

    @Test func `what would take too long stays unknown`() throws {
        var limits = Self.large
        limits.countingTimeout = .zero
        for (name, encoder) in [Self.files[1], Self.files[3]] {
            #expect(try openTitle(Self.encode("late-" + name, encoder), limits: limits).duration == nil)
        }
        // The header of the file's own says it.
        let path = try Self.encode("header.mp3", ["-c:a", "libmp3lame", "-q:a", "4"])
        let duration = try #require(openTitle(path, limits: limits).duration)
        #expect(abs((duration - .seconds(30)).nanoseconds) < 100_000_000)
    }

    @Test(arguments: [ContainerFixture.h264, .h265, .mpegVideo, .obu]) func `no guess from the bit rate`(
        fixture: ContainerFixture
    ) throws {
        let title = try openTitle(fixture.path, limits: Self.large)
        #expect(title.duration == nil && !title.isSeekable)
        #expect(title.tracks.allSatisfy { $0.end == nil })
    }

    @Test func `other files are none`() throws {
        for container in Container.allCases where ![.mpegAudio, .adts, .ac3, .eac3].contains(container) {
            let file = try openTitle(ContainerFixture.wav.path).file
            #expect(AudioFrameWalk(file, container, LibraryLimits(), Interrupt()) == nil)
        }
        for container in [Container.mpegAudio, .adts, .ac3] {
            #expect(try Self.walk(ContainerFixture.yuv4MPEG.path, container).duration(from: 0) == nil)
        }
    }
}
