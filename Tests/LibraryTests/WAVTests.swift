import Delivery
import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// WAV files whose headers are not true.
@Suite struct WAVTests {
    /// Bytes of the data chunk's contents: 2 s of 16 bits and two channels at 8 kHz, none like the other.
    private static let samples = (0..<32_000).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }

    private static func file(
        _ name: String, dataSize: UInt32? = nil, byteRate: UInt32 = 32_000, contents: [UInt8] = samples
    ) throws -> String {
        func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let format = [1, 0, 2, 0] + word(8000) + word(byteRate) + [4, 0, 16, 0]
        let size = dataSize ?? UInt32(contents.count)
        let header =
            Array("RIFF".utf8) + word(size == .max ? .max : size &+ 36) + Array("WAVEfmt ".utf8) + word(16) + format
        let url = Fixture.directory.appendingPathComponent(name)
        try Data(header + Array("data".utf8) + word(size) + contents).write(to: url)
        return url.path
    }

    /// As they travel.
    private static func swapped(_ samples: some Collection<UInt8>) -> [UInt8] {
        let bytes = Array(samples)
        return stride(from: 0, to: bytes.count / 4 * 4, by: 2).flatMap { [bytes[$0 + 1], bytes[$0]] }
    }

    /// What is written to a pipe states 0 or the greatest size; what is cut off promises more than there is.
    @Test(
        arguments: [(nil, 32_000), (0, 32_000), (.max, 32_000), (100_000_000, 32_000), (nil, 1234), (nil, 0)]
            as [(UInt32?, UInt32)])
    func `all samples come, at their times`(size: UInt32?, rate: UInt32) throws {
        let title = try openTitle(try Self.file("stated-\(size ?? 1)-\(rate).wav", dataSize: size, byteRate: rate))
        #expect(title.duration == .seconds(2) && title.isSeekable)
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil && reading.batches.allSatisfy { $0.skippedUnits == 0 })
        #expect(Array(reading.units.flatMap(\.payloads).joined()) == Self.swapped(Self.samples))
        // Packets are shorter at the ends of what the demuxer reads at once.
        var sent = 0
        for unit in reading.units {
            #expect(unit.unit.presentationTime == .microseconds(Int64(sent) * 125 / 4))
            sent += unit.payloads.reduce(0) { $0 + $1.count }
        }
        let sought = title.cursor().readAll(seek: .microseconds(1_234_500))
        #expect(sought.start == .microseconds(1_234_500))
        #expect(Array(sought.units.flatMap(\.payloads).joined()) == Self.swapped(Self.samples[(9876 * 4)...]))
    }

    @Test func `the last sample is cut`() throws {
        let title = try openTitle(
            try Self.file("cut.wav", dataSize: 64_000, contents: Array(Self.samples[..<20_003])))
        #expect(title.duration == .microseconds(625_000))
        let reading = title.cursor().readAll()
        #expect(Array(reading.units.flatMap(\.payloads).joined()) == Self.swapped(Self.samples[..<20_000]))
    }
}
