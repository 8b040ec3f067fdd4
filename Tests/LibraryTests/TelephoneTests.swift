import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// Telephone codecs: raw files, names where the content says nothing, and samples of many frames.
@Suite struct TelephoneTests {
    private static func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let url = Fixture.directory.appendingPathComponent(name)
        try Data(bytes).write(to: url)
        return url.path
    }

    private static func refusal(_ name: String, _ bytes: [UInt8]) throws -> MediaError? {
        let path = try write(name, bytes)
        do { return try openTitle(path).description.refusal } catch { return error as? MediaError }
    }

    /// 5 s of silence descriptors that tell their number.
    private static let frames = (0..<250).map { [0x44, 1, 2, 3, UInt8($0 % 256), UInt8($0 / 256)] as [UInt8] }

    @Test func `raw AMR`() throws {
        let path = try Self.write("silence.amr", Array("#!AMR\n".utf8) + Self.frames.joined())
        let title = try openTitle(path)
        #expect(title.description.container == "AMR" && title.duration == .seconds(5) && title.isSeekable)
        let reading = title.cursor().readAll()
        #expect(reading.units.map(\.unit.presentationTime) == (0..<250).map { .milliseconds(20 * $0) })
        #expect(reading.units.map(\.payloads) == Self.frames.map { [[0xF0] + $0] })
        let sought = title.cursor().readAll(seek: .milliseconds(1_010))
        #expect(sought.start == .seconds(1))
        #expect(sought.units == Array(reading.units[50...]))
    }

    @Test func `AMR with several channels`() throws {
        for magic in ["#!AMR_MC1.0\n", "#!AMR-WB_MC1.0\n"] {
            let refusal = try Self.refusal("channels.amr", Array(magic.utf8) + [0, 0, 0, 2] + Self.frames.joined())
            #expect(refusal == .unsupported("AMR with several channels"))
        }
    }

    /// Noise, of which nothing but the name says what it is.
    @Test(arguments: [
        ("g722", "G.722", 160, 20), ("G722", "G.722", 160, 20), ("g729", "G.729", 10, 10),
        ("g723_1", "G.723.1", 24, 30), ("tco", "G.723.1", 24, 30),
    ])
    func `names tell where the content cannot`(suffix: String, container: String, bytes: Int, milliseconds: Int64)
        throws
    {
        // Of G.723.1, all frames are of the higher rate.
        let noise = (0..<2400).map { $0 % 24 == 0 ? 0xFC : UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        let title = try openTitle(try Self.write("noise.\(suffix)", noise))
        #expect(title.description.container == container)
        let reading = title.cursor().readAll()
        #expect(Array(reading.units.flatMap(\.payloads).joined()) == noise)
        let last = try #require(reading.units.last?.unit)
        let duration = MediaTime.milliseconds(Int64(2400 / bytes) * milliseconds)
        #expect(last.presentationTime + last.duration == duration && title.duration == duration)
        guard case .unsupported? = try Self.refusal("noise.bin", noise) else { throw MediaError.notFound }
    }

    @Test func `half a frame of G.729 is no G.729`() throws {
        guard case .unsupported? = try Self.refusal("half.g729", [UInt8](repeating: 7, count: 2405)) else {
            throw MediaError.notFound
        }
    }

    /// 47 frames of AMR to a sample.
    @Test(arguments: Corpus.files.filter { $0.hasSuffix("amrnb-phone.3gp") })
    func `samples of many frames`(path: String) throws {
        let title = try openTitle(path)
        let audio = try #require(title.tracks.first { $0.codec.kind == .audio }?.id)
        let units = title.cursor([audio]).readAll().units
        #expect(units.count == 760)
        let first = units[0].unit.presentationTime
        #expect(
            units.map(\.unit.presentationTime) == units.indices.map { first + .milliseconds(Int64(20 * $0)) })
        let stored = try storedUnits(of: title).filter { $0.stream == title.description.sources[audio].stream }
        #expect(stored.count < 20)
        #expect(units.flatMap { $0.payloads[0].dropFirst() } == stored.flatMap(\.bytes))
        let sought = title.cursor([audio]).readAll(seek: .milliseconds(7_015))
        #expect(sought.units == Array(units.drop { $0.unit.presentationTime < .seconds(7) }))
    }
}
