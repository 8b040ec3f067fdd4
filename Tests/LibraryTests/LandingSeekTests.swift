import Delivery
import Foundation
import LibAV
import MediaCore
import MediaFixtures
import Testing

@testable import Library

@Suite struct LandingSeekTests {
    /// Uncompressed pictures have one size, but libavformat's arithmetic knows nothing of a time at which they begin, or of the lines between
    /// them: it lands, and the stamps tell the place.
    @Test func `uncompressed pictures`() throws {
        let title = try openTitle(ContainerFixture.yuv4MPEG.path)
        #expect(title.description.seeking == .landing && title.isSeekable && title.duration == .seconds(10))
        let all = title.cursor().readAll().units
        #expect(all.count == 250)
        for place in [0, 1, 39, 40, 41, 5_013, 9_960, 9_999] as [Int64] {
            let reading = title.cursor().readAll(seek: .milliseconds(place))
            let frame = Int(place / 40)
            #expect(reading.start == .milliseconds(Int64(frame) * 40))
            #expect(reading.units == Array(all[frame...]))
        }
    }

    /// FLV's streams have no numbers, and their order depends on where reading begins.
    @Test func `streams that have no numbers are told by what they are`() throws {
        let title = try openTitle(ContainerFixture.flv.path)
        let all = title.cursor().readAll()
        for tracks in [[0], [1], [0, 1]] {
            let reading = title.cursor(tracks).readAll(seek: .milliseconds(6_100))
            #expect(reading.failure == nil)
            for track in tracks {
                let units = reading.units(of: track)
                #expect(!units.isEmpty && units == Array(all.units(of: track).suffix(units.count)))
            }
        }
    }
}
