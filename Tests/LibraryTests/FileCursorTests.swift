import Delivery
import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

@Suite struct FileCursorTests {
    @Test(arguments: [
        ContainerFixture.matroska, .aviH264, .transportStream, .programStream, .flv, .h264, .mp3, .wav,
    ])
    func `a read that takes too long fails`(fixture: ContainerFixture) throws {
        var limits = LibraryLimits()
        limits.readTimeout = MediaTime(nanoseconds: 1)
        let late = MediaError.unreadable("reading took longer than \(limits.readTimeout) s")
        let title = try openTitle(fixture.path, limits: limits)
        for seek in [nil, MediaTime.seconds(9)] {
            let cursor = title.cursor()
            for seek in [seek, seek] {
                let batch = cursor.readBatch(seek: seek)
                #expect(batch.failure == late)
                #expect(batch.isEnd)
            }
            // A demuxer that was interrupted is not used again.
            #expect(title.demuxers.openCount == 0)
            cursor.close()
            #expect(cursor.readBatch().failure == .cancelled)
        }
    }

    @Test(arguments: [ContainerFixture.transportStream, .h264])
    func `a seek that reads on and on is ended on its way`(fixture: ContainerFixture) throws {
        let clock = ContinuousClock()
        let seek = MediaTime.milliseconds(9_900)
        let took = try (0..<3).map { _ in
            let cursor = try openTitle(fixture.path).cursor()
            return clock.measure { #expect(cursor.readBatch(seek: seek).failure == nil) }
        }
        var limits = LibraryLimits()
        limits.readTimeout = MediaTime(nanoseconds: Int64(took.min()! / .nanoseconds(1)) / 20)
        let batch = try openTitle(fixture.path, limits: limits).cursor().readBatch(seek: seek)
        #expect(batch.failure == .unreadable("reading took longer than \(limits.readTimeout) s"))
        #expect(batch.isEnd)
    }

    @Test func `the time between reads does not count`() throws {
        var limits = LibraryLimits()
        limits.readTimeout = .seconds(2)
        for fixture in [ContainerFixture.transportStream, .matroska] {
            let title = try openTitle(fixture.path, limits: limits)
            let expected = title.cursor().readAll().units
            let cursor = title.cursor()
            let first = cursor.readBatch(bytes: 20_000)
            Thread.sleep(forTimeInterval: 2.1)
            let begun = first.trains.map { ReceivedUnit(unit: $0.unit, payloads: first.payloads(of: $0, prefix: 0)) }
            #expect(begun + cursor.readAll().units == expected)
        }
    }
}
