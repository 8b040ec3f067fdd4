import Delivery
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// Channels of other codecs.
@Suite struct TranscodedCodecsTests {
    @Test(
        "pictures of each codec that can be made, all of an entry's and at its times",
        arguments: [
            ("libx265", "mkv"), ("mpeg4", "mp4"), ("mpeg1video", "mpg"), ("mpeg2video", "ts"), ("mjpeg", "avi"),
            ("h263p", "avi"), ("libvpx", "webm"), ("libvpx-vp9", "webm"),
        ])
    func video(codec: String, container: String) throws {
        let stage = try TranscodingStage()
        let channel = try openTitle(
            stage.make(
                "channel.\(container)",
                TranscodingStage.video("320x240", seconds: 1)
                    + [
                        "-c:v", codec, "-pix_fmt", codec == "mjpeg" ? "yuvj420p" : "yuv420p", "-huffman", "default",
                    ].dropLast(codec == "mjpeg" ? 0 : 2)))
        let entry = try openTitle(
            stage.make("entry.mp4", TranscodingStage.video("160x120", seconds: 3) + ["-c:v", "libx264", "-bf", "2"]))
        let title = try stage.transcoded(entry, to: channel)
        #expect(title.plans.count == 1 && title.tracks[0].codec.codec == channel.tracks[0].codec.codec)
        #expect(title.tracks[0].codec.width == 320 && title.tracks[0].codec.height == 240)
        #expect(stage.conversions(title, channel).isEmpty)
        let reading = title.wholeCursor().readAll()
        #expect(reading.failure == nil)
        let units = reading.units(of: 0).map(\.unit)
        #expect(units.count == 75 && units.first?.isRandomAccessPoint == true)
        for (index, unit) in units.enumerated() {
            #expect(abs((unit.presentationTime - .milliseconds(Int64(40 * index))).nanoseconds) < 1_000_000)
        }
    }

    @Test(
        "sound of each codec that can be made: as long as the entry's",
        arguments: [
            ("libmp3lame", "mp3", 48_000, 2), ("ac3", "mkv", 48_000, 6), ("eac3", "mkv", 48_000, 2),
            ("libopus", "mkv", 48_000, 2), ("pcm_mulaw", "wav", 8_000, 1), ("pcm_alaw", "wav", 8_000, 1),
            ("pcm_s16le", "wav", 44_100, 2), ("pcm_s24le", "wav", 48_000, 2), ("aac", "mp4", 32_000, 1),
        ])
    func audio(codec: String, container: String, rate: Int, channels: Int) throws {
        let stage = try TranscodingStage()
        let channel = try openTitle(
            stage.make(
                "channel.\(container)",
                TranscodingStage.audio(440, seconds: 1, rate: rate, channels: channels) + ["-c:a", codec]))
        let entry = try openTitle(
            stage.make(
                "entry.flac.mkv",
                TranscodingStage.audio(300, seconds: 3, rate: 44_100, channels: 1) + ["-c:a", "libvorbis"]))
        let title = try stage.transcoded(entry, to: channel)
        #expect(title.plans.count == 1 && stage.conversions(title, channel).isEmpty)
        let reading = title.wholeCursor().readAll()
        #expect(reading.failure == nil)
        let units = reading.units(of: 0).map(\.unit)
        let first = try #require(units.first), last = try #require(units.last)
        #expect(first.presentationTime < .milliseconds(25))
        let length = last.presentationTime + last.duration - first.presentationTime
        let source = entry.wholeCursor().readAll().units(of: 0).map(\.unit)
        let own = try #require(source.last).presentationTime + source[source.count - 1].duration
        // The last unit is filled up.
        let wanted = own - first.presentationTime
        #expect(length > wanted - first.duration && length < wanted + first.duration)
        for (one, next) in zip(units, units.dropFirst()) {
            #expect(abs((next.decodeTime - one.decodeTime - one.duration).nanoseconds) < 1_000)
        }
    }

    @Test("what cannot be made is refused with a reason", arguments: [("libvorbis", "mkv"), ("libspeex", "spx")])
    func refused(codec: String, container: String) throws {
        let stage = try TranscodingStage()
        let channel = try openTitle(
            stage.make(
                "channel.\(container)",
                TranscodingStage.audio(440, seconds: 1, rate: 16_000, channels: 1) + ["-c:a", codec]))
        let entry = try openTitle(
            stage.make("entry.mp4", TranscodingStage.audio(300, seconds: 1) + ["-c:a", "aac"]))
        #expect(throws: MediaError.self) { _ = try stage.transcoded(entry, to: channel) }
    }
}
