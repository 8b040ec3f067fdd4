import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// VP8 with frames that are only referred to: the container has a unit for each, with the time of a shown one or a time
/// between two.
@Suite struct HiddenFramesTests {
    private static func make(_ suffix: String) throws -> String {
        let path = Fixture.directory.appendingPathComponent("hidden.\(suffix)").path
        let clip = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=4", "-c:v", "libvpx", "-deadline", "good"]
        let coding = ["-cpu-used", "5", "-auto-alt-ref", "1", "-lag-in-frames", "16", "-g", "50", "-b:v", "200k"]
        for pass in ["1", "2"] {
            let log = ["-pass", pass, "-passlogfile", path]
            try FFmpeg.run("ffmpeg", ["-v", "error", "-y"] + clip + coding + log + [path])
        }
        return path
    }

    @Test(arguments: ["webm", "ivf"]) func `every frame is a unit of its own time`(suffix: String) throws {
        let path = try Self.make(suffix)
        let title = try openTitle(path)
        let units = title.cursor().readAll().units
        let stored = try FFmpeg.packets(of: path, isMovie: false)
        #expect(units.map { FFmpeg.adler32($0.payloads.flatMap { $0.dropFirst(4) }) } == stored.map(\.adler32))
        #expect(units.map(\.unit.isRandomAccessPoint) == stored.map(\.isKey))
        let hidden = units.count { unit in unit.payloads[0][4] & 0x10 == 0 }
        #expect(hidden > 0 && units.count == 100 + hidden)
        let decode = units.map(\.unit.decodeTime)
        #expect(zip(decode, decode.dropFirst()).allSatisfy(<))
        let times = units.map(\.unit.presentationTime)
        #expect(zip(times, times.dropFirst()).allSatisfy(<))
        // What the frame's header says: nothing refers to it.
        for unit in units { #expect(unit.unit.isDiscardable == (unit.payloads[0][0] & 0x20 != 0)) }
        // FFmpeg's IVF counts all frames.
        guard suffix == "webm" else { return }
        let shown = units.filter { $0.payloads[0][4] & 0x10 != 0 }.map(\.unit.presentationTime.nanoseconds)
        for (index, time) in shown.enumerated() { #expect(abs(time - Int64(index) * 40_000_000) <= 1_100_000) }
    }
}
