import Delivery
import Foundation
import MediaCore
import MediaFixtures
import RTPPayload
import Testing

@testable import Library

/// A transport stream that is sent as it is: every packet, at its time.
@Suite struct TransportStreamTests {
    private static func open(_ path: String) throws -> FileTitle {
        try FileTitle.open(path: path, as: .transportStream, pool: inlinePool)
    }

    private static func packets(_ reading: Reading) -> [[UInt8]] {
        let bytes = reading.units.flatMap { $0.payloads.flatMap { $0 } }
        return stride(from: 0, to: bytes.count, by: 188).map { Array(bytes[$0..<min($0 + 188, bytes.count)]) }
    }

    /// The packets are those from `first` on, each unit at the time of its first packet: `first` milliseconds and so on.
    private static func expect(
        _ reading: Reading, _ writer: TransportStreamWriter, from first: Int = 0, until last: Int? = nil,
        tolerance: Int64 = 1
    ) {
        let sent = packets(reading)
        let expected = Array(writer.packets[first..<(last ?? writer.packets.count)])
        #expect(sent.count == expected.count && sent == expected)
        #expect(reading.failure == nil)
        var number = first
        var wrong = 0
        for unit in reading.units {
            let due = MediaTime.milliseconds(Int64(number))
            if abs((unit.unit.decodeTime - due).nanoseconds) > tolerance { wrong += 1 }
            #expect(unit.payloads.dropLast().allSatisfy { $0.count == 7 * 188 })
            number += unit.payloads.reduce(0) { $0 + $1.count / 188 }
        }
        #expect(wrong == 0, "units at other times")
        let times = reading.units.map(\.unit.decodeTime)
        #expect(zip(times, times.dropFirst()).allSatisfy(<))
    }

    @Test(arguments: [(0, 0), (4, 0), (0, 16)]) func `every packet at its time, whatever stands between them`(
        stamp: Int, correction: Int
    ) throws {
        var writer = TransportStreamWriter()
        writer.append(3_000)
        let title = try Self.open(writer.write("framed", stamp: stamp, correction: correction))
        #expect(title.tracks.count == 1 && title.formats == [.transportStream] && title.isSeekable)
        #expect(title.duration.map { abs(($0 - .seconds(3)).nanoseconds) < 20_000_000 } == true)
        for bytes in [2_000, 262_144] {
            let reading = title.cursor().readAll(bytes: bytes, prefix: 0)
            #expect(reading.start == .zero && reading.batches.last?.endedTracks == [0])
            Self.expect(reading, writer)
        }
        Self.expect(title.cursor(prefix: 4).readAll(duration: .milliseconds(50), prefix: 4), writer)
    }

    @Test func `the clock may wrap`() throws {
        var writer = TransportStreamWriter(clock: Int64(300) << 33 - 27_000_000)
        writer.append(3_000)
        let title = try Self.open(writer.write("wrap"))
        #expect(title.duration.map { abs(($0 - .seconds(3)).nanoseconds) < 20_000_000 } == true)
        Self.expect(title.cursor().readAll(), writer)
        Self.expect(title.cursor().readAll(seek: .milliseconds(2_399)), writer, from: 2_200)
    }

    @Test(arguments: [true, false], [0, 3_600 * 27_000_000, 9 * 27_000_000] as [Int64]) func `the clock may jump`(
        isFlagged: Bool, clock: Int64
    ) throws {
        var writer = TransportStreamWriter()
        writer.append(1_500)
        writer.append(1_500, jump: clock, flagged: isFlagged)
        writer.append(1_000, jump: 27_000_000, flagged: isFlagged)
        let title = try Self.open(writer.write("jump"))
        #expect(title.duration.map { abs(($0 - .seconds(4)).nanoseconds) < 40_000_000 } == true)
        Self.expect(title.cursor().readAll(), writer)
        for place in [1_300, 1_799, 2_650, 3_999] {
            let reading = title.cursor().readAll(seek: .milliseconds(Int64(place)))
            let key = (place - 2) / 200 * 200
            #expect(reading.start.map { abs(($0 - .milliseconds(Int64(key))).nanoseconds) <= 1 } == true)
            Self.expect(reading, writer, from: key)
        }
    }

    /// 45 MB, in which not every clock reference is looked at: 240 s, jumps that nothing flags, forward by less than the parts between places
    /// last, by more, and back.
    @Test func `a large file's clock may jump`() throws {
        var writer = TransportStreamWriter()
        writer.append(60_000)
        for jump in [75, 400, 3, 160] as [Int64] { writer.append(45_000, jump: jump * 27_000_000, flagged: false) }
        let title = try Self.open(writer.write("large"))
        let duration = try #require(title.duration)
        #expect(abs((duration - .seconds(240)).nanoseconds) < 40_000_000, "\(duration)")
        for place in [59, 61, 106, 151, 239] as [Int64] {
            let reading = title.cursor().readBatch(seek: .seconds(place))
            let start = try #require(reading.start)
            #expect(start <= .seconds(place) && .seconds(place) - start < .milliseconds(250), "\(place): \(start)")
        }
    }

