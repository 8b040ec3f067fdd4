import MediaCore
import NIOCore
import RTPPayload
import Synchronization
import TestSupport
import Testing

@testable import Delivery

/// What a cursor of a looped title brings, read by hand.
@Suite struct LoopCursorTests {
    private func ms(_ value: Int64) -> MediaTime { .milliseconds(value) }

    private func options(_ tracks: [Int]) -> CursorOptions {
        CursorOptions(
            tracks: tracks.map {
                CursorTrack(
                    track: $0, layout: PacketLayout(prefix: 0, maximumPacketSize: 1372), payloadType: UInt8(96 + $0))
            })
    }

    private func read(_ cursor: any MediaCursor, seek: MediaTime? = nil, end: MediaTime? = nil) -> Batch? {
        let result = Mutex<Batch?>(nil)
        cursor.read(
            ReadRequest(
                buffer: ByteBuffer(), seek: seek, end: end, maximumBytes: 256_000, maximumDuration: .seconds(1))
        ) { batch in result.withLock { $0 = batch } }
        return result.withLock { $0 }
    }

    /// Trains of so many reads.
    private func trains(_ cursor: any MediaCursor, reads: Int) -> [PacketTrain] {
        (0..<reads).flatMap { _ in read(cursor)?.trains ?? [] }
    }

    @Test("laps follow one another in every track, at the end of the unit that ends last")
    func laps() throws {
        // Video has 2 s, audio 93 units: 1.984 s.
        let title = LoopedTitle(FakeTitle.film(seconds: 2))
        #expect(title.duration == nil)
        #expect(title.tracks.allSatisfy { $0.end == nil })
        let trains = trains(title.makeCursor(options([0, 1])), reads: 40)
        let video = trains.filter { $0.unit.track == 0 }.map(\.unit)
        #expect(video.count >= 250)
        for (index, unit) in video.enumerated() {
            #expect(unit.decodeTime == ms(Int64(40 * index)))
            #expect(unit.presentationTime == unit.decodeTime)
            #expect(unit.isRandomAccessPoint == (index % 25 == 0))
        }
        let audio = trains.filter { $0.unit.track == 1 }.map(\.unit)
        #expect(audio.count > 460)
        for (index, unit) in audio.enumerated() {
            let lap = MediaTime.seconds(2 * Int64(index / 93))
            #expect(unit.decodeTime == lap + FakeUnit.audio(index % 93).unit.decodeTime)
        }
    }

    @Test("only the first batch tells where delivery starts; no batch ends a track or the title")
    func noEnd() throws {
        let cursor = LoopedTitle(FakeTitle.film(seconds: 2)).makeCursor(options([0, 1]))
        let batches = (0..<40).compactMap { _ in read(cursor) }
        #expect(batches.map(\.start).first == .zero)
        #expect(batches.dropFirst(3).allSatisfy { $0.start == nil })
        #expect(batches.allSatisfy { !$0.isEnd && $0.endedTracks.isEmpty })
        #expect(batches.contains { $0.restingTracks == [0] || $0.restingTracks == [1] || $0.restingTracks == [0, 1] })
    }

