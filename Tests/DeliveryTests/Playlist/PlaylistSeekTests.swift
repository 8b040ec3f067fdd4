import MediaCore
import NIOCore
import TestSupport
import Testing

@testable import Delivery

/// Positions on a playlist's timeline.
@Suite struct PlaylistSeekTests {
    private typealias Reading = PlaylistReading
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    private func reading(_ lengths: KeyValuePairs<String, Int>, once: Bool = false) throws -> Reading {
        var titles: [String: FakeTitle] = [:]
        for (name, seconds) in lengths { titles[name] = FakeTitle.film(seconds: seconds, keyPackets: 3, packets: 1) }
        return try Reading(FakePlaylist(lengths.map(\.key), titles), isEndless: !once)
    }

    @Test(
        "a position is in the entry that would be on the air then",
        arguments: [
            (0, 0), (500, 0), (1500, 1000), (2500, 2000), (5900, 5000), (6000, 6000),
            (6_000_000_000, 6_000_000_000), (600_002_500, 600_002_000),
        ])
    func positions(position: Int64, start: Int64) throws {
        let reading = try reading(["a": 2, "b": 1, "c": 3])
        let cursor = reading.cursor()
        let batch = try #require(Reading.read(cursor, seek: ms(position)))
        #expect(batch.start == ms(start))
        #expect(batch.failure == nil)
        // Far ahead is no long walk: each entry is opened once to learn how long it is.
        #expect(reading.contents.asked.count < 8)
        let batches = [batch] + Reading.batches(cursor, until: ms(start + 20_000))
        expectSeamless(Reading.units(batches, track: 0), tolerance: .zero)
        #expect(Reading.units(batches, track: 0).first?.presentationTime == ms(start))
    }

    @Test("ahead while it plays, within the entry and behind it, and back to the beginning")
    func playing() throws {
        let reading = try reading(["a": 4, "b": 4])
        let cursor = reading.cursor()
        _ = Reading.batches(cursor, until: .seconds(1))
        #expect(Reading.read(cursor, seek: ms(2500))?.start == ms(2000))
        #expect(Reading.read(cursor, seek: ms(6500))?.start == ms(6000))
        let batches = Reading.batches(cursor, until: .seconds(12))
        expectSeamless(Reading.units(batches, track: 0), tolerance: .zero)
        #expect(Reading.read(cursor, seek: .zero)?.start == .zero)
        expectSeamless(Reading.units(Reading.batches(cursor, until: .seconds(9)), track: 0), tolerance: .zero)
    }

    @Test("once, a position behind the end is none; after the end it begins again")
    func once() throws {
        let cursor = try reading(["a": 1, "b": 1], once: true).cursor()
        let behind = try #require(Reading.read(cursor, seek: .seconds(3)))
        #expect(behind.isEnd && behind.trains.isEmpty)
        #expect(Reading.batches(cursor).last?.isEnd == true)
        let again = Reading.batches(cursor, seek: .zero)
        #expect(again.first?.start == .zero)
        #expect(Reading.units(again, track: 0).count == 50)
    }

    @Test("an entry that cannot be played takes no time")
    func unplayable() throws {
        let titles = ["a": FakeTitle.film(seconds: 2), "c": FakeTitle.film(seconds: 2)]
        let cursor = try Reading(FakePlaylist(["a", "gone", "c"], titles)).cursor()
        #expect(Reading.read(cursor, seek: ms(3500))?.start == .seconds(3))
        #expect(Reading.read(cursor, seek: ms(400_000_500))?.start == ms(400_000_000))
    }

    @Test("what cannot be sought in begins at its start")
    func unseekable() throws {
        let film = FakeTitle.film(seconds: 4)
        let live = FakeTitle(units: film.units, isSeekable: false)
        let cursor = try Reading(FakePlaylist(["a", "live"], ["a": film, "live": live])).cursor()
        let batch = try #require(Reading.read(cursor, seek: ms(5500)))
        #expect(batch.start == ms(5500))
        #expect(batch.trains.first?.unit.presentationTime == ms(5500))
    }

    @Test("a seek looks at the list again, but the entry on the air goes on")
    func edited() throws {
        let reading = try reading(["a": 2, "b": 2, "c": 1])
        let cursor = reading.cursor()
        _ = Reading.read(cursor)
        reading.contents.edit(["c"])
        #expect(Reading.read(cursor, seek: ms(1500))?.start == ms(1000))
        #expect(Reading.read(cursor, seek: ms(2500))?.start == ms(2000))
        let batches = Reading.batches(cursor, until: .seconds(6))
        expectSeamless(Reading.units(batches, track: 0), tolerance: .zero)
        #expect(!reading.contents.asked.suffix(4).contains("b"))
    }

    @Test("a walk opens so many entries and no more")
    func bounded() throws {
        let names = (0..<1000).map { "e\($0)" }
        let film = FakeTitle.film(seconds: 1, keyPackets: 1, packets: 1)
        let contents = FakePlaylist(names, Dictionary(uniqueKeysWithValues: names.map { ($0, film) }))
        let cursor = try Reading(contents).cursor()
        let batch = try #require(Reading.read(cursor, seek: .seconds(500)))
        #expect(batch.start == .seconds(500))
        #expect(contents.asked.count <= PlaylistWalk.maximumOpens + 3)
        expectSeamless(
            Reading.units([batch] + Reading.batches(cursor, until: .seconds(505)), track: 0), tolerance: .zero)
    }

    @Test("a range ends in the entry where its end lies")
    func range() throws {
        let cursor = try reading(["a": 2, "b": 2]).cursor()
        var batches = [try #require(Reading.read(cursor, seek: ms(1000), end: ms(2500)))]
        while let last = batches.last, !last.isEnd, batches.count < 20 {
            batches.append(try #require(Reading.read(cursor, end: ms(2500))))
        }
        #expect(batches.last?.isEnd == true)
        let video = Reading.units(batches, track: 0).map(\.presentationTime)
        #expect(video == (25..<63).map { ms(40 * $0) }.filter { $0 < ms(2500) })
    }
}
