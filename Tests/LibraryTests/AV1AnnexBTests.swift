import Foundation
import LibAV
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// AV1's length-delimited format, which FFmpeg reads and does not write: made here of the other one.
@Suite struct AV1AnnexBTests {
    /// temporal_unit(size) of one frame_unit(size) of obu_length and OBU each: AV1 annex B.2.
    private static func temporalUnit(_ bytes: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = []
        var offset = 0
        while let unit = AV1OBU(bytes.span.bytes, at: offset) {
            let content = [unit.header] + (unit.layers.map { [$0] } ?? []) + bytes[unit.payload]
            frame += size(content.count) + content
            offset = unit.payload.upperBound
        }
        let framed = size(frame.count) + frame
        return size(framed.count) + framed
    }

    /// leb128().
    private static func size(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + size(value >> 7)
    }

    @Test func `the same units and times as in the low-overhead format`() throws {
        let plain = try openTitle(ContainerFixture.obu.path)
        #expect(plain.description.container == "AV1 elementary stream")
        let stored = try storedUnits(of: plain)
        #expect(stored.count == 250 && stored.allSatisfy { $0.bytes.starts(with: [0x12, 0]) })
        let url = Fixture.directory.appendingPathComponent("annexb.obu")
        try Data(stored.flatMap { Self.temporalUnit($0.bytes) }).write(to: url)
        let title = try openTitle(url.path)
        #expect(title.description.container == "AV1 elementary stream (annex B)")
        #expect(title.formats == plain.formats && title.duration == plain.duration)
        let (units, expected) = (title.cursor().readAll().units, plain.cursor().readAll().units)
        #expect(units == expected && units.count == 250)
        try SeekTests.expectExactSeeks(title, count: 3)
    }
}
