import MediaCore
import NIOCore
import RTPPayload
import Synchronization
import TestSupport
import Testing

@testable import Delivery

/// A playlist that a test reads by hand.
struct PlaylistReading {
    let contents: FakePlaylist
    let title: any MediaTitle

    init(
        _ contents: FakePlaylist, isShuffled: Bool = false, isEndless: Bool = true, seed: UInt64 = 1
    ) throws {
        self.contents = contents
        title = try Self.open(contents, isShuffled: isShuffled, isEndless: isEndless, seed: seed).get()
    }

    static func open(
        _ contents: FakePlaylist, isShuffled: Bool = false, isEndless: Bool = true, seed: UInt64 = 1
    ) throws -> Result<any MediaTitle, MediaError> {
        let result = Mutex<Result<any MediaTitle, MediaError>?>(nil)
        PlaylistTitle.open("list", contents, isShuffled: isShuffled, isEndless: isEndless, seed: seed) { opened in
            result.withLock { $0 = opened }
        }
        return try #require(result.withLock { $0 })
    }

    func cursor(_ tracks: [Int] = [0, 1]) -> any MediaCursor {
        title.makeCursor(
            CursorOptions(
                tracks: tracks.map {
                    CursorTrack(
                        track: $0, layout: PacketLayout(prefix: 0, maximumPacketSize: 1372),
                        payloadType: UInt8(96 + $0))
                }))
    }

    /// Nil if there is no answer yet.
    static func read(_ cursor: any MediaCursor, seek: MediaTime? = nil, end: MediaTime? = nil) -> Batch? {
        let result = Mutex<Batch?>(nil)
        cursor.read(
            ReadRequest(
                buffer: ByteBuffer(), seek: seek, end: end, maximumBytes: 256_000, maximumDuration: .seconds(1))
        ) { batch in result.withLock { $0 = batch } }
        return result.withLock { $0 }
    }

    /// All batches up to the end, or up to a time or a number of reads.
    static func batches(
        _ cursor: any MediaCursor, seek: MediaTime? = nil, until: MediaTime = .seconds(1_000_000), reads: Int = 100_000
    ) -> [Batch] {
        var result: [Batch] = []
        while result.count < reads, let batch = read(cursor, seek: result.isEmpty ? seek : nil) {
            result.append(batch)
            if batch.isEnd || batch.trains.contains(where: { $0.unit.decodeTime >= until }) { break }
        }
        return result
    }

    static func units(_ batches: [Batch], track: Int) -> [AccessUnit] {
        batches.flatMap(\.trains).map(\.unit).filter { $0.track == track }
    }
}

/// A track's units follow one another: times strictly increase, and there is neither gap nor overlap over `tolerance`.
func expectSeamless(
    _ units: [AccessUnit], tolerance: MediaTime, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(units.count > 1, sourceLocation: sourceLocation)
    for (before, after) in zip(units, units.dropFirst()) {
        let gap = after.decodeTime - (before.decodeTime + before.duration)
        guard after.decodeTime > before.decodeTime, gap <= tolerance, .zero - gap <= tolerance else {
            Issue.record("\(after.decodeTime) after \(before.decodeTime)", sourceLocation: sourceLocation)
            return
        }
    }
}
