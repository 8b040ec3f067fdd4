import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

@Suite struct TrackTimesTests {
    /// Seconds by which the audio of a clip of 6 s is shorter than its video; negative: longer.
    @Test(arguments: [-0.8, 0, 0.8])
    func `clips joined end to end keep the offset between their tracks`(shorter: Double) throws {
        let clip = Fixture.directory.appendingPathComponent("clip\(shorter).ts")
        let joined = Fixture.directory.appendingPathComponent("joined\(shorter).ts")
        try FFmpeg.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=6", "-f", "lavfi", "-i",
                "sine=440:r=44100:d=\(6 - shorter)", "-c:v", "libx264", "-preset", "veryfast", "-g", "50",
                "-c:a", "aac", clip.path,
            ])
        try (Data(contentsOf: clip) + Data(contentsOf: clip)).write(to: joined)
        let alone = try openTitle(clip.path).cursor().readAll()
        let title = try openTitle(joined.path)
        let both = title.cursor().readAll()
        #expect(both.failure == nil)
        let moved = title.tracks.map { track -> MediaTime in
            let (first, all) = (alone.units(of: track.id), both.units(of: track.id))
            // What the joint cuts is missing.
            #expect((2 * first.count - 8...2 * first.count).contains(all.count))
            let decode = all.map(\.unit.decodeTime)
            #expect(zip(decode, decode.dropFirst()).allSatisfy(<))
            let moved = zip(all.suffix(first.count), first).map { $0.unit.presentationTime - $1.unit.presentationTime }
            #expect((moved.max()! - moved.min()!) < .milliseconds(1))
            return moved[0]
        }
        #expect(moved.count == 2)
        // By a tick of the clock of 90 kHz, rounded.
        #expect(abs((moved[0] - moved[1]).nanoseconds) < 100_000, "moved by \(moved)")
        // What a track packs behind one stamp may still be under way when another jumps: twice that is left free at most.
        let length = MediaTime.milliseconds(Int64(6_000 + max(0, -shorter) * 1_000))
        #expect(abs((moved[0] - length).nanoseconds) < 400_000_000)
    }
}
