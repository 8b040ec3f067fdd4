import Delivery
import Foundation
import MediaCore
import MediaFixtures
import Testing

@testable import Library

/// Transport streams of which packets were lost.
@Suite struct TransportGapTests {
    /// What has come of the unit with the gap is sent, and so is all that follows.
    @Test(arguments: [ContainerFixture.transportStream, .transportStreamMPEG2], [400, 700])
    func `units at gaps are sent`(fixture: ContainerFixture, lost: Int) throws {
        let whole = try openTitle(fixture.path).cursor().readAll()
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: fixture.path)))
        // A packet in the middle of a unit of video (PID 0x100).
        let place = try #require(
            stride(from: lost * 188, to: bytes.count - 188, by: 188).first {
                bytes[$0 + 1] == 0x01 && bytes[$0 + 2] == 0
            })
        bytes.removeSubrange(place..<place + 188)
        let url = Fixture.directory.appendingPathComponent("gap-\(fixture)-\(lost).ts")
        try Data(bytes).write(to: url)
        let reading = try openTitle(url.path).cursor().readAll()
        #expect(reading.failure == nil && reading.batches.allSatisfy { $0.skippedUnits == 0 })
        for track in 0..<2 {
            let (units, all) = (reading.units(of: track), whole.units(of: track))
            #expect(units.map(\.unit.presentationTime) == all.map(\.unit.presentationTime))
            let changed = zip(units, all).count { $0.payloads != $1.payloads }
            #expect(changed == (track == 0 ? 1 : 0))
        }
    }
}
