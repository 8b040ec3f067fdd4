import Delivery
import Foundation
import LibAV
import MediaCore
import MediaFixtures
import Testing

@testable import Library

@Suite struct OggChainTests {
    /// A page with one packet, RFC 3533 6.
    private static func page(_ serial: UInt8, flags: UInt8 = 0, number: Int = 0, content: [UInt8] = [1, 2, 3])
        -> [UInt8]
    {
        let sizes = [UInt8](repeating: 255, count: content.count / 255) + [UInt8(content.count % 255)]
        let position = [UInt8](repeating: 0, count: 8)
        return Array("OggS".utf8) + [0, flags] + position + [serial, 0, 0, 0]
            + [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) } + [0, 0, 0, 0]
            + [UInt8(sizes.count)] + sizes
            + content
    }

    private static func isChained(_ bytes: [UInt8], _ interrupt: Interrupt? = nil) throws -> Bool {
        let path = FileManager.default.temporaryDirectory.appending(path: "chain-\(UUID().uuidString)").path
        #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return OggChain.isChained(OpenFile(taking: open(path, O_RDONLY)), interrupt)
    }

    @Test func serials() throws {
        let (first, second) = (Self.page(1, flags: 2), Self.page(2, flags: 2))
        #expect(try !Self.isChained(first))
        #expect(try !Self.isChained(first + second + Self.page(1) + Self.page(2, flags: 4)))
        #expect(try Self.isChained(first + Self.page(1, flags: 4) + second + Self.page(2, flags: 4)))
        // A capture pattern inside a packet, and pages of the largest size.
        let pattern = Self.page(1, content: [UInt8](repeating: 7, count: 300) + Array("OggS".utf8) + [0, 0] + [9, 9])
        #expect(try !Self.isChained(first + pattern))
        let large = [UInt8](repeating: 0, count: 255 * 254)
        #expect(try Self.isChained(first + Self.page(1) + second + Self.page(2, content: large)))
        #expect(try !Self.isChained(first + Self.page(1, content: large) + Self.page(1, content: large)))
        // No pages at all.
        #expect(try !Self.isChained([]))
        #expect(try !Self.isChained([UInt8](repeating: 0x4F, count: 100_000)))
    }

    /// Streams that run side by side are counted up to 64 and one more; then the search of a large file goes on.
    @Test(arguments: [(64, false), (65, false), (66, true)]) func `many streams`(count: Int, isChained: Bool) throws {
        let streams = (1...count).flatMap { Self.page(UInt8($0), flags: 2) }
        let data = (1...count).flatMap { Self.page(UInt8($0), number: 1) }
        #expect(try Self.isChained(streams + data) == isChained)
    }

    @Test func `a search is ended`() throws {
        let chain = Self.page(1, flags: 2) + Self.page(1, number: 1) + Self.page(2, flags: 2)
        let interrupt = Interrupt()
        #expect(try Self.isChained(chain, interrupt))
        interrupt.fire()
        #expect(try !Self.isChained(chain, interrupt))
    }

    /// Behind what is walked, 64 things that look like pages are looked at in each place: one page more is not found, whoever's it is.
    @Test(arguments: [(63, true), (64, false)]) func `what only looks like pages`(count: Int, isChained: Bool) throws {
        let content = [UInt8](repeating: 0, count: 255 * 254)
        let film = (0..<530).flatMap { Self.page(1, flags: $0 == 0 ? 2 : 0, number: $0, content: content) }
        // No page follows any of them.
        let pretence = (0..<count).flatMap { _ in Self.page(9, number: 0, content: [1, 2, 3]) + [0] }
        let other = Self.page(2, flags: 2) + Self.page(2, number: 1)
        // So that there is more in the window, and the last page of all is the film's.
        let rest = [UInt8](repeating: 0, count: 70_000) + Self.page(1, number: 1_000)
        let place = pretence + other + rest
        #expect(try Self.isChained(film + place) == isChained)
    }

    /// Behind 32 MB not every page is looked at.
    @Test func `large files`() throws {
        let content = [UInt8](repeating: 0, count: 255 * 254)
        func stream(_ pages: Int, serial: UInt8 = 1) -> [UInt8] {
            (0..<pages).flatMap { Self.page(serial, flags: $0 == 0 ? 2 : 0, number: $0, content: content) }
        }
        let long = stream(900)
        #expect(try !Self.isChained(long))
        #expect(try Self.isChained(long + stream(3)))
        #expect(try Self.isChained(stream(3) + long))
        #expect(try Self.isChained(stream(600) + stream(600)))
        #expect(try Self.isChained(long + stream(3, serial: 2)))
        // What is no page is no stream.
        #expect(try !Self.isChained(long + [UInt8](repeating: 0x4F, count: 1_000)))
    }

    /// A file joined to itself: both streams have the same serial number.
    @Test(arguments: ["libvorbis", "libopus", "libspeex", "flac"]) func `a file that is joined to itself`(
        encoder: String
    ) throws {
        let single = Fixture.directory.appendingPathComponent("single-\(encoder).ogg")
        try FFmpeg.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i", "sine=440:r=48000:d=5", "-ac", "2", "-c:a", encoder,
                single.path,
            ])
        let data = try Data(contentsOf: single)
        let joined = Fixture.directory.appendingPathComponent("joined-\(encoder).ogg")
        try (data + data).write(to: joined)
        guard encoder != "flac" else {
            #expect(OggChain.isChained(try openTitle(joined.path).file))
            return
        }
        let (once, twice) = (try openTitle(single.path), try openTitle(joined.path))
        let (length, duration) = (try #require(once.duration), try #require(twice.duration))
        // The last unit of the first stream is whole there.
        #expect(abs((duration - length - length).nanoseconds) < 60_000_000, "\(duration), once \(length)")
        let one = once.cursor().readAll().units
        let reading = twice.cursor().readAll()
        #expect(reading.failure == nil && reading.batches.allSatisfy { $0.skippedUnits == 0 })
        let times = reading.units.map(\.unit.decodeTime)
        #expect(zip(times, times.dropFirst()).allSatisfy(<))
        // Headers of Vorbis and Speex come between them.
        let extra = reading.units.count - 2 * one.count
        #expect(extra == ["libvorbis": 3, "libspeex": 2, "libopus": 0][encoder])
        #expect(reading.units.prefix(one.count).map(\.payloads) == one.map(\.payloads))
        #expect(reading.units.suffix(one.count).map(\.payloads) == one.map(\.payloads))
        let end = try #require(reading.units.map { $0.unit.presentationTime + $0.unit.duration }.max())
        #expect(abs((end - duration).nanoseconds) < 1_000_000)
        for place in [2_500, 7_300, 9_900] as [Int64] {
            let sought = twice.cursor().readAll(seek: .milliseconds(place))
            let start = try #require(sought.start)
            #expect(start <= .milliseconds(place) && .milliseconds(place) - start < .milliseconds(70))
            #expect(sought.units == Array(reading.units.suffix(sought.units.count)))
            #expect(sought.units.first?.unit.presentationTime == start)
        }
    }
}
