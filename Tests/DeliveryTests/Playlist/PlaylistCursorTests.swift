import MediaCore
import NIOCore
import TestSupport
import Testing

@testable import Delivery

/// What a playlist's cursor brings, entry after entry.
@Suite struct PlaylistCursorTests {
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }
    private typealias Reading = PlaylistReading

    private func films(_ seconds: [String: Int]) -> [String: FakeTitle] {
        seconds.mapValues { FakeTitle.film(seconds: $0, keyPackets: 3, packets: 1) }
    }

    @Test("entries follow one another without a seam over many rounds, and there is no end")
    func rounds() throws {
        let reading = try Reading(FakePlaylist(["a", "b", "c"], films(["a": 2, "b": 1, "c": 3])))
        #expect(reading.title.duration == nil)
        #expect(reading.title.tracks.allSatisfy { $0.end == nil })
        let batches = Reading.batches(reading.cursor(), until: .seconds(1200))
        #expect(batches.allSatisfy { !$0.isEnd && $0.endedTracks.isEmpty && $0.failure == nil })
        #expect(batches.first?.start == .zero)
        #expect(batches.dropFirst().allSatisfy { $0.start == nil })
        let video = Reading.units(batches, track: 0)
        #expect(video.count > 29_900)
        expectSeamless(video, tolerance: .zero)
        // 93, 46 and 140 units of 21.333 ms: each entry is as long as its pictures.
        expectSeamless(Reading.units(batches, track: 1), tolerance: ms(21))
        #expect(reading.contents.skipped.isEmpty)
    }

    @Test("the next entry is asked for when one begins, and is the only other one")
    func prefetch() throws {
        let contents = FakePlaylist(["a", "b", "c"], films(["a": 2, "b": 2, "c": 2]))
        let cursor = try Reading(contents).cursor()
        _ = Reading.read(cursor)
        #expect(contents.asked == ["a", "b"])
        contents.hold()
        _ = Reading.batches(cursor, until: .seconds(2))
        // It began without waiting for anything.
        #expect(contents.asked == ["a", "b", "c"])
        #expect(Reading.batches(cursor, until: .seconds(3)).contains { !$0.trains.isEmpty })
    }

    @Test("a slow open is waited for, and answers the read that waits")
    func slowOpen() throws {
        let contents = FakePlaylist(["a", "b"], films(["a": 1, "b": 1]))
        let cursor = try Reading(contents).cursor()
        contents.hold()
        let before = Reading.batches(cursor)
        #expect(before.last?.isEnd == false)
        contents.release()
        let after = Reading.batches(cursor, until: .seconds(3))
        // The answer to the read that waited went to nobody.
        expectSeamless(Reading.units(after, track: 0), tolerance: .zero)
        #expect(Reading.units(after, track: 0).first.map { $0.decodeTime > .seconds(1) } == true)
    }

    @Test("an entry that does not fit is converted, track by track, and follows without a seam")
    func converted() throws {
        let mono = CodecDescription(
            codec: .aac, kind: .audio, configuration: [0x11, 0x88], sampleRate: 48_000, channels: 1)
        let film = FakeTitle.film(seconds: 1)
        var titles = films(["a": 1, "z": 1])
        titles["mono"] = FakeTitle(units: film.units, codecs: [1: mono])
        let contents = FakePlaylist(["a", "mono", "z"], titles)
        contents.convert("mono", to: .success(film))
        let batches = Reading.batches(try Reading(contents).cursor(), until: .seconds(10))
        expectSeamless(Reading.units(batches, track: 0), tolerance: .zero)
        #expect(contents.skipped.isEmpty)
        let asked = try #require(contents.conversions["mono"])
        #expect(asked.map(\.track) == [1] && asked.map(\.target.codec.channels) == [2])
        #expect(contents.conversions.keys.sorted() == ["mono"])
        #expect(asked.map(\.reason) == ["mpeg4-generic with 1 channels instead of 2"])
        // A round has all three.
        #expect(Reading.units(batches, track: 0).count > 75)
    }

    @Test("an entry that fits no better once it is converted is left out")
    func convertedBadly() throws {
        let mono = CodecDescription(
            codec: .aac, kind: .audio, configuration: [0x11, 0x88], sampleRate: 48_000, channels: 1)
        var titles = films(["a": 1])
        let bad = FakeTitle(units: FakeTitle.film(seconds: 1).units, codecs: [1: mono])
        titles["mono"] = bad
        let contents = FakePlaylist(["a", "mono"], titles)
        contents.convert("mono", to: .success(bad))
        let batches = Reading.batches(try Reading(contents).cursor(), until: .seconds(5))
        expectSeamless(Reading.units(batches, track: 0), tolerance: .zero)
        #expect(Set(contents.skipped) == ["mono: mpeg4-generic with 1 channels instead of 2"])
    }

    @Test("an entry that is broken, gone or does not fit is left out, with a word why")
    func skipped() throws {
        let mono = FakeTitle(
            units: (0..<40).map { FakeUnit.audio($0) } + [FakeUnit.video(0, packets: 1, isKey: true)],
            codecs: [
                1: CodecDescription(
                    codec: .aac, kind: .audio, configuration: [0x11, 0x88], sampleRate: 48_000, channels: 1)
            ])
        var titles = films(["a": 1, "z": 1])
        titles["mono"] = mono
        let contents = FakePlaylist(
            ["gone", "a", "broken", "mono", "z"], titles, failures: ["broken": .unreadable("a hole")])
        let batches = Reading.batches(try Reading(contents).cursor(), until: .seconds(10))
        expectSeamless(Reading.units(batches, track: 0), tolerance: .zero)
        #expect(contents.skipped.contains("gone: no such file"))
        #expect(contents.skipped.contains("broken: unreadable: a hole"))
        #expect(
            contents.skipped.contains(
                "mono: mpeg4-generic with 1 channels instead of 2, and nothing converts it"))
        #expect(Set(contents.skipped).count == 3)
    }

    @Test("an entry that breaks while it plays is as long as what was read of it")
    func breaking() throws {
        let broken = FakeTitle.film(
            seconds: 2, keyPackets: 3, packets: 1,
            behaviour: .init(failure: (unit: 30, error: .unreadable("a hole"))))
        let contents = FakePlaylist(["a", "broken"], ["a": FakeTitle.film(seconds: 1), "broken": broken])
        let batches = Reading.batches(try Reading(contents).cursor(), until: .seconds(20))
        #expect(batches.allSatisfy { $0.failure == nil && !$0.isEnd })
        expectSeamless(Reading.units(batches, track: 0), tolerance: ms(40))
        #expect(Set(contents.skipped) == ["broken: unreadable: a hole"])
    }

    @Test("a track that an entry lacks rests in it, and one too many is left out")
    func rests() throws {
        let silent = FakeTitle.film(seconds: 2, keyPackets: 3, packets: 1, audio: false)
        let units = FakeTitle.film(seconds: 1, keyPackets: 3, packets: 1).units
        let dubbed = FakeTitle(units: units + (0..<46).map { FakeUnit.audio($0, track: 2) })
        let contents = FakePlaylist(
            ["a", "silent", "dubbed"], ["a": FakeTitle(units: units), "silent": silent, "dubbed": dubbed])
        let batches = Reading.batches(try Reading(contents).cursor(), until: .seconds(3))
        expectSeamless(Reading.units(batches, track: 0), tolerance: .zero)
        #expect(Reading.units(batches, track: 2).isEmpty)
        let audio = Reading.units(batches, track: 1).map(\.decodeTime)
        #expect(audio.filter { $0 >= .seconds(1) && $0 < .seconds(3) }.isEmpty)
        #expect(audio.contains(.seconds(3)))
        let silentBatch = batches.first { $0.trains.first?.unit.decodeTime == .seconds(1) }
        #expect(silentBatch?.restingTracks.contains(1) == true)
    }

    @Test("once: the end is an end")
    func once() throws {
        let contents = FakePlaylist(["a", "b"], films(["a": 2, "b": 1]))
        let batches = Reading.batches(try Reading(contents, isEndless: false).cursor())
        #expect(batches.last?.isEnd == true)
        #expect(batches.last?.failure == nil)
        #expect(Reading.units(batches, track: 0).count == 75)
    }

    @Test("a list in which nothing can be played fails after one round")
    func nothing() throws {
        let contents = FakePlaylist(["a", "b"], [:])
        guard case .failure(let error) = try Reading.open(contents) else { throw CancellationError() }
        #expect(error == .unsupported("nothing in the playlist can be played: b: no such file"))
        #expect(contents.asked == ["a", "b"])
        guard case .failure(let empty) = try Reading.open(FakePlaylist([], [:])) else { throw CancellationError() }
        #expect(empty == .unsupported("the playlist is empty"))
    }

    @Test("when all entries are gone the read fails after one round; ten thousand broken ones are no deep stack")
    func allGone() throws {
        let names = ["a"] + (0..<10_000).map { "x\($0)" }
        let contents = FakePlaylist(names, films(["a": 3]))
        let cursor = try Reading(contents).cursor()
        _ = Reading.read(cursor)
        contents.set("a", .failure(.notFound))
        let last = try #require(Reading.batches(cursor).last)
        #expect(last.failure == .unsupported("nothing in the playlist can be played: a: no such file"))
        #expect(contents.skipped.count == 10_001)
    }

    @Test("entries without a unit are no busy loop either")
    func emptyEntries() throws {
        let contents = FakePlaylist(["a", "b"], ["a": FakeTitle(units: []), "b": FakeTitle(units: [])])
        let batches = Reading.batches(try Reading(contents).cursor([0]))
        #expect(batches.count < 6)
        #expect(batches.last?.failure == .unsupported("nothing in the playlist can be played: b brings nothing"))
    }

    @Test("an edit takes effect at the next entry")
    func edits() throws {
        let contents = FakePlaylist(["a", "b"], films(["a": 3, "b": 2, "c": 3]))
        let cursor = try Reading(contents).cursor()
        var batches = [try #require(Reading.read(cursor))]
        contents.edit(["a", "c"])
        // c begins at 3 s and has 3 s.
        batches += Reading.batches(cursor, until: .milliseconds(4500))
        #expect(contents.asked == ["a", "b", "c", "a"])
        contents.edit(["b"])
        batches += Reading.batches(cursor, until: .milliseconds(9500))
        expectSeamless(Reading.units(batches, track: 0), tolerance: .zero)
        #expect(contents.asked.count > 6 && contents.asked.dropFirst(4).allSatisfy { $0 == "b" })
        #expect(contents.skipped.isEmpty)
    }

    @Test("shuffled: each round has each entry once")
    func shuffled() throws {
        let lengths = ["a": 1, "b": 2, "c": 3]
        let reading = try Reading(FakePlaylist(["a", "b", "c"], films(lengths)), isShuffled: true)
        let batches = Reading.batches(reading.cursor(), until: .seconds(120))
        expectSeamless(Reading.units(batches, track: 0), tolerance: .zero)
        expectSeamless(Reading.units(batches, track: 1), tolerance: ms(21))
    }

    @Test("cursors of single tracks stay together, entry for entry")
    func split() throws {
        let silent = FakeTitle.film(seconds: 2, keyPackets: 3, packets: 1, audio: false)
        var titles = films(["a": 2, "b": 1])
        titles["silent"] = silent
        let cursor = try Reading(FakePlaylist(["a", "b", "silent"], titles)).cursor()
        let first = try #require(Reading.read(cursor))
        let parts = cursor.split()
        let (video, audio) = (try #require(parts[0]), try #require(parts[1]))
        var sound: [Batch] = [first]
        var pictures: [Batch] = [first]
        // Whoever comes to the end of an entry first gets no answer until the other has; that one then goes for both.
        for _ in 0..<12 {
            let ahead = Reading.batches(audio, reads: 50)
            sound += ahead
            let others = Reading.batches(video, reads: 50)
            pictures += others
            if others.count == 50 { break }
        }
        let times = Reading.units(pictures, track: 0).map(\.decodeTime)
        #expect(times.count > 50)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        let audioTimes = Reading.units(sound, track: 1).map(\.decodeTime)
        #expect(zip(audioTimes, audioTimes.dropFirst()).allSatisfy { $0 < $1 })
        cursor.close()
    }
}
