import Delivery
import Foundation
import MediaCore
import MediaFixtures
import NIOCore
import Testing

@testable import Library

/// Reading by the DemandQueue's law, without a clock: what is due first is sent first.
final class SplittingReader {
    private let cursor: any MediaCursor
    private var parts: [Int: any MediaCursor] = [:]
    private var queue: DemandQueue
    /// By track, in the order in which they were sent.
    private(set) var units: [[ReceivedUnit]]
    private var payloads: [AccessUnit: [[UInt8]]] = [:]
    private(set) var failure: MediaError?

    init(_ title: FileTitle) {
        cursor = title.cursor()
        // Limits that 0.3 Mbit/s fills as a film fills the real ones.
        let limits = DemandLimits(
            lowTime: .milliseconds(200), lowBytes: 16_384, lowPackets: 512, batchBytes: 8_192, batchTime: .seconds(1))
        queue = DemandQueue(tracks: title.tracks.map(\.id), limits: limits)
        units = title.tracks.map { _ in [] }
    }

    var splits: Int { queue.counters.splits }

    func play(from position: MediaTime? = nil) {
        units = units.map { _ in [] }
        if let position { queue.restart(at: position, end: nil) }
        if !queue.isSplit { parts = [:] }
        repeat { fill() } while sendNext()
        #expect(queue.isExhausted)
    }

    private func fill() {
        while true {
            if queue.needsSplit {
                queue.split()
                parts = cursor.split()
            }
            guard let demand = queue.demand() else { return }
            let slot = Slot<Batch>()
            let request = ReadRequest(
                buffer: ByteBuffer(), seek: demand.seek, end: nil, maximumBytes: queue.limits.batchBytes,
                maximumDuration: queue.limits.batchTime)
            (queue.isSplit ? parts[queue.lines[demand.cursor].track]! : cursor).read(request, completion: slot.fill)
            let batch = slot.take()!
            for train in batch.trains { payloads[train.unit] = batch.payloads(of: train, prefix: 0) }
            failure = failure ?? batch.failure
            _ = queue.receive(batch, generation: demand.generation, feed: demand.feed, pool: nil)
        }
    }

    private func sendNext() -> Bool {
        let heads = queue.lines.indices.compactMap { line in
            queue.lines[line].waiting.first.map { (line, $0.train.unit) }
        }
        guard let (line, unit) = heads.min(by: { $0.1.decodeTime < $1.1.decodeTime }) else { return false }
        units[line].append(ReceivedUnit(unit: unit, payloads: payloads.removeValue(forKey: unit)!))
        while let departure = queue.depart(line: line, limit: 1_000, prefix: 0) {
            queue.accept(line: line, packets: departure.packets)
            if queue.lines[line].waiting.first?.train.unit != unit { break }
        }
        return true
    }
}

@Suite struct SplitTests {
    enum Skewed: String, CaseIterable {
        case aviWithIndex, avi, matroska, transportStream
    }

    /// Audio lies 4 s behind in a file of 10 s.
    private static func path(_ skewed: Skewed) throws -> String {
        let source = Fixture.directory.appendingPathComponent("skewed-source-\(skewed.rawValue).avi")
        try SkewedAVI(ContainerFixture.aviMPEG4.path, skew: 4).write(to: source, index: skewed == .aviWithIndex)
        guard skewed == .matroska || skewed == .transportStream else { return source.path }
        // The muxer keeps the order in which the units come.
        let suffix = skewed == .matroska ? "mkv" : "ts"
        let path = Fixture.directory.appendingPathComponent("skewed.\(suffix)").path
        try FFmpeg.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-fflags", "+genpts", "-i", source.path, "-map", "0", "-c", "copy",
                "-max_interleave_delta", "1", path,
            ])
        return path
    }

    @Test(arguments: Skewed.allCases)
    func `each track comes whole, whatever the file's order`(skewed: Skewed) throws {
        let title = try openTitle(Self.path(skewed))
        #expect(title.tracks.count == 2)
        let whole = title.cursor().readAll()
        let reader = SplittingReader(title)
        reader.play()
        #expect(reader.failure == nil)
        #expect(reader.splits == (skewed == .aviWithIndex ? 0 : 1))
        for track in title.tracks {
            let expected = whole.units(of: track.id)
            #expect(expected.count > 200)
            #expect(reader.units[track.id].map(\.unit) == expected.map(\.unit), "\(skewed) track \(track.id)")
            #expect(reader.units[track.id].map(\.payloads) == expected.map(\.payloads))
        }
    }

    @Test func `split cursors share one demuxer`() throws {
        var limits = LibraryLimits()
        limits.sharedDemuxers = 1
        let title = try openTitle(Self.path(.matroska), limits: limits)
        let whole = title.cursor().readAll()
        let readers = [SplittingReader(title), SplittingReader(title)]
        for (reader, start) in zip(readers, [nil, MediaTime.seconds(5)]) {
            reader.play(from: start)
            #expect(reader.failure == nil && reader.splits == 1)
            let expected = start.map { title.cursor().readAll(seek: $0) } ?? whole
            for track in title.tracks {
                #expect(reader.units[track.id].map(\.payloads) == expected.units(of: track.id).map(\.payloads))
            }
            #expect(title.demuxers.openCount == 1)
        }
    }

    @Test(arguments: Skewed.allCases)
    func `seeks reach every track, and split again`(skewed: Skewed) throws {
        let title = try openTitle(Self.path(skewed))
        let reader = SplittingReader(title)
        for position in [3, 7, 1, 5] {
            let seek = MediaTime.milliseconds(Int64(position) * 1_000 + 500)
            let expected = title.cursor().readAll(seek: seek)
            reader.play(from: seek)
            #expect(reader.failure == nil)
            for track in title.tracks {
                #expect(
                    reader.units[track.id].map(\.unit) == expected.units(of: track.id).map(\.unit),
                    "\(skewed) track \(track.id) from \(seek)")
            }
        }
    }
}
