import Delivery
import MediaCore
import NIOCore
import RTPPayload
import TestSupport

/// A title of one track whose every unit is one packet of the largest size that its cursor may make.
final class SizedTitle: MediaTitle {
    private let title: FakeTitle

    init(_ title: FakeTitle) { self.title = title }

    var name: String { title.name }
    var tracks: [Track] { title.tracks }
    var formats: [PayloadFormat] { title.formats }
    var duration: MediaTime? { title.duration }
    var isSeekable: Bool { title.isSeekable }
    var version: UInt64 { title.version }

    func makeCursor(_ options: CursorOptions) -> any MediaCursor {
        let size = options.tracks[0].layout.maximumPacketSize
        return FakeTitle(units: title.units.map { FakeUnit($0.unit, packetSizes: [size]) }).makeFakeCursor(options)
    }
}
