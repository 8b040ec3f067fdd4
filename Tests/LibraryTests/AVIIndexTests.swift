import Delivery
import Foundation
import LibAV
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// AVI files as they are found: the index missing, wrong, or short of the media.
@Suite struct AVIIndexTests {
    enum Damage: CaseIterable {
        /// No index; one that names the first half; one whose offsets are wrong; one for the second stream alone.
        case missing, half, shifted, oneStream

        var changes: ((inout Data) -> Void)? {
            switch self {
            case .missing: nil
            case .half: { $0 = $0.prefix($0.count / 32 * 16) }
            case .shifted:
                { for entry in stride(from: 0, to: $0.count, by: 16) { $0[$0.startIndex + entry + 8] ^= 0x40 } }
            case .oneStream:
                {
                    let entries = stride(from: 0, to: $0.count, by: 16).map { [index = $0] entry in
                        index.dropFirst(entry).prefix(16)
                    }
                    $0 = Data(entries.filter { $0[$0.startIndex + 1] == UInt8(ascii: "1") }.joined())
                }
            }
        }
    }

    private static func write(_ damage: Damage, skew: Double) throws -> String {
        let url = Fixture.directory.appendingPathComponent("index-\(damage)-\(skew).avi")
        try SkewedAVI(ContainerFixture.aviMPEG4.path, skew: skew).write(
            to: url, index: damage != .missing, change: damage.changes)
        return url.path
    }

    @Test(arguments: Damage.allCases, [0.0, 3.0])
    func `nothing is lost`(damage: Damage, skew: Double) throws {
        let sound = try openTitle(ContainerFixture.aviMPEG4.path)
        #expect(!sound.description.settings.ignoresIndex)
        let whole = sound.cursor().readAll()
        let title = try openTitle(Self.write(damage, skew: skew))
        #expect(title.description.settings.ignoresIndex)
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil)
        for track in title.tracks {
            #expect(reading.units(of: track.id).map(\.unit) == whole.units(of: track.id).map(\.unit))
            #expect(reading.units(of: track.id).map(\.payloads) == whole.units(of: track.id).map(\.payloads))
        }
        #expect(title.duration == sound.duration)
        try SeekTests.expectExactSeeks(title, count: 5)
    }

    @Test func `a file too large to be read through plays from its start and says so`() throws {
        var limits = LibraryLimits()
        limits.maximumScanSize = 100_000
        let title = try openTitle(Self.write(.missing, skew: 0), limits: limits)
        #expect(!title.isSeekable)
        #expect(title.cursor().readBatch(seek: .seconds(3)).start == .zero)
    }

    @Test(arguments: [0.4, 0.8])
    func `of a truncated file what is there arrives`(share: Double) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: ContainerFixture.aviMPEG4.path))
        let url = Fixture.directory.appendingPathComponent("truncated-\(share).avi")
        try data.prefix(Int(Double(data.count) * share)).write(to: url)
        let whole = try openTitle(ContainerFixture.aviMPEG4.path).cursor().readAll()
        let title = try openTitle(url.path)
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil)
        for track in title.tracks {
            let units = reading.units(of: track.id)
            // What was cut in two is not sent, or is the last.
            #expect(units.count > 50)
            #expect(whole.units(of: track.id).map(\.payloads).starts(with: units.dropLast(2).map(\.payloads)))
        }
    }

    /// 3 GB in three RIFFs; what has no index at all is read from its start.
    @Test(arguments: [true, false])
    func `a file over 2 GB`(index: Bool) throws {
        let sound = try openTitle(ContainerFixture.aviMPEG4.path)
        let url = Fixture.directory.appendingPathComponent("opendml-\(index).avi")
        try OpenDMLAVI(ContainerFixture.aviMPEG4.path, size: 3_000_000_000, parts: 3).write(to: url, index: index)
        defer { try? FileManager.default.removeItem(at: url) }
        let title = try openTitle(url.path)
        #expect(title.file.size > 3_000_000_000)
        #expect(title.description.settings.ignoresIndex == !index)
        let (reading, whole) = (title.cursor().readAll(), sound.cursor().readAll())
        for track in sound.tracks { #expect(reading.units(of: track.id) == whole.units(of: track.id)) }
        #expect(title.isSeekable == index)
        guard index else { return }
        #expect(title.duration == sound.duration)
        try SeekTests.expectExactSeeks(title, count: 7)
    }

    /// AC-3 has none, MP3 has.
    @Test(arguments: [ContainerFixture.aviMPEG4, .aviH264])
    func `chunks of an odd size are padded`(fixture: ContainerFixture) throws {
        var source = try SkewedAVI(fixture.path, skew: 0)
        let odd = source.chunks.filter { SkewedAVI.word($0.bytes, at: 4) % 2 == 1 }
        #expect(Set(odd.map(\.isAudio)) == (fixture == .aviH264 ? [true, false] : [false]))
        // What the padding is does not matter.
        source.pad(with: UInt8(ascii: "0"))
        for index in [true, false] {
            let url = Fixture.directory.appendingPathComponent("odd-\(fixture)-\(index).avi")
            try source.write(to: url, index: index)
            let (title, sound) = (try openTitle(url.path), try openTitle(fixture.path))
            #expect(title.description.settings.ignoresIndex == !index)
            let (reading, whole) = (title.cursor().readAll(), sound.cursor().readAll())
            for track in sound.tracks { #expect(reading.units(of: track.id) == whole.units(of: track.id)) }
            try SeekTests.expectExactSeeks(title, count: 3)
        }
    }
}
