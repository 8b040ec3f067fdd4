import Delivery
import Foundation
import MediaCore
import MediaFixtures
import NIOCore
import Synchronization
import Testing

@testable import Library

/// Files in which one track is silent for long: it ends early, or shows a picture once in a while.
@Suite struct UnevenTracksTests {
    enum Uneven: String, CaseIterable, Sendable {
        /// Of 120 s, the video has 2; the audio has 2; the video is one picture; one picture in 40 s.
        case shortVideo, shortAudio, still, slides
        /// One key frame in 60 s.
        case sparseKeys

        var inputs: [String] {
            let (video, audio) = ("testsrc2=s=160x120:r=25:d=", "sine=440:r=44100:d=")
            return switch self {
            case .shortVideo: [video + "2", audio + "120"]
            case .shortAudio: [video + "120", audio + "2"]
            case .still: [video + "0.04", audio + "120"]
            case .slides: ["testsrc2=s=160x120:r=1/40:d=120", audio + "120"]
            case .sparseKeys: [video + "120", audio + "120"]
            }
        }
    }

    static let containers = ["mkv", "mov", "avi"]
    private static let made = Mutex<[String: String]>([:])

    /// With audio of 176 kB/s.
    static func path(_ uneven: Uneven, _ suffix: String) throws -> String {
        try made.withLock { made in
            let name = "uneven-\(uneven).\(suffix)"
            if let path = made[name] { return path }
            let path = Fixture.directory.appendingPathComponent(name).path
            let inputs = uneven.inputs.flatMap { ["-f", "lavfi", "-i", $0] }
            let codecs = ["-c:v", "mpeg4", "-g", uneven == .sparseKeys ? "1500" : "50", "-sc_threshold", "1000000000"]
            let rates = ["-b:v", "400k", "-c:a", "pcm_s16le"]
            try FFmpeg.run("ffmpeg", ["-v", "error", "-y"] + inputs + codecs + rates + [path])
            made[name] = path
            return path
        }
    }

    /// By this thread, from any file.
    static func bytesRead() -> Int {
        let counters = (try? String(contentsOfFile: "/proc/thread-self/io", encoding: .utf8)) ?? ""
        let line = counters.split(separator: "\n").first { $0.hasPrefix("rchar: ") }
        return line.flatMap { Int($0.dropFirst(7)) } ?? 0
    }

    @Test(arguments: Uneven.allCases, containers)
    func `viewers of one demuxer each get their units, and little is read again`(
        uneven: Uneven, suffix: String
    ) throws {
        var limits = LibraryLimits()
        limits.sharedDemuxers = 1
        let title = try openTitle(Self.path(uneven, suffix), limits: limits)
        #expect(title.tracks.count == 2)
        // Libavformat reads such an AVI from the last picture on, wherever it goes.
        #expect(title.description.sharesDemuxers == (uneven != .slides || suffix != "avi"))
        guard title.description.sharesDemuxers else { return }
        for seek in [nil, MediaTime.seconds(100)] {
            let alone = try openTitle(Self.path(uneven, suffix)).cursor().readAll(seek: seek)
            let cursors = [title.cursor(), title.cursor(), title.cursor()]
            var units: [[ReceivedUnit]] = [[], [], []]
            var (batches, bytes, isDone) = (0, 0, false)
            for (index, cursor) in cursors.enumerated() { units[index] = Self.units(of: cursor.readBatch(seek: seek)) }
            let before = Self.bytesRead()
            while !isDone {
                for (index, cursor) in cursors.enumerated() {
                    let batch = cursor.readBatch()
                    #expect(batch.failure == nil)
                    units[index] += Self.units(of: batch)
                    isDone = batch.isEnd
                    batches += 1
                    bytes += batch.buffer.readableBytes
                }
            }
            let read = Self.bytesRead() - before
            #expect(title.demuxers.openCount == 1)
            #expect(read < 3 * bytes + 200_000 * batches, "\(read / batches) in each batch of \(bytes / batches)")
            for units in units {
                for track in title.tracks {
                    let had = units.filter { $0.unit.track == track.id }
                    #expect(had.map(\.unit) == alone.units(of: track.id).map(\.unit), "track \(track.id)")
                    #expect(had.map(\.payloads) == alone.units(of: track.id).map(\.payloads))
                }
            }
        }
    }

    private static func units(of batch: Batch) -> [ReceivedUnit] {
        batch.trains.map { ReceivedUnit(unit: $0.unit, payloads: batch.payloads(of: $0, prefix: 0)) }
    }

    @Test(arguments: Uneven.allCases, containers)
    func `all of each track arrives, and each ends`(uneven: Uneven, suffix: String) throws {
        let title = try openTitle(Self.path(uneven, suffix))
        let stored = try storedUnits(of: title)
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil)
        for track in title.tracks {
            let bytes = reading.units(of: track.id).reduce(0) { $0 + $1.payloads.reduce(0) { $0 + $1.count } }
            let wanted = stored.filter { $0.stream == title.description.sources[track.id].stream }
            #expect(bytes >= wanted.reduce(0) { $0 + $1.bytes.count })
            if track.codec.kind == .video { #expect(reading.units(of: track.id).count == wanted.count) }
        }
        #expect(Set(reading.batches.flatMap(\.endedTracks)) == Set(title.tracks.map(\.id)))
        // A track that ends early says so long before the other.
        if uneven != .slides, uneven != .sparseKeys {
            let first = try #require(reading.batches.firstIndex { !$0.endedTracks.isEmpty })
            #expect(first < 10 && reading.batches.count > 60)
        }
    }

    @Test(arguments: Uneven.allCases, containers)
    func `a seek lands, whatever track is silent there`(uneven: Uneven, suffix: String) throws {
        let title = try openTitle(Self.path(uneven, suffix))
        let cursor = title.cursor()
        let all = cursor.readAll()
        let keys = all.units.filter { $0.unit.isRandomAccessPoint && title.tracks[$0.unit.track].codec.kind == .video }
        for seconds in [100, 30, 119, 5, 61, 20] {
            let position = MediaTime.seconds(Int64(seconds))
            let reading = cursor.readAll(seek: position)
            #expect(reading.failure == nil, "\(seconds) s")
            let start = try #require(reading.start)
            let isOver = [.shortVideo, .still].contains(uneven) && seconds > 12
            if isOver {
                #expect(position - start < .milliseconds(30))
                #expect(reading.batches[0].endedTracks.first == 0)
            } else {
                #expect(start == keys.map(\.unit.presentationTime).last { $0 <= position }, "\(seconds) s")
            }
            for track in title.tracks where !track.codec.isUncompressed {
                let wanted = all.units(of: track.id).map(\.unit).filter { $0.presentationTime >= start }
                #expect(reading.units(of: track.id).map(\.unit.presentationTime) == wanted.map(\.presentationTime))
            }
            let last = reading.units(of: 1).last?.unit
            if uneven != .shortAudio { #expect(last == all.units(of: 1).last?.unit) }
        }
    }

    @Test(arguments: [Uneven.shortVideo, .still], containers)
    func `video alone is found where it ends, however far behind the place asked for lies`(
        uneven: Uneven, suffix: String
    ) throws {
        let title = try openTitle(Self.path(uneven, suffix))
        let all = title.cursor([0]).readAll()
        for seconds in [100, 13, 119] {
            let reading = title.cursor([0]).readAll(seek: .seconds(Int64(seconds)))
            #expect(reading.failure == nil)
            #expect(reading.start == all.units.map(\.unit).last { $0.isRandomAccessPoint }?.presentationTime)
            #expect(reading.units.last == all.units.last)
        }
    }
}
