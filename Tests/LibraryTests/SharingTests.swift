import Delivery
import Foundation
import MediaCore
import MediaFixtures
import NIOCore
import Testing

@testable import Library

/// Readers of one title that share its demuxers.
@Suite struct SharingTests {
    enum Shared: CaseIterable {
        case movie, openGroups, aviMPEG4, aviH264, aviTwoAudio, matroska, matroskaMPEG4

        var path: String {
            get throws {
                switch self {
                case .movie: try Fixture.plain.path
                case .openGroups: try Fixture.openGOP.path
                case .aviMPEG4: try ContainerFixture.aviMPEG4.path
                case .aviH264: try ContainerFixture.aviH264.path
                case .aviTwoAudio: try ContainerFixture.aviTwoAudio.path
                case .matroska: try ContainerFixture.matroska.path
                case .matroskaMPEG4: try ContainerFixture.matroskaMPEG4.path
                }
            }
        }
    }

    /// What one viewer wants and has.
    private struct Viewer {
        let cursor: any MediaCursor
        let seek: MediaTime?
        var reading = Reading()
        var isDone = false
    }

    @Test(arguments: Shared.allCases)
    func `fifty viewers at random positions each get exactly their units`(shared: Shared) throws {
        var limits = LibraryLimits()
        limits.sharedDemuxers = 2
        let title = try openTitle(shared.path, limits: limits)
        #expect(title.description.sharesDemuxers)
        var random = SeededGenerator(seed: 50)
        var expected: [MediaTime?: [ReceivedUnit]] = [:]
        var viewers = (0..<50).map { index -> Viewer in
            let seek =
                index % 5 == 0 ? nil : MediaTime.milliseconds(Int64.random(in: 0..<20, using: &random) * 500)
            return Viewer(cursor: title.cursor(), seek: seek)
        }
        for viewer in viewers where expected[viewer.seek] == nil {
            // Alone, with a title of its own.
            expected[viewer.seek] = try openTitle(shared.path).cursor().readAll(seek: viewer.seek).units
        }
        while let index = viewers.indices.filter({ !viewers[$0].isDone }).randomElement(using: &random) {
            let isFirst = viewers[index].reading.batches.isEmpty
            let batch = viewers[index].cursor.readBatch(
                seek: isFirst ? viewers[index].seek : nil, bytes: 20_000, duration: .milliseconds(700))
            viewers[index].reading.batches.append(batch)
            viewers[index].reading.units += batch.trains.map {
                ReceivedUnit(unit: $0.unit, payloads: batch.payloads(of: $0, prefix: 0))
            }
            viewers[index].isDone = batch.isEnd
            if title.demuxers.openCount > 2 { Issue.record("\(title.demuxers.openCount) demuxers are open") }
        }
        for viewer in viewers {
            #expect(viewer.reading.failure == nil)
            for track in title.tracks {
                let units = viewer.reading.units(of: track.id)
                let wanted = expected[viewer.seek]!.filter { $0.unit.track == track.id }
                #expect(units.map(\.unit) == wanted.map(\.unit), "track \(track.id) from \(viewer.seek ?? .zero)")
                #expect(units.map(\.payloads) == wanted.map(\.payloads))
            }
            viewer.cursor.close()
        }
        viewers = []
        #expect(title.demuxers.openCount == 0)
    }

    @Test(arguments: Shared.allCases)
    func `at most one demuxer per core is open`(shared: Shared) throws {
        let title = try openTitle(shared.path)
        let cursors = (0..<50).map { _ in title.cursor() }
        for cursor in cursors { #expect(cursor.readBatch(bytes: 10_000).failure == nil) }
        #expect(title.demuxers.openCount == min(50, ProcessInfo.processInfo.activeProcessorCount))
    }

    @Test func `what cannot be found again is not shared`() throws {
        for fixture in [ContainerFixture.transportStream, .programStream, .h264, .mp3] {
            #expect(try !openTitle(fixture.path).description.sharesDemuxers)
        }
        #expect(try !openTitle(Fixture.fragmented.path).description.sharesDemuxers)
    }

    @Test func `a title that is replaced on disk goes on playing`() throws {
        let url = Fixture.directory.appendingPathComponent("replaced.mp4")
        try? FileManager.default.removeItem(at: url)
        try FileManager.default.copyItem(atPath: Fixture.plain.path, toPath: url.path)
        var limits = LibraryLimits()
        limits.sharedDemuxers = 1
        let title = try openTitle(url.path, limits: limits)
        let expected = title.cursor().readAll().units
        let (one, other) = (title.cursor(), title.cursor())
        let first = one.readBatch(bytes: 20_000)
        let new = Fixture.directory.appendingPathComponent("replacement.mp4")
        try? FileManager.default.removeItem(at: new)
        try FileManager.default.copyItem(atPath: Fixture.intraOnly.path, toPath: new.path)
        #expect(rename(new.path, url.path) == 0)
        // The other takes the demuxer away, and the first finds its place in the old file again.
        #expect(other.readAll().units == expected)
        let rest = one.readAll().units
        let begun = first.trains.map { ReceivedUnit(unit: $0.unit, payloads: first.payloads(of: $0, prefix: 0)) }
        #expect(begun + rest == expected)
        #expect(try openTitle(url.path).cursor([0]).readAll().units.count == 250)
    }

    @Test(arguments: [ContainerFixture.matroska, .matroskaMPEG4, .aviMPEG4, .aviH264])
    func `viewers of a damaged file come to an end`(fixture: ContainerFixture) throws {
        let sound = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        var random = SeededGenerator(seed: 7)
        for round in 0..<12 {
            var data = sound
            for _ in 0..<40 {
                data[Int.random(in: 2_000..<data.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            let url = Fixture.directory.appendingPathComponent("damaged-\(fixture)-\(round)")
            try data.write(to: url)
            var limits = LibraryLimits()
            limits.sharedDemuxers = 1
            guard let title = try? openTitle(url.path, limits: limits), !title.tracks.isEmpty else { continue }
            let cursors = [title.cursor(), title.cursor()]
            var (open, batches) = (Set(cursors.indices), 0)
            while let index = open.randomElement(using: &random) {
                let seek = batches % 9 == 4 ? MediaTime.milliseconds(.random(in: 0..<9_000, using: &random)) : nil
                let batch = cursors[index].readBatch(seek: batches < 60 ? seek : nil, bytes: 20_000)
                batches += 1
                if batch.isEnd { open.remove(index) }
                guard batches < 1_000 else {
                    Issue.record("no end, round \(round)")
                    break
                }
            }
        }
    }

    @Test func `a closed viewer's demuxer serves the others`() throws {
        var limits = LibraryLimits()
        limits.sharedDemuxers = 1
        let title = try openTitle(Fixture.plain.path, limits: limits)
        let (one, other) = (title.cursor(), title.cursor())
        _ = one.readBatch()
        _ = other.readBatch()
        one.close()
        #expect(one.readBatch().failure == .cancelled)
        #expect(other.readAll().failure == nil)
        #expect(title.demuxers.openCount == 1)
    }
}

/// SplitMix64: the same order in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
