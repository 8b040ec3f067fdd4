import Delivery
import Foundation
import MediaCore
import MediaFixtures
import NIOCore
import RTPPayload
import Testing

@testable import Library

/// Entries of a channel of H.264 1280x720 and AAC-LC stereo.
@Suite struct TranscodedTitleTests {
    private let stage: TranscodingStage
    private let channel: FileTitle

    init() throws {
        stage = try TranscodingStage()
        channel = try stage.channel()
    }

    private static let shape =
        "scale=960:720:flags=bicubic:in_color_matrix=bt601:out_color_matrix=bt709,pad=1280:720:160:0"

    /// Each picture at its time, nothing but the first and every 50th a key, and sound without a gap.
    private func check(
        _ reading: Reading, _ title: any MediaTitle, frames: Int, frame: MediaTime, seconds: Double,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let video = reading.units.filter { title.tracks[$0.unit.track].codec.kind == .video }.map(\.unit)
        let audio = reading.units.filter { title.tracks[$0.unit.track].codec.kind == .audio }.map(\.unit)
        #expect(reading.failure == nil, sourceLocation: sourceLocation)
        #expect(video.count == frames, sourceLocation: sourceLocation)
        #expect(video.first?.isRandomAccessPoint == true, sourceLocation: sourceLocation)
        var lastKey = video.first?.presentationTime ?? .zero
        for (index, unit) in video.enumerated() {
            let due = MediaTime(nanoseconds: frame.nanoseconds * Int64(index))
            let off = abs((unit.presentationTime - due - (video.first?.presentationTime ?? .zero)).nanoseconds)
            #expect(off <= 1_000_000 && unit.decodeTime == unit.presentationTime, sourceLocation: sourceLocation)
            #expect(unit.presentationTime - lastKey <= .seconds(2), sourceLocation: sourceLocation)
            if unit.isRandomAccessPoint { lastKey = unit.presentationTime }
        }
        for (one, next) in zip(audio, audio.dropFirst()) {
            let gap = next.decodeTime - one.decodeTime - one.duration
            #expect(abs(gap.nanoseconds) <= 1_000, sourceLocation: sourceLocation)
        }
        let end = audio.last.map { $0.presentationTime + $0.duration } ?? .zero
        let start = audio.first?.presentationTime ?? .zero
        let length = Double((end - start).nanoseconds) / 1e9
        #expect(length > seconds - 0.03 && length < seconds + 0.06, sourceLocation: sourceLocation)
    }

    @Test("MPEG-4 ASP 320x240 and MP3 mono of an AVI")
    func avi() throws {
        let path = try stage.make(
            "a.avi",
            TranscodingStage.video("320x240", seconds: 5)
                + TranscodingStage.audio(300, seconds: 5, rate: 44_100, channels: 1)
                + ["-c:v", "mpeg4", "-bf", "2", "-q:v", "2", "-g", "100", "-c:a", "libmp3lame", "-b:a", "128k"])
        let entry = try openTitle(path)
        let title = try stage.transcoded(entry, to: channel)
        #expect(title.plans.count == 2 && stage.conversions(title, channel).isEmpty)
        let reading = title.wholeCursor().readAll()
        check(reading, title, frames: 125, frame: .milliseconds(40), seconds: 5)
        let first = try #require(reading.units(of: 0).first)
        let types = Depacketizing.nalUnits(first.payloads).map { $0[0] & 0x1F }
        #expect(types.contains(7) && types.contains(8) && types.contains(5))

        let decoded = try stage.pictures(try stage.write(h264: reading.units(of: 0), to: "a.h264"))
        let wanted = try stage.pictures(path, filter: Self.shape)
        #expect(decoded.count == 125 * 1280 * 720 && wanted.count == decoded.count)
        for index in [0, 31, 62, 124] {
            let picture = index * 1280 * 720..<(index + 1) * 1280 * 720
            #expect(signalToNoise(decoded[picture], wanted[picture]) > 30)
        }

        // What a decoder makes of a unit begins where the unit is presented, though it takes the one before to be right.
        let sound = try stage.samples(try stage.write(aac: reading.units(of: 1), to: "a.aac"))
        let heard = try stage.samples(path, filter: "aformat=channel_layouts=stereo")
        #expect(abs(try #require(bestLag(sound, heard, within: 2_000))) <= 48)
        let source = try #require(entry.wholeCursor().readAll().units(of: 1).first).unit.presentationTime
        #expect(try #require(reading.units(of: 1).first).unit.presentationTime == source)
    }

