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
        let url = Fixture.directory.appendingPathComponent("index-\(damage)-\(skew)-\(UUID().uuidString).avi")
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

    /// As of an hour and more.
    private static let large: LibraryLimits = {
        var limits = LibraryLimits()
        limits.maximumScanSize = 100_000
        return limits
    }()

    @Test(arguments: Damage.allCases, [0.0, 3.0])
    func `a file too large to be read through is given an index`(damage: Damage, skew: Double) throws {
        let whole = try openTitle(ContainerFixture.aviMPEG4.path).cursor().readAll()
        let title = try openTitle(Self.write(damage, skew: skew), limits: Self.large)
        #expect(title.description.settings.overlay != nil && title.description.seeking == .index)
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil)
        for track in title.tracks { #expect(reading.units(of: track.id) == whole.units(of: track.id)) }
        try SeekTests.expectExactSeeks(title, count: 5)
    }

    @Test(arguments: [ContainerFixture.aviH264, .aviJPEG])
    func `the index that is made knows the key frames`(fixture: ContainerFixture) throws {
        let url = Fixture.directory.appendingPathComponent("made-\(fixture).avi")
        try SkewedAVI(fixture.path, skew: 0).write(to: url, index: false)
        let title = try openTitle(url.path, limits: Self.large)
        #expect(title.description.settings.overlay != nil)
        let keys = try keyUnits(title, settings: title.description.settings)
        #expect(try keys == keyUnits(openTitle(fixture.path), settings: DemuxerSettings()))
        #expect(fixture == .aviJPEG || keys.count(where: \.self) == 5)
        try SeekTests.expectExactSeeks(title, count: 5)
    }

    /// Of the first stream's units, as the demuxer calls them.
    private func keyUnits(_ title: FileTitle, settings: DemuxerSettings) throws -> [Bool] {
        let context = try InputContext(title.file, container: .avi, settings: settings, interrupt: Interrupt())
        context.select([0])
        var packet = Packet()
        var keys: [Bool] = []
        while (try? context.read(into: &packet)) != nil { keys.append(packet.isKey) }
        return keys
    }

    @Test(arguments: [0.4, 0.8])
    func `a large truncated file is given an index of what is there`(share: Double) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: ContainerFixture.aviMPEG4.path))
        let url = Fixture.directory.appendingPathComponent("truncated-large-\(share).avi")
        // An odd size too.
        try data.prefix(Int(Double(data.count) * share) | 1).write(to: url)
        let whole = try openTitle(ContainerFixture.aviMPEG4.path).cursor().readAll()
        let title = try openTitle(url.path, limits: Self.large)
        #expect(title.description.settings.overlay != nil)
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil)
        for track in title.tracks {
            let units = reading.units(of: track.id)
            #expect(units.count > 50)
            #expect(whole.units(of: track.id).map(\.payloads).starts(with: units.map(\.payloads)))
        }
        try SeekTests.expectExactSeeks(title, count: 5)
    }

    @Test(arguments: [true, false])
    func `where none can be made it plays from its start and says so`(isDamaged: Bool) throws {
        var limits = Self.large
        var path = try Self.write(.missing, skew: 0)
        if isDamaged {
            var data = try Data(contentsOf: URL(fileURLWithPath: path))
            // No name of a chunk in the middle of the file.
            let place = try #require(data.range(of: Data("01wb".utf8), in: data.count / 2..<data.count))
            data.replaceSubrange(place, with: Data(count: 4))
            let url = Fixture.directory.appendingPathComponent("no-chunk.avi")
            try data.write(to: url)
            path = url.path
        } else {
            limits.maximumChunks = 100
        }
        let title = try openTitle(path, limits: limits)
        #expect(!title.isSeekable)
        #expect(title.cursor().readBatch(seek: .seconds(3)).start == .zero)
    }

    /// 3 GB in three RIFFs.
    @Test(arguments: [true, false])
    func `a file over 2 GB`(index: Bool) throws {
        let sound = try openTitle(ContainerFixture.aviMPEG4.path)
        let url = Fixture.directory.appendingPathComponent("opendml-\(index).avi")
        try OpenDMLAVI(ContainerFixture.aviMPEG4.path, size: 3_000_000_000, parts: 3).write(to: url, index: index)
        defer { try? FileManager.default.removeItem(at: url) }
        let title = try openTitle(url.path)
        #expect(title.file.size > 3_000_000_000)
        #expect(!title.description.settings.ignoresIndex)
        #expect((title.description.settings.overlay == nil) == index)
        let (reading, whole) = (title.cursor().readAll(), sound.cursor().readAll())
        for track in sound.tracks { #expect(reading.units(of: track.id) == whole.units(of: track.id)) }
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

    /// PCM of 8 kHz.
    private static let format = Data([1, 0, 1, 0, 0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0])

    /// What an AVI may hold besides pictures and audio.
    enum Guest: String, CaseIterable {
        /// A stream without a chunk; subtitles; text; changes of the palette, also behind the last entry.
        case empty, subtitles, text, palette, paletteLast

        func add(to file: inout SkewedAVI) {
            switch self {
            case .empty: file.declare("auds", format: AVIIndexTests.format)
            case .subtitles, .text:
                file.declare("txts", format: Data())
                for position in [400, 200, 100] {
                    file.insert(self == .text ? "02tx" : "02sb", Data("subtitle".utf8), at: position)
                }
            case .palette:
                for position in [300, 3] { file.insert("00pc", Data([0, 1, 0, 0, 1, 2, 3, 0]), at: position) }
            case .paletteLast: file.insert("00pc", Data([0, 1, 0, 0, 1, 2, 3, 0]), at: file.chunks.count)
            }
        }
    }

    @Test(arguments: Guest.allCases)
    func `an index is true whatever else is in the file`(guest: Guest) throws {
        let sound = try openTitle(ContainerFixture.aviMPEG4.path)
        var file = try SkewedAVI(ContainerFixture.aviMPEG4.path, skew: 0)
        guest.add(to: &file)
        let url = Fixture.directory.appendingPathComponent("guest-\(guest).avi")
        try file.write(to: url, index: true) { entries in
            if guest == .paletteLast { entries = entries.dropLast(16) }
        }
        let title = try openTitle(url.path)
        #expect(!title.description.settings.ignoresIndex)
        #expect(title.description.omitted.count == ([.empty, .subtitles, .text].contains(guest) ? 1 : 0))
        let (reading, whole) = (title.cursor().readAll(), sound.cursor().readAll())
        for track in sound.tracks { #expect(reading.units(of: track.id) == whole.units(of: track.id)) }
        try SeekTests.expectExactSeeks(title, count: 5)
    }

    @Test func `a stream of which the index names no chunk, and there are some`() throws {
        var file = try SkewedAVI(ContainerFixture.aviMPEG4.path, skew: 0)
        file.declare("auds", format: Self.format)
        for position in stride(from: 400, to: 10, by: -10) { file.insert("02wb", Data(count: 320), at: position) }
        let url = Fixture.directory.appendingPathComponent("unnamed.avi")
        try file.write(to: url, index: true) { entries in
            let all = stride(from: 0, to: entries.count, by: 16).map { [index = entries] entry in
                index.dropFirst(entry).prefix(16)
            }
            entries = Data(all.filter { $0[$0.startIndex + 1] != UInt8(ascii: "2") }.joined())
        }
        let title = try openTitle(url.path)
        #expect(title.description.settings.ignoresIndex)
        #expect(title.tracks.count == 3)
        #expect(title.cursor().readAll().units(of: 2).reduce(0) { $0 + $1.payloads.joined().count } >= 39 * 320)
    }

    @Test func `the look at a file's chunks ends when it is interrupted`() throws {
        let file = try openTitle(ContainerFixture.aviMPEG4.path).file
        let interrupt = Interrupt()
        let index = AVIIndex(file, interrupt)
        #expect(index.chunk(at: 0)?.isList == true)
        interrupt.fire()
        #expect(index.chunk(at: 0) == nil)
    }
}
