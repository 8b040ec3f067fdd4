import Delivery
import MediaCore
import MediaFixtures
import NIOCore
import RTPPayload
import Testing

@testable import Library

/// AAC units that share packets: nothing but the packets may differ.
@Suite struct UnitAggregationTests {
    /// Units of a train, with the times that a receiver gives them, and their bytes.
    private struct Shared: Hashable {
        let presentation: MediaTime
        let bytes: [UInt8]
    }

    private func cursor(_ title: FileTitle, milliseconds: Int64, size: Int = 1_372) -> any MediaCursor {
        title.makeCursor(
            CursorOptions(
                tracks: title.tracks.indices.map {
                    CursorTrack(
                        track: $0, layout: PacketLayout(prefix: 0, maximumPacketSize: size),
                        payloadType: UInt8(96 + $0), aggregation: .milliseconds(milliseconds))
                }))
    }

    /// RFC 3640 3.2.1; the units of one packet last equally long.
    private func units(of train: ReceivedUnit, rate: Int32) -> [Shared] {
        guard train.payloads.count == 1, let payload = train.payloads.first else {
            return [
                Shared(presentation: train.unit.presentationTime, bytes: train.payloads.flatMap { $0.dropFirst(4) })
            ]
        }
        let headers = (Int(payload[0]) * 256 + Int(payload[1])) / 16
        var place = 2 + headers * 2
        return (0..<headers).map { index in
            let size = (Int(payload[2 + 2 * index]) * 256 + Int(payload[3 + 2 * index])) >> 3
            defer { place += size }
            return Shared(
                presentation: train.unit.presentationTime
                    + MediaTime(ticks: Int64(index) * 1024, timeBase: TimeBase(1, rate)),
                bytes: Array(payload[place..<place + size]))
        }
    }

    private func audio(_ title: FileTitle) throws -> (track: Int, rate: Int32) {
        let track = try #require(title.tracks.firstIndex { $0.codec.codec == .aac })
        return (track, Int32(title.formats[track].clockRate.hertz))
    }

    private func expectSame(_ ours: [Shared], _ expected: [Shared]) {
        #expect(ours.map(\.bytes) == expected.map(\.bytes))
        for (mine, other) in zip(ours, expected) {
            let difference = mine.presentation - other.presentation
            #expect(difference <= .milliseconds(1) && difference >= .milliseconds(-1))
        }
    }

    @Test(
        arguments: [Fixture.plain, .audioOnly],
        [(bytes: 262_144, milliseconds: 1_000), (4_000, 1_000), (262_144, 150), (1_500, 40)])
    func `every unit comes, with its time, whatever a batch may hold`(
        fixture: Fixture, batch: (bytes: Int, milliseconds: Int64)
    ) throws {
        let title = try openTitle(fixture.path)
        let (track, rate) = try audio(title)
        let duration = MediaTime.milliseconds(batch.milliseconds)
        let apart = cursor(title, milliseconds: 0).readAll(bytes: batch.bytes, duration: duration)
        let together = cursor(title, milliseconds: 100).readAll(bytes: batch.bytes, duration: duration)
        let expected = apart.units(of: track).flatMap { units(of: $0, rate: rate) }
        #expect(expected.count == apart.units(of: track).count)
        let trains = together.units(of: track)
        expectSame(trains.flatMap { units(of: $0, rate: rate) }, expected)
        #expect(trains.count < expected.count || batch.milliseconds < 100)
        if batch.milliseconds == 1_000, batch.bytes > 100_000 { #expect(trains.count * 3 < expected.count) }
        for (train, next) in zip(trains, trains.dropFirst()) {
            let end = train.unit.decodeTime + train.unit.duration
            #expect(train.unit.duration <= .milliseconds(100))
            #expect(end <= next.unit.decodeTime + .milliseconds(1) && end >= next.unit.decodeTime - .milliseconds(1))
        }
        for made in together.batches {
            #expect(made.buffer.writerIndex <= max(batch.bytes, 0) || made.trains.count == 1)
            for train in made.trains {
                #expect(train.lastDecodeTime >= train.unit.decodeTime)
                #expect(train.lastDecodeTime < train.unit.decodeTime + train.unit.duration)
            }
        }
        // The other tracks are as they were.
        for other in title.tracks.indices where other != track {
            #expect(together.units(of: other) == apart.units(of: other))
        }
    }

    @Test func `a seek and the end of a range leave no unit out`() throws {
        let title = try openTitle(Fixture.plain.path)
        let (track, rate) = try audio(title)
        for position in [MediaTime.milliseconds(333), .seconds(1), .milliseconds(1_777)] {
            let end = position + .milliseconds(650)
            let apart = cursor(title, milliseconds: 0).readAll(seek: position, end: end)
            let together = cursor(title, milliseconds: 100).readAll(seek: position, end: end)
            #expect(together.start == apart.start)
            expectSame(
                together.units(of: track).flatMap { units(of: $0, rate: rate) },
                apart.units(of: track).flatMap { units(of: $0, rate: rate) })
        }
    }

    @Test func `units that are larger than a packet are sent in fragments of their own`() throws {
        let title = try openTitle(Fixture.audioOnly.path)
        let (track, rate) = try audio(title)
        let apart = cursor(title, milliseconds: 0, size: 150).readAll()
        let together = cursor(title, milliseconds: 100, size: 150).readAll()
        #expect(apart.units.contains { $0.payloads.count > 1 })
        expectSame(
            together.units(of: track).flatMap { units(of: $0, rate: rate) },
            apart.units(of: track).flatMap { units(of: $0, rate: rate) })
    }

    @Test func `where units were sent already they come one by one`() throws {
        let title = try openTitle(Fixture.audioOnly.path)
        let reader = cursor(title, milliseconds: 100)
        let slot = Slot<Batch>()
        var request = ReadRequest(
            buffer: .init(), seek: nil, end: nil, maximumBytes: 262_144, maximumDuration: .seconds(1))
        request.mayAggregate = false
        reader.read(request, completion: slot.fill)
        let apart = try #require(slot.take())
        #expect(apart.trains.allSatisfy { $0.lastDecodeTime == $0.unit.decodeTime })
        let together = reader.readBatch()
        #expect(together.trains.contains { $0.lastDecodeTime > $0.unit.decodeTime })
    }
}