    /// No jumps: twenty times fewer bits for a while.
    @Test func `a large file's rate may change`() throws {
        var writer = TransportStreamWriter()
        writer.append(100_000)
        writer.slowness = 20
        writer.append(5_000)
        writer.slowness = 1
        writer.append(100_000)
        let title = try Self.open(writer.write("slow"))
        let duration = try #require(title.duration)
        #expect(abs((duration - .seconds(300)).nanoseconds) < 40_000_000, "\(duration)")
    }

    /// To the tables before the last key frame at or before the place.
    @Test(arguments: [
        (0, 0), (1, 0), (199, 0), (201, 0), (203, 200), (399, 200), (403, 400), (1_000, 800), (2_990, 2_800),
    ]) func `seeks land on tables and key frames`(milliseconds: Int, first: Int) throws {
        var writer = TransportStreamWriter()
        writer.append(3_000)
        let title = try Self.open(writer.write("seek", stamp: 4))
        let cursor = title.cursor()
        _ = cursor.readBatch()
        let reading = cursor.readAll(seek: .milliseconds(Int64(milliseconds)))
        #expect(reading.start.map { abs(($0 - .milliseconds(Int64(first))).nanoseconds) <= 1 } == true)
        Self.expect(reading, writer, from: first)
    }

    @Test func `outside the title and up to an end`() throws {
        var writer = TransportStreamWriter()
        writer.append(3_000)
        let title = try Self.open(writer.write("end"))
        #expect(title.cursor().readBatch(seek: .seconds(4)).failure == .rangeNotSatisfiable)
        let reading = title.cursor().readAll(end: .milliseconds(700))
        Self.expect(reading, writer, until: 700)
    }

    @Test func `what is no packet is passed over`() throws {
        var writer = TransportStreamWriter()
        writer.append(3_000)
        let noise = (0..<500).map { UInt8(truncatingIfNeeded: $0) | 0x80 }
        for place in [0, 1_700] {
            let title = try Self.open(writer.write("noise", garbage: noise, at: place))
            let reading = title.cursor().readAll()
            #expect(Self.packets(reading) == writer.packets && reading.failure == nil)
        }
    }

    @Test func `other files are refused`() throws {
        for path in [try Fixture.plain.path, try ContainerFixture.mp3.path] {
            #expect(throws: MediaError.unsupported("no MPEG transport stream")) { try Self.open(path) }
        }
        var writer = TransportStreamWriter()
        writer.append(4)
        let path = try writer.write("clockless")
        #expect(throws: MediaError.unsupported("an MPEG transport stream without a clock")) { try Self.open(path) }
    }

    /// What FFmpeg has muxed.
    @Test(arguments: [ContainerFixture.transportStream, .transportStreamMPEG2]) func `a real stream`(
        fixture: ContainerFixture
    ) throws {
        let path = try fixture.path
        let file = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
        let title = try Self.open(path)
        #expect(title.duration.map { (9.0...10.5).contains(Double($0.nanoseconds) / 1e9) } == true)
        let whole = Array(Self.packets(title.cursor().readAll()).joined())
        #expect(whole == file)
        let reading = title.cursor().readAll(seek: .seconds(5))
        let rest = Array(Self.packets(reading).joined())
        #expect(file.suffix(rest.count) == rest[...] && rest.count < file.count)
        // PID 0.
        #expect(rest[1] & 0x1F == 0 && rest[2] == 0)
        let start = try #require(reading.start)
        #expect((2...5).contains(Double(start.nanoseconds) / 1e9))
    }

    @Test func `closing and splitting`() throws {
        var writer = TransportStreamWriter()
        writer.append(3_000)
        let title = try Self.open(writer.write("split"))
        let cursor = title.cursor()
        let first = cursor.readBatch(bytes: 50_000)
        let parts = cursor.split()
        let rest = try #require(parts[0]).readAll()
        let sent = first.trains.reduce(0) { $0 + Int($1.bytes) - 12 * Int($1.packets) } / 188
        #expect(parts.count == 1)
        Self.expect(rest, writer, from: sent)
        #expect(cursor.readBatch(seek: .zero).start == .zero)
        cursor.close()
        #expect(cursor.readBatch().failure == .cancelled)
    }

    /// Of a programme map that says it is shorter than its own fixed fields nothing is read.
    @Test(arguments: 0...13 as ClosedRange<UInt8>) func `a programme map may be cut off`(length: UInt8) throws {
        func packet(_ bytes: [UInt8]) -> [UInt8] { bytes + [UInt8](repeating: 0xFF, count: 188 - bytes.count) }
        let associations: [UInt8] = [
            0x47, 0x40, 0x00, 0x10, 0x00, 0x00, 0xB0, 0x0D, 0x00, 0x01, 0xC1, 0x00, 0x00, 0x00, 0x01, 0xE1, 0x00,
        ]
        let map: [UInt8] = [0x47, 0x41, 0x00, 0x10, 0x00, 0x02, 0xB0, length]
        let url = Fixture.directory.appendingPathComponent("map-\(length).ts")
        try Data(packet(associations) + packet(map)).write(to: url)
        // There is no clock in it.
        #expect(throws: MediaError.self) { try Self.open(url.path) }
    }
}
