import Delivery
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// Containers other than MP4, read whole and sought, against the encoder's intent: 10 s, 25 pictures per second.
@Suite struct ContainerTests {
    @Test(arguments: ContainerFixture.allCases)
    func `tells tracks, start and end`(fixture: ContainerFixture) throws {
        let title = try openTitle(fixture.path)
        let reading = title.cursor().readAll()
        #expect(reading.failure == nil)
        #expect(reading.start == .zero)
        #expect(reading.units.map(\.unit.presentationTime).min() == .zero)
        #expect(reading.batches.allSatisfy { $0.skippedUnits == 0 })
        for track in title.tracks {
            let units = reading.units(of: track.id).map(\.unit)
            let decode = units.map(\.decodeTime)
            #expect(zip(decode, decode.dropFirst()).allSatisfy(<))
            #expect(units.allSatisfy { $0.presentationTime >= $0.decodeTime })
            let end = units.map { $0.presentationTime + $0.duration }.max()!
            let told = try #require(track.end)
            #expect(abs((end - told).nanoseconds) < 100_000_000, "\(told), played to \(end)")
            #expect(abs((end - .seconds(10)).nanoseconds) < 200_000_000)
            guard track.codec.kind == .video else { continue }
            #expect(units.count == 250)
            let shown = units.map(\.presentationTime).sorted()
            let spacing = zip(shown, shown.dropFirst()).map { ($1 - $0).nanoseconds }
            #expect(spacing.allSatisfy { abs($0 - 40_000_000) <= 1_100_000 }, "\(spacing.filter { $0 != 40_000_000 })")
        }
    }

    @Test(arguments: ContainerFixture.allCases.filter { !$0.isLinear })
    func `seeks land on the last key frame before`(fixture: ContainerFixture) throws {
        try SeekTests.expectExactSeeks(openTitle(fixture.path), count: 11)
    }

    @Test(arguments: ContainerFixture.allCases.filter(\.isLinear))
    func `uncompressed audio begins at the very sample`(fixture: ContainerFixture) throws {
        try SeekTests.expectSampleSeeks(openTitle(fixture.path), 0, count: 9)
    }
}
