import Delivery
import Foundation
import LibAV
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// AVI files whose header says the wrong thing of their audio.
@Suite struct AVIAudioClockTests {
    /// The audio's `strh` and `strf` chunks: what a tick of its stamps is.
    struct Rate {
        var scale: UInt32
        var rate: UInt32
        /// Zero: a tick is a chunk.
        var sampleSize: UInt32 = 0
        var blockAlign: UInt16 = 1152

        func write(_ path: String, to name: String) throws -> String {
            var data = try Data(contentsOf: URL(fileURLWithPath: path))
            let header = try #require(data.range(of: Data("auds".utf8))).lowerBound
            Self.put(scale, in: &data, at: header + 20)
            Self.put(rate, in: &data, at: header + 24)
            Self.put(sampleSize, in: &data, at: header + 44)
            let format = try #require(data.range(of: Data("strf".utf8), in: header..<data.endIndex)).lowerBound + 8
            Self.put(blockAlign, in: &data, at: format + 12)
            let url = Fixture.directory.appendingPathComponent(name)
            try data.write(to: url)
            return url.path
        }

        private static func put(_ value: some FixedWidthInteger, in data: inout Data, at offset: Int) {
            withUnsafeBytes(of: value.littleEndian) { data.replaceSubrange(offset..<offset + $0.count, with: $0) }
        }
    }

    /// 12 s of H.264 with a key frame every second, and of MP3 that is silent, loud, and silent again.
    private static func varying() throws -> String {
        let url = Fixture.directory.appendingPathComponent("varying-rate.avi")
        let noise = "anoisesrc=r=44100:d=12:a=0.5,volume='if(between(t,4,7),1,0)':eval=frame"
        try FFmpeg.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=12", "-f", "lavfi", "-i", noise,
                "-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "2", "-pix_fmt", "yuv420p", "-c:a",
                "libmp3lame", "-q:a", "2", url.path,
            ])
        return url.path
    }

    private static func expectSame(_ path: String, as sound: String, slack: MediaTime = .zero) throws {
        let (title, expected) = (try openTitle(path), try openTitle(sound))
        #expect(expected.description.settings.timeBases.isEmpty)
        #expect(title.tracks.map(\.codec.codec) == expected.tracks.map(\.codec.codec))
        let (told, end) = (try #require(title.duration), try #require(expected.duration))
        #expect(abs((told - end).nanoseconds) < 30_000_000, "\(told), not \(end)")
        let (all, wanted) = (title.cursor().readAll(), expected.cursor().readAll())
        for track in title.tracks { #expect(all.units(of: track.id) == wanted.units(of: track.id)) }
        let cursor = title.cursor()
        let other = expected.cursor()
        for position in stride(from: Int64(0), to: told.nanoseconds / 1_000_000, by: 830).map(MediaTime.milliseconds) {
            let (reading, wanted) = (cursor.readAll(seek: position), other.readAll(seek: position))
            #expect(reading.failure == nil)
            #expect(reading.start == wanted.start)
            #expect(reading.units(of: 0) == wanted.units(of: 0))
            let (audio, wantedAudio) = (reading.units(of: 1), wanted.units(of: 1))
            let late =
                (audio.first?.unit.presentationTime ?? .zero) - (wantedAudio.first?.unit.presentationTime ?? .zero)
            #expect(abs(late.nanoseconds) <= slack.nanoseconds, "seek to \(position): audio \(late) late")
            #expect(abs(audio.count - wantedAudio.count) <= (slack == .zero ? 0 : 1))
            if slack == .zero { #expect(audio == wantedAudio) }
        }
    }

    @Test(arguments: [1, 30, 100, 10_000] as [UInt32])
    func `a chunk rate that is too high is set right`(factor: UInt32) throws {
        let sound = try ContainerFixture.aviH264.path
        let path = try Rate(scale: 1152, rate: 44_100 * factor).write(sound, to: "rate-\(factor).avi")
        try Self.expectSame(path, as: sound)
        #expect(try openTitle(path).description.settings.timeBases.count == (factor == 1 ? 0 : 1))
        #expect(try openTitle(path).description.seeking == .index)
    }

    @Test(arguments: [2, 25] as [UInt32])
    func `one that is too low also`(factor: UInt32) throws {
        let sound = try ContainerFixture.aviH264.path
        try Self.expectSame(Rate(scale: 1152 * factor, rate: 44_100).write(sound, to: "low-\(factor).avi"), as: sound)
    }

    @Test(arguments: [50, 4_000, 800_000] as [UInt32])
    func `a byte rate that is wrong is set right`(rate: UInt32) throws {
        let sound = try ContainerFixture.aviH264.path
        let path = try Rate(scale: 1, rate: rate, sampleSize: 1, blockAlign: 1).write(sound, to: "bytes-\(rate).avi")
        // Where in a chunk a unit begins, bytes do not tell.
        try Self.expectSame(path, as: sound, slack: .milliseconds(27))
        #expect(try openTitle(path).description.settings.timeBases.count == 1)
    }

    @Test func `where the rate varies samples are counted from the start`() throws {
        let sound = try Self.varying()
        let path = try Rate(scale: 1, rate: 16_000, sampleSize: 1, blockAlign: 1).write(sound, to: "drifting.avi")
        try Self.expectSame(path, as: sound)
        #expect(try openTitle(path).description.seeking == .counting)
        #expect(try openTitle(sound).description.seeking == .index)
    }

    @Test func `every container's own audio is believed`() throws {
        for fixture in [ContainerFixture.aviMPEG4, .aviH264, .aviJPEG, .aviTwoAudio] {
            let title = try openTitle(fixture.path)
            #expect(title.description.settings.timeBases.isEmpty)
            #expect(title.description.seeking == .index)
        }
    }

    /// Pictures that no payload format carries are left out; the audio's chunks need not be flagged as keys.
    @Test(arguments: ["pcm_s16le", "pcm_u8", "libmp3lame", "ac3"], [true, false])
    func `audio alone is sought to its unit`(encoder: String, isFlagged: Bool) throws {
        let url = Fixture.directory.appendingPathComponent("audio-\(encoder)-\(isFlagged).avi")
        try FFmpeg.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=32x32:r=25:d=5", "-f", "lavfi", "-i",
                "sine=440:r=44100:d=5", "-ac", "2", "-c:v", "ffv1", "-c:a", encoder, url.path,
            ])
        if !isFlagged {
            try SkewedAVI(url.path, skew: 0).write(to: url, index: true) { entries in
                for entry in stride(from: entries.startIndex, to: entries.endIndex, by: 16) { entries[entry + 4] = 0 }
            }
        }
        let title = try openTitle(url.path)
        #expect(title.tracks.count == 1 && title.description.seeking == .landing)
        let duration = try #require(title.duration)
        #expect(abs((duration - .seconds(5)).nanoseconds) < 60_000_000)
        try SeekTests.expectExactSeeks(title, count: 9)
    }
}
