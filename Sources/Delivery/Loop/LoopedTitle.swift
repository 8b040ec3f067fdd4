package import MediaCore
package import RTPPayload
import Synchronization

/// A title that begins again whenever it ends: `?loop`. It has no end, and neither has any of its tracks.
///
/// NPT runs on: the second lap begins where the first one ends. So a position behind the end is one in a later lap.
package final class LoopedTitle: MediaTitle {
    private let title: any MediaTitle
    package let tracks: [Track]
    /// Of laps of these tracks: a viewer's next cursor goes on in the laps of the one before.
    private let lapLengths = Mutex<[Set<Int>: LapLength]>([:])
    package var name: String { title.name }
    package var formats: [PayloadFormat] { title.formats }
    package var duration: MediaTime? { nil }
    package var isSeekable: Bool { title.isSeekable }
    package var version: UInt64 { title.version }
    package var modified: Int64? { title.modified }
    package var bytesPerSecond: Int? { title.bytesPerSecond }

    package init(_ title: any MediaTitle) {
        self.title = title
        tracks = title.tracks.map { track in
            var track = track
            track.end = nil
            return track
        }
    }

    package func makeCursor(_ options: CursorOptions) -> any MediaCursor {
        let wanted = Set(options.tracks.map(\.track))
        let lapLength = lapLengths.withLock { lengths in
            let length = lengths[wanted] ?? LapLength(tracks: wanted)
            lengths[wanted] = length
            return length
        }
        return LoopCursor(title.makeCursor(options), options, expectedLength: title.duration, lapLength)
    }
}
