import Delivery
import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// Seeks and range ends, against what reading everything says must come.
@Suite struct SeekTests {
    /// What must come after a seek to `npt`, from all units in the order of the file.
    private static func expected(_ all: Reading, _ title: FileTitle, _ npt: MediaTime) -> (
        start: MediaTime, units: [Int: [AccessUnit]]
    ) {
        let leader = title.tracks.first { $0.codec.kind == .video }?.id ?? 0
        let leading = all.units(of: leader).map(\.unit)
        let first = leading.map(\.presentationTime).min()!
        let everything = Dictionary(grouping: all.units.map(\.unit), by: \.track)
        let key = leading.lastIndex { $0.isRandomAccessPoint && $0.presentationTime <= npt }
        guard npt > first, let key else { return (.zero, everything) }
        let start = leading[key].presentationTime
        var units: [Int: [AccessUnit]] = [:]
        for track in title.tracks {
            var wanted = everything[track.id] ?? []
            if track.id == leader { wanted = Array(leading[key...]) }
            wanted = wanted.filter { $0.presentationTime >= start }
            if track.id != leader { wanted = Array(wanted.drop { !$0.isRandomAccessPoint }) }
            if !wanted.isEmpty { units[track.id] = wanted }
        }
        return (start, units)
    }

    static func expectExactSeeks(_ title: FileTitle, count: Int) throws {
        let all = title.cursor().readAll()
        guard let duration = title.duration else { return }
        let leader = title.tracks.first { $0.codec.kind == .video } ?? title.tracks[0]
        guard !leader.codec.isUncompressed else { return try expectSampleSeeks(title, leader.id, count: count) }
        let cursor = title.cursor()
        var positions = (0..<count).map {
            MediaTime(nanoseconds: duration.nanoseconds / Int64(count) * Int64($0 * 7 % count))
        }
        // Exactly at, and just before, key frames.
        let keys = all.units.filter { $0.unit.isRandomAccessPoint && $0.unit.track == 0 }.map(\.unit.presentationTime)
        for key in [keys.first, keys[keys.count / 2], keys.last].compactMap(\.self) {
            positions += [key, key - .microseconds(1), key + .microseconds(1)].filter { $0 <= duration }
        }
        positions.append(duration)
        // A track that ended long before does not lead: see `UnevenTracksTests`.
        let end = all.units(of: leader.id).map { $0.unit.presentationTime + $0.unit.duration }.max() ?? duration
        positions.removeAll { $0 > end + LibraryLimits.maximumSilence }
        for position in positions {
            let expected = Self.expected(all, title, position)
            let reading = cursor.readAll(seek: position)
            #expect(reading.failure == nil)
            if leader.codec.isSpeech {
                // Delivery begins at the very frame, be it amid a unit of the container.
                let latest = max(position, .zero) + MediaTime(nanoseconds: 1)
                #expect(reading.start.map { $0 >= expected.start && $0 <= latest } == true, "seek to \(position)")
                continue
            }
            #expect(reading.start == expected.start, "seek to \(position)")
            for track in title.tracks {
                var times = reading.units(of: track.id).map(\.unit.presentationTime)
                var wanted = (expected.units[track.id] ?? []).map(\.presentationTime)
                if track.codec.isUncompressed, let first = times.first {
                    // It begins at the very sample, with packets of other sizes until the container's next unit.
                    #expect(first >= expected.start && first <= wanted.first ?? first)
                    wanted = Array(wanted.drop { $0 < expected.start + .milliseconds(40) })
                    times = Array(times.drop { $0 < expected.start + .milliseconds(40) })
                }
                #expect(times == wanted, "seek to \(position)")
            }
            #expect(Set(reading.batches.flatMap(\.endedTracks)) == Set(title.tracks.map(\.id)))
        }
        let late = cursor.readBatch(seek: duration + .milliseconds(1))
        #expect(late.failure == .rangeNotSatisfiable && late.isEnd && late.trains.isEmpty)
        // The cursor is still of use.
        #expect(
            cursor.readAll(seek: .zero).units.map(\.unit.presentationTime) == all.units.map(\.unit.presentationTime))
    }

    /// Of uncompressed audio that leads: delivery begins at the very sample, and what follows is what lies there.
    static func expectSampleSeeks(_ title: FileTitle, _ leader: Int, count: Int) throws {
        let whole = title.cursor().readAll().units(of: leader)
        let bytes = whole.flatMap { $0.payloads.flatMap(\.self) }
        let rate = Int64(title.tracks[leader].codec.sampleRate)
        func frames(_ time: MediaTime) -> Int { Int((time.nanoseconds * rate + 500_000_000) / 1_000_000_000) }
        let end = try #require(whole.map { $0.unit.presentationTime + $0.unit.duration }.max())
        let first = whole[0].unit.presentationTime
        let frameSize = bytes.count / frames(end - first)
        #expect(frameSize > 0 && bytes.count == frameSize * frames(end - first))
        let cursor = title.cursor()
        for place in 0..<count {
            let position = MediaTime(nanoseconds: (end - first).nanoseconds / Int64(count) * Int64(place * 7 % count))
            let reading = cursor.readAll(seek: position)
            #expect(reading.failure == nil)
            let start = try #require(reading.start)
            // A sample's time is rounded to a nanosecond.
            let isAtOrBefore = start <= position + MediaTime(nanoseconds: 1)
            #expect(isAtOrBefore && position - start < .milliseconds(50), "seek to \(position): \(start)")
            let units = reading.units(of: leader)
            #expect(units.first?.unit.presentationTime == max(start, first))
            let wanted = bytes[(frames(max(start, first) - first) * frameSize)...]
            #expect(units.flatMap { $0.payloads.flatMap(\.self) } == Array(wanted), "seek to \(position)")
        }
        #expect(cursor.readBatch(seek: title.duration! + .milliseconds(1)).failure == .rangeNotSatisfiable)
    }

    @Test(arguments: Fixture.allCases)
    func `seeks land on the last key frame before`(fixture: Fixture) throws {
        try Self.expectExactSeeks(openTitle(fixture.path), count: 23)
    }

    /// A demuxer that has read little of a fragmented file knows little of its key frames.
    @Test(arguments: [
        Fixture.plain, .fragmented, .fragmentedNoIndex, .fragmentedGlobalIndex, .fragmentedIndexEach,
    ])
    func `a first read that seeks lands as exactly`(fixture: Fixture) throws {
        let title = try openTitle(fixture.path)
        let all = title.cursor().readAll()
        let duration = try #require(all.units.map(\.unit.presentationTime).max())
        for fresh in 0..<40 {
            let cursor = title.cursor()
            let position = MediaTime(nanoseconds: duration.nanoseconds / 40 * Int64(fresh) + 17_000_000)
            #expect(cursor.readBatch(seek: position).start == Self.expected(all, title, position).start)
            // The second one of a cursor that has read one batch.
            let second = MediaTime(nanoseconds: duration.nanoseconds - position.nanoseconds / 2)
            #expect(cursor.readBatch(seek: second).start == Self.expected(all, title, second).start, "to \(second)")
        }
    }

    @Test(arguments: Corpus.files)
    func `seeks in real files land on the last key frame before`(path: String) throws {
        guard let title = try? openTitle(path), !title.tracks.isEmpty else { return }
        try Self.expectExactSeeks(title, count: 11)
    }

    @Test(arguments: [
        Fixture.plain, .openGOP, .fragmented, .fragmentedGlobalIndex, .noEditList, .audioOnly, .videoLate,
    ])
    func `a range ends where it was asked to`(fixture: Fixture) throws {
        let title = try openTitle(fixture.path)
        let all = title.cursor().readAll()
        for end in stride(from: Int64(100), to: 5_000, by: 370).map({ MediaTime.milliseconds($0) }) {
            let reading = title.cursor().readAll(end: end)
            #expect(reading.failure == nil)
            for track in title.tracks {
                let units = all.units(of: track.id).map(\.unit)
                // All up to the last, in decode order, that is presented before the end: those between are its
                // references.
                let last = units.lastIndex { $0.presentationTime < end }
                #expect(
                    reading.units(of: track.id).map(\.unit) == Array(units[..<(last.map { $0 + 1 } ?? 0)]), "end \(end)"
                )
            }
            #expect(reading.batches.last?.isEnd == true)
        }
    }

    @Test func `a seek ends a range and a late range begins anew`() throws {
        let title = try openTitle(Fixture.plain.path)
        let cursor = title.cursor()
        let first = cursor.readAll(seek: .seconds(2), end: .seconds(3))
        let second = cursor.readAll(seek: .seconds(2), end: .seconds(3))
        #expect(first.units == second.units)
        #expect(first.units.map(\.unit.presentationTime).max()! < .milliseconds(3_100))
    }

    @Test func `reading goes on between batches where it stopped`() throws {
        let title = try openTitle(Fixture.plain.path)
        let cursor = title.cursor()
        let seek = MediaTime.seconds(4)
        let expected = cursor.readAll(seek: seek)
        let small = cursor.readAll(seek: seek, bytes: 3_000, duration: .milliseconds(100))
        #expect(small.units == expected.units)
        #expect(small.batches.dropFirst().allSatisfy { $0.start == nil })
    }
}
