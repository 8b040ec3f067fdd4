import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// Tracks whose parameter sets change on the way.
@Suite struct SampleDescriptionTests {
    private static func part(_ title: FileTitle, track: Int) throws -> MovieWriter.Part {
        let codec = title.tracks[track].codec
        let stream = title.description.sources[track].stream
        let units = try storedUnits(of: title).filter { $0.stream == stream }
        return MovieWriter.Part(
            configuration: codec.configuration, width: codec.width, height: codec.height, units: units.map(\.bytes),
            keys: Set(units.indices.filter { units[$0].isKey }))
    }

    /// The first SPS of an `avcC` record (ISO/IEC 14496-15 5.3.3.1.2).
    private static func sps(_ configuration: [UInt8]) -> [UInt8] {
        Array(configuration[8...].prefix(Int(configuration[6]) << 8 | Int(configuration[7])))
    }

    @Test func `each description's parameter sets come before its units, also after seeks`() throws {
        let source = try openTitle(Fixture.twoVideos.path)
        let parts = [try Self.part(source, track: 0), try Self.part(source, track: 1)]
        let url = Fixture.directory.appendingPathComponent("two-descriptions.mp4")
        try MovieWriter(parts: parts).write(to: url)
        let title = try openTitle(url.path)
        let cursor = title.cursor()
        let whole = cursor.readAll()
        #expect(whole.failure == nil)
        #expect(whole.units.count == 300)
        let sets = parts.map { Self.sps($0.configuration) }
        #expect(sets[0] != sets[1])
        func first(_ unit: ReceivedUnit) -> [UInt8]? {
            Depacketizing.nalUnits(unit.payloads).first { $0[0] & 0x1F == 7 }
        }
        #expect(first(whole.units[0]) == sets[0])
        #expect(first(whole.units[150]) == sets[1])
        // Key frames at 2 s (part one) and at 6 s + 35/25 s (part two).
        for (position, part) in [(8, 1), (2, 0), (8, 1), (0, 0)] {
            let reading = cursor.readAll(seek: .seconds(Int64(position)))
            #expect(first(try #require(reading.units.first)) == sets[part], "seek to \(position) s")
        }
    }
}