    /// Samples by which `one` is later than `other`, if they are alike anywhere.
    private func bestLag(_ one: [Int16], _ other: [Int16], within limit: Int) -> Int? {
        let window = 96_000..<120_000
        var best: (lag: Int, value: Double) = (0, 0)
        for lag in stride(from: -limit, through: limit, by: 1) where one.count > window.upperBound + limit {
            let step = stride(from: window.lowerBound, to: window.upperBound, by: 7)
            let (left, right) = (step.map { one[$0 + lag] }, step.map { other[$0] })
            let value = correlation(left, right)
            if value > best.value { best = (lag, value) }
        }
        return best.value > 0.95 ? best.lag : nil
    }

    @Test("HEVC and AC-3 5.1 of a Matroska file; seeking")
    func matroska() throws {
        let path = try stage.make(
            "b.mkv",
            TranscodingStage.video("640x480", rate: 30, seconds: 4)
                + TranscodingStage.audio(300, seconds: 4, channels: 6)
                + [
                    "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=60", "-pix_fmt",
                    "yuv420p", "-c:a", "ac3",
                ])
        let title = try stage.transcoded(try openTitle(path), to: channel)
        let frame = MediaTime(nanoseconds: 33_333_333)
        let cursor = title.wholeCursor()
        check(cursor.readAll(), title, frames: 120, frame: frame, seconds: 4)

        let sought = cursor.readAll(seek: .milliseconds(2_990))
        let start = try #require(sought.start)
        #expect(start == .milliseconds(2_990))
        let video = sought.units(of: 0).map(\.unit)
        #expect(video.count == 30 && video[0].isRandomAccessPoint)
        for unit in sought.units(of: 0) { #expect(unit.unit.presentationTime >= start) }
        let sound = try #require(sought.units(of: 1).first).unit
        #expect(abs((sound.presentationTime - start).nanoseconds) < 1_000_000)

        let parts = title.wholeCursor()
        _ = parts.readBatch()
        let split = parts.split()
        #expect(split.count == 2)
        let rest = try #require(split[1]).readAll().units(of: 1)
        let all = title.wholeCursor().readAll().units(of: 1)
        #expect(rest.last?.unit == all.last?.unit && rest.count < all.count && !rest.isEmpty)
    }

    @Test("4:2:2 of 10 bits, with sound that fits and stays as it is")
    func tenBits() throws {
        let path = try stage.make(
            "c.mkv",
            TranscodingStage.video("1280x720", seconds: 1) + TranscodingStage.audio(500, seconds: 1) + [
                "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:crf=14", "-pix_fmt",
                "yuv422p10le", "-c:a", "aac", "-b:a", "128k",
            ])
        let entry = try openTitle(path)
        let title = try stage.transcoded(entry, to: channel)
        #expect(title.plans.keys.sorted() == [0])
        let reading = title.wholeCursor().readAll()
        let plain = entry.wholeCursor().readAll()
        #expect(reading.units(of: 1) == plain.units(of: 1))
        #expect(reading.units(of: 0).count == 25)
        let decoded = try stage.pictures(try stage.write(h264: reading.units(of: 0), to: "c.h264"))
        let wanted = try stage.pictures(path)
        #expect(signalToNoise(decoded.prefix(1280 * 720), wanted.prefix(1280 * 720)) > 30)
        let probe = String(
            decoding: try FFmpeg.run(
                "ffprobe",
                ["-v", "error", "-show_entries", "stream=pix_fmt,has_b_frames", "-of", "csv=p=0", stage.path("c.h264")]),
            as: UTF8.self)
        #expect(probe.contains("yuv420p,0") || probe.contains("0,yuv420p") || probe.contains("yuv420p"))
    }

    @Test("an entry with nothing but sound; its units are those of the channel's AudioSpecificConfig")
    func soundAlone() throws {
        let path = try stage.make(
            "d.flv", TranscodingStage.audio(400, seconds: 3, rate: 22_050, channels: 1) + ["-c:a", "aac"])
        let title = try stage.transcoded(try openTitle(path), to: channel)
        let reading = title.wholeCursor().readAll()
        #expect(title.formats[0].fmtp == channel.formats[1].fmtp)
        let units = reading.units(of: 0).map(\.unit)
        #expect(units.count >= 140 && units.count <= 144)
        #expect(units.allSatisfy { abs($0.duration.nanoseconds - 21_333_333) < 2 })
        let sound = try stage.samples(try stage.write(aac: reading.units(of: 0), to: "d.aac"))
        let energy = sound.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, sound.count))
        #expect(energy.squareRoot() > 2_000 && energy.squareRoot() < 12_000)
    }

    @Test("no batch is larger than was asked for, unless it is one unit")
    func batches() throws {
        let path = try stage.make(
            "e.mkv",
            TranscodingStage.video("640x360", seconds: 2) + TranscodingStage.audio(300, seconds: 2) + [
                "-c:v", "mpeg4", "-q:v", "2", "-c:a", "libmp3lame",
            ])
        let title = try stage.transcoded(try openTitle(path), to: channel)
        let whole = title.wholeCursor().readAll()
        let reading = title.wholeCursor().readAll(bytes: 8_000)
        for batch in reading.batches { #expect(batch.buffer.readableBytes <= 8_000 || batch.trains.count == 1) }
        #expect(reading.units(of: 0).map(\.unit) == whole.units(of: 0).map(\.unit))
        #expect(reading.units(of: 1).map(\.unit) == whole.units(of: 1).map(\.unit))
        let spans = whole.batches.map { batch in
            batch.trains.filter { $0.unit.track == 0 }.map(\.unit.decodeTime)
        }
        for span in spans where span.count > 1 { #expect(span[span.count - 1] - span[0] <= .seconds(1)) }
    }

    @Test("a file that ends early or is damaged brings what can be decoded")
    func damaged() throws {
        let path = try stage.make(
            "f.avi",
            TranscodingStage.video("320x240", seconds: 4) + TranscodingStage.audio(300, seconds: 4) + [
                "-c:v", "mpeg4", "-g", "25", "-c:a", "libmp3lame",
            ])
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        let half = stage.path("half.avi")
        try data.prefix(data.count / 2).write(to: URL(fileURLWithPath: half))
        let short = try stage.transcoded(try openTitle(half), to: channel).wholeCursor().readAll()
        #expect((30...70).contains(short.units(of: 0).count))

        var seed: UInt64 = 1
        for _ in 0..<200 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            data[10_000 + Int(seed >> 33) % (data.count - 60_000)] ^= UInt8(truncatingIfNeeded: seed >> 24) | 1
        }
        let corrupt = stage.path("corrupt.avi")
        try data.write(to: URL(fileURLWithPath: corrupt))
        let reading = try stage.transcoded(try openTitle(corrupt), to: channel).wholeCursor().readAll()
        #expect(reading.units(of: 0).count > 50)
        for (one, next) in zip(reading.units(of: 0), reading.units(of: 0).dropFirst()) {
            #expect(one.unit.decodeTime < next.unit.decodeTime)
        }
    }

    @Test("an entry of which nothing can be decoded ends with an error")
    func undecodable() throws {
        let path = try stage.make(
            "g.mp4",
            TranscodingStage.video("320x240", seconds: 2) + [
                "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none",
            ])
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        let media = try #require(data.range(of: Data("mdat".utf8)))
        let index = try #require(data.range(of: Data("moov".utf8)))
        for place in media.upperBound..<index.lowerBound - 4 { data[place] = 0x55 }
        try data.write(to: URL(fileURLWithPath: path))
        let title = try stage.transcoded(try openTitle(path), to: channel)
        #expect(title.plans.count == 1)
        let reading = title.wholeCursor().readAll()
        #expect(reading.units.isEmpty)
        guard case .unreadable? = reading.failure else {
            Issue.record("\(String(describing: reading.failure))")
            return
        }
    }

    @Test("a cursor that is closed brings nothing more")
    func closed() throws {
        let path = try stage.make("h.mkv", TranscodingStage.video("320x240", seconds: 2) + ["-c:v", "mpeg4"])
        let cursor = try stage.transcoded(try openTitle(path), to: channel).wholeCursor()
        #expect(!cursor.readBatch().trains.isEmpty)
        cursor.close()
        let batch = cursor.readBatch()
        #expect(batch.isEnd && batch.failure == .cancelled && batch.trains.isEmpty)
    }
}
