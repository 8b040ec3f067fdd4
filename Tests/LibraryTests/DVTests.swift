import Foundation
import MediaCore
import MediaFixtures
import RTPPayload
import Testing

@testable import Library

/// DV in a container of its own, with the audio that its frames hold.
@Suite struct DVTests {
    private static func make(_ name: String, _ options: [String]) throws -> FileTitle {
        let path = Fixture.directory.appendingPathComponent("\(UUID().uuidString)-\(name)").path
        try FFmpeg.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=720x576:r=25:d=2", "-f", "lavfi", "-i",
                "sine=440:r=48000:d=2", "-pix_fmt", "yuv420p", "-c:v", "dvvideo", "-ac", "2",
            ] + options + [path])
        return try openTitle(path)
    }

    @Test func `frames and audio of a raw file`() throws {
        let title = try Self.make("raw.dv", [])
        #expect(title.tracks.map(\.codec.codec.description) == ["DV", "PCM 16-bit signed little-endian"])
        #expect(title.formats[0].fmtp.map(\.value) == ["SD-VCR/625-50", "bundled"])
        #expect(title.duration.map { abs(($0 - .seconds(2)).nanoseconds) < 45_000_000 } == true)
        let file = try Data(contentsOf: URL(fileURLWithPath: title.name))
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil && reading.units(of: 0).count == 50)
        #expect(reading.units(of: 0).flatMap { $0.payloads.flatMap { $0 } } == Array(file))
        #expect(reading.units(of: 0).map(\.unit.presentationTime) == (0..<50).map { .milliseconds(40 * $0) })
        #expect(reading.units(of: 1).last.map { $0.unit.presentationTime > .milliseconds(1_900) } == true)
    }

    @Test(arguments: [0, 39, 40, 1_000, 1_999]) func seeks(milliseconds: Int64) throws {
        let title = try Self.make("raw.dv", [])
        let reading = title.cursor().readAll(seek: .milliseconds(milliseconds))
        let frame = milliseconds / 40
        #expect(reading.start == .milliseconds(frame * 40))
        #expect(reading.units(of: 0).count == Int(50 - frame))
        let audio = try #require(reading.units(of: 1).first).unit.presentationTime
        #expect(abs((audio - .milliseconds(frame * 40)).nanoseconds) < 40_000_000)
    }

    @Test(arguments: ["movie.mov", "type2.avi"]) func otherContainers(name: String) throws {
        let title = try Self.make(name, [])
        #expect(title.formats[0].encodingName == "DV" && title.tracks.count == 2)
        try ReadingTests.expectWhole(title)
    }
}