    @Test("a position behind the end lies in a later lap, and the range of a PLAY ends in the lap where it ends")
    func seek() throws {
        let cursor = LoopedTitle(FakeTitle.film(seconds: 2)).makeCursor(options([0, 1]))
        let first = try #require(read(cursor, seek: ms(7500), end: ms(8500)))
        #expect(first.start == ms(7000))
        #expect(first.trains.first { $0.unit.track == 0 }?.unit.presentationTime == ms(7000))
        var batches = [first]
        while let last = batches.last, !last.isEnd, batches.count < 20 {
            batches.append(try #require(read(cursor, end: ms(8500))))
        }
        #expect(batches.last?.isEnd == true)
        let video = batches.flatMap(\.trains).map(\.unit).filter { $0.track == 0 }
        #expect(video.map(\.presentationTime) == (0..<38).map { ms(7000 + 40 * $0) }.filter { $0 < ms(8500) })
    }

    @Test("a later cursor of the same tracks counts in the same laps")
    func nextCursor() throws {
        // 187 units of AAC are 3.989 s, and the pictures 4; of the sound alone a lap is shorter than the title says.
        let title = LoopedTitle(FakeTitle.film(seconds: 4))
        _ = trains(title.makeCursor(options([1])), reads: 8)
        let place = MediaTime(nanoseconds: 1000 * FakeUnit.audio(187).unit.decodeTime.nanoseconds)
        #expect(try #require(read(title.makeCursor(options([1])), seek: place)).start == place)
    }

    @Test("a lap is longer than the title says: a position behind the stated end is looked for at that end")
    func positionBehindTheStatedEnd() throws {
        let inner = FakeTitle.film(seconds: 3, keyPackets: 1, packets: 1, audio: false).makeFakeCursor(options([0]))
        let cursor = LoopCursor(inner, options([0]), expectedLength: .seconds(2), LapLength(tracks: [0]))
        _ = trains(cursor, reads: 8)
        for (asked, sought) in [(4900, 1900), (5000, 2000), (5040, 2000), (5900, 2000), (6000, 0)] as [(Int64, Int64)] {
            #expect(read(cursor, seek: ms(asked))?.failure == nil)
            #expect(inner.log.seeks.last == ms(sought))
        }
    }

    @Test(
        "a range ends where it is told to: where nothing is presented, and behind the end that the title states",
        arguments: [
            // A picture a second, of 40 ms; 25 a second in a title that says less than it has.
            (step: 1000, count: 4, stated: 3040, ends: [500, 2500, 2990, 3020, 5500, 6040, 6050]),
            (step: 40, count: 75, stated: 2000, ends: [1500, 2010, 2500, 2999, 5500]),
        ] as [(step: Int64, count: Int64, stated: Int64, ends: [Int64])])
    func endOfARange(step: Int64, count: Int64, stated: Int64, ends: [Int64]) throws {
        let units = (0..<count).map { FakeUnit.video(Int($0 * step / 40), packets: 1, isKey: true) }
        let lap = (count - 1) * step + 40
        for end in ends {
            let length = LapLength(tracks: [0])
            let cursor = LoopCursor(
                FakeTitle(units: units).makeCursor(options([0])), options([0]), expectedLength: ms(stated), length)
            var batches: [Batch] = []
            while batches.last?.isEnd != true, batches.count < 20 {
                batches.append(try #require(read(cursor, end: ms(end))))
            }
            #expect(batches.last?.isEnd == true, "\(end)")
            let times = batches.flatMap(\.trains).map(\.unit.presentationTime)
            let all = (0..<2 * count).map { $0 / count * lap + $0 % count * step }
            #expect(times == all.filter { $0 < end }.map(ms), "\(end)")
            // What the range has cut off is no lap: later cursors would begin the next one there.
            #expect(length.length == (end > lap ? ms(lap) : nil), "\(end)")
        }
    }

    @Test("a title without units ends; one whose reading fails says so")
    func nothing() throws {
        let empty = LoopCursor(
            FakeTitle(units: []).makeCursor(options([0])), options([0]), expectedLength: nil,
            LapLength(tracks: [0]))
        #expect(try #require(read(empty)).isEnd)
        let broken = FakeTitle.film(
            seconds: 2, behaviour: .init(failure: (unit: 30, error: .unreadable("a hole"))))
        let cursor = LoopedTitle(broken).makeCursor(options([0, 1]))
        let batches = (0..<10).compactMap { _ in read(cursor) }
        let last = try #require(batches.first { $0.isEnd })
        #expect(last.failure == .unreadable("a hole"))
    }

    @Test("decode times increase where the first lies further before its presentation than the last")
    func decodeTimes() throws {
        // Five frames: the first is decoded 200 ms before it is presented, the last 20 ms.
        let units = (0..<5).map { index in
            let presented = Int64(index * 40)
            let lead = Int64(200 - index * 45)
            return FakeUnit(
                AccessUnit(
                    track: 0, decodeTime: ms(presented - lead), presentationTime: ms(presented), duration: ms(40),
                    isRandomAccessPoint: index == 0),
                packetSizes: [100])
        }
        let trains = trains(LoopedTitle(FakeTitle(units: units)).makeCursor(options([0])), reads: 20)
        #expect(trains.count > 15)
        for (before, after) in zip(trains, trains.dropFirst()) {
            #expect(before.unit.decodeTime < after.unit.decodeTime)
            #expect(after.unit.presentationTime - before.unit.presentationTime == ms(40))
        }
    }

    @Test("cursors of single tracks agree on the lap: the shorter waits until the longer has ended")
    func split() throws {
        let cursor = LoopedTitle(FakeTitle.film(seconds: 2)).makeCursor(options([0, 1]))
        _ = read(cursor)
        let parts = cursor.split()
        let (video, audio) = (try #require(parts[0]), try #require(parts[1]))
        var sound: [PacketTrain] = []
        // It comes to its end and then gets no answer.
        var batch = read(audio)
        var reads = 0
        while let answered = batch, reads < 10 {
            sound += answered.trains
            (batch, reads) = (read(audio), reads + 1)
        }
        #expect(reads < 10)
        #expect(try #require(sound.last).unit.decodeTime == FakeUnit.audio(92).unit.decodeTime)
        let pictures = trains(video, reads: 20).map(\.unit.decodeTime)
        #expect(pictures == (0..<pictures.count).map { pictures[0] + ms(Int64(40 * $0)) })
        #expect(try #require(pictures.last) > .seconds(4))
        // The request that waited was answered, to nobody; what follows is the second lap.
        let second = try #require(trains(audio, reads: 1).first)
        #expect(second.unit.decodeTime >= .seconds(2))
    }

    @Test("who waits for a lap to end is answered when the others are closed")
    func closing() throws {
        let cursor = LoopedTitle(FakeTitle.film(seconds: 2)).makeCursor(options([0, 1]))
        _ = read(cursor)
        let parts = cursor.split()
        let (video, audio) = (try #require(parts[0]), try #require(parts[1]))
        for _ in 0..<3 where read(audio)?.isEnd != nil {}
        let answers = Mutex<[Batch]>([])
        audio.read(
            ReadRequest(
                buffer: ByteBuffer(), seek: nil, end: nil, maximumBytes: 256_000, maximumDuration: .seconds(1))
        ) { batch in answers.withLock { $0.append(batch) } }
        #expect(answers.withLock { $0.isEmpty })
        audio.close()
        video.close()
        #expect(answers.withLock { $0.map(\.failure) } == [.cancelled])
    }
}
