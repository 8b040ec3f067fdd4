import Delivery
import Foundation
import Logging
import MediaCore
import MediaFixtures
import RTPPayload
import Testing

@testable import Library

/// Playlists of real files.
@Suite struct PlaylistSourceTests {
    private let root: URL
    private let library: MediaDirectory
    private let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    init() throws {
        root = Fixture.directory.appendingPathComponent("playlists-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        library = try MediaDirectory(
            path: root.path, pool: inlinePool, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    private func make(_ name: String, seconds: Double, size: String = "160x120", rate: Int = 44_100) throws {
        let path = root.appendingPathComponent(name).path
        try FFmpeg.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=\(size):r=25:d=\(seconds)", "-f", "lavfi", "-i",
                "sine=440:r=\(rate):d=\(seconds)", "-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "2",
                "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "48k", path,
            ])
    }

    private func write(_ text: String, to name: String) throws {
        let url = root.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func source(_ path: String?, isEndless: Bool = true) throws -> PlaylistSource {
        PlaylistSource(
            library, path: try path.map { try #require(MediaPath($0.utf8)) }, isShuffled: false, isEndless: isEndless,
            logger: quiet)
    }

    private func list(_ source: PlaylistSource, unless known: UInt64? = nil) throws -> PlaylistList? {
        let slot = Slot<Result<PlaylistList?, MediaError>>()
        source.list(unless: known, completion: slot.fill)
        return try #require(slot.take()).get()
    }

    private func open(_ source: PlaylistSource) throws -> any MediaTitle {
        let slot = Slot<Result<any MediaTitle, MediaError>>()
        source.title(completion: slot.fill)
        return try #require(slot.take()).get()
    }

    private func cursor(_ title: any MediaTitle) -> any MediaCursor {
        title.makeCursor(
            CursorOptions(
                tracks: title.tracks.indices.map {
                    CursorTrack(
                        track: $0, layout: PacketLayout(prefix: 0, maximumPacketSize: 1372), payloadType: UInt8(96 + $0)
                    )
                }))
    }

    private func units(_ batches: [Batch], _ track: Int) -> [AccessUnit] {
        batches.flatMap(\.trains).map(\.unit).filter { $0.track == track }
    }

    private func expectSeamless(_ units: [AccessUnit], _ tolerance: MediaTime) {
        for (before, after) in zip(units, units.dropFirst()) {
            #expect(after.decodeTime > before.decodeTime)
        }
        let times = units.map(\.presentationTime).sorted()
        for (before, after) in zip(times, times.dropFirst()) {
            #expect(after - before <= tolerance, "\(before) to \(after)")
            #expect(after > before)
        }
    }

    @Test func `files of different sizes and containers follow one another without a seam, for ever`() throws {
        try make("1.mp4", seconds: 2)
        try make("2.mkv", seconds: 1.48, size: "128x96")
        try make("3.mp4", seconds: 1)
        try write("#EXTM3U\n1.mp4\n2.mkv\n3.mp4\n", to: "list.m3u")
        let title = try open(try source("list.m3u"))
        #expect(title.tracks.count == 2 && title.duration == nil)
        let cursor = cursor(title)
        var batches: [Batch] = []
        while batches.count < 500, units(batches, 0).last.map({ $0.decodeTime < .seconds(30) }) ?? true {
            batches.append(cursor.readBatch())
        }
        #expect(batches.allSatisfy { !$0.isEnd && $0.failure == nil && $0.endedTracks.isEmpty })
        expectSeamless(units(batches, 0), .milliseconds(80))
        // A frame of 1,024 samples, and the rest of an entry whose pictures are longer.
        expectSeamless(units(batches, 1), .milliseconds(24 + 40))
        // Each picture that is a random access point has its parameter sets before it.
        for batch in batches {
            for train in batch.trains where train.unit.track == 0 && train.unit.isRandomAccessPoint {
                let first = try #require(batch.payloads(of: train, prefix: 0).first)
                // STAP-A (24) whose first NAL unit is a sequence parameter set (7), or one alone.
                #expect(first[0] & 0x1F == 7 || first[0] & 0x1F == 24 && first[3] & 0x1F == 7)
            }
        }
        cursor.close()
    }

    @Test func `what is no media, gone, outside or of another rate is left out`() throws {
        try make("1.mp4", seconds: 1)
        try make("other.mp4", seconds: 1, rate: 48_000)
        try make("2.mp4", seconds: 1)
        try write("no media at all", to: "text.mp4")
        try FileManager.default.createSymbolicLink(
            atPath: root.appendingPathComponent("out.mp4").path, withDestinationPath: "/etc/passwd")
        try write("text.mp4\n1.mp4\nout.mp4\ngone.mp4\nother.mp4\nhttp://host/x.mp4\n2.mp4\n", to: "list.m3u8")
        let title = try open(try source("list.m3u8", isEndless: false))
        let reading = cursor(title).readAll()
        #expect(reading.failure == nil)
        #expect(reading.units(of: 0).count == 50)
        // Bit for bit what the entries bring by themselves.
        let alone = try ["1.mp4", "2.mp4"].map {
            try openTitle(root.appendingPathComponent($0).path).cursor().readAll()
        }
        for track in 0..<2 {
            #expect(reading.units(of: track).map(\.payloads) == alone.flatMap { $0.units(of: track).map(\.payloads) })
        }
        expectSeamless(reading.units(of: 0).map(\.unit), .milliseconds(80))
    }

    @Test func `a folder is its files in a person's order, without hidden ones, folders and playlists`() throws {
        for name in ["d/ep10.mp4", "d/ep9.mp4", "d/.hidden.mp4", "d/list.m3u", "d/sub/x.mp4", "d/Ep1.mp4"] {
            try write("x", to: name)
        }
        let list = try #require(try list(try source("d")))
        #expect(list.entries.map(\.description) == ["d/Ep1.mp4", "d/ep9.mp4", "d/ep10.mp4"])
    }

    @Test func `the root itself is a folder`() throws {
        try write("x", to: "b.mp4")
        try write("x", to: "a.mp4")
        #expect(try list(try source(nil))?.entries.map(\.description) == ["a.mp4", "b.mp4"])
    }

    @Test func `a list that has not changed is not read again, and an edit is seen`() throws {
        try write("a.mp4\n", to: "list.m3u")
        let source = try source("list.m3u")
        let first = try #require(try list(source))
        #expect(try list(source, unless: first.version) == nil)
        try write("a.mp4\nb.mp4\n", to: "list.m3u")
        let second = try #require(try list(source, unless: first.version))
        #expect(second.entries.map(\.description) == ["a.mp4", "b.mp4"])
    }

    @Test func `a percent sign is one where there is such a file`() throws {
        try write("x", to: "100%25.mp4")
        try write("100%25.mp4\na%20b.mp4\n", to: "list.m3u")
        #expect(try list(try source("list.m3u"))?.entries.map(\.description) == ["100%25.mp4", "a b.mp4"])
    }

    @Test func `what is no playlist`() throws {
        #expect(throws: MediaError.notFound) { try list(try source("gone.m3u")) }
        try FileManager.default.createSymbolicLink(
            atPath: root.appendingPathComponent("out.m3u").path, withDestinationPath: "/etc/passwd")
        #expect(throws: MediaError.notFound) { try list(try source("out.m3u")) }
        try write(String(repeating: "#", count: 4 << 20), to: "full.m3u")
        #expect(try list(try source("full.m3u"))?.entries.isEmpty == true)
        try write(String(repeating: "#", count: 4 << 20 | 1), to: "large.m3u")
        #expect(throws: MediaError.unsupported("a playlist of more than 4194304 bytes")) {
            try list(try source("large.m3u"))
        }
    }
}
