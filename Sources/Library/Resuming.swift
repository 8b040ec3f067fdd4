internal import LibAV
internal import MediaCore
internal import Timestamps

/// A track that one reader has given up and another goes on with: no unit is lost, and none comes twice.
final class LeftTrack {
    let track: TrackReader
    /// The file has been read to its end.
    let isAtEnd: Bool
    /// By how much the tracks have been moved together so far.
    let timeline: FileTimeline
    /// Units of the track that were read and not delivered: with times, and also decided about.
    private var timed = UnitQueue()
    private var ready = UnitQueue()

    init(_ track: TrackReader, isAtEnd: Bool, _ timeline: FileTimeline) {
        self.track = track
        self.isAtEnd = isAtEnd
        self.timeline = timeline
    }

    func take(_ waiting: consuming WaitingUnit, isReady: Bool) {
        if isReady { ready.append(waiting) } else { timed.append(waiting) }
    }

    func takeUnits(timed: inout UnitQueue, ready: inout UnitQueue) {
        while let waiting = self.timed.popFirst() { timed.append(waiting) }
        while let waiting = self.ready.popFirst() { ready.append(waiting) }
    }
}

/// Going on with a demuxer that stands elsewhere, from each track's last packet on. Everything that is kept of the tracks
/// (their times, their units that wait) stays.
extension TitleReader {
    /// How much earlier than the last packet a landing is tried, in turn, where the demuxer does not land exactly.
    private static let margins: [MediaTime] = [.zero, .seconds(1), .seconds(4), .seconds(16), .seconds(64)]

    /// - Throws: `.unreadable` if the place cannot be found again, `.cancelled`.
    func resume() throws(MediaError) {
        let open = tracks.filter { !$0.isEnded }
        guard !isAtEnd, !open.isEmpty else { return }
        if open.allSatisfy({ $0.mark == nil }) { return try begin(open) }
        let marks = Dictionary(uniqueKeysWithValues: open.compactMap { track in track.mark.map { (track.id, $0) } })
        for margin in Self.margins where try move(before: open, margin: margin) {
            if try skip(marks) { return }
        }
        try reopen()
        guard try skip(marks) else { throw .unreadable("a unit that was there before is not found again") }
    }

    /// Of tracks of which nothing was read: they begin at their start, or where a seek has put them.
    private func begin(_ open: [TrackReader]) throws(MediaError) {
        guard let floor = open.compactMap(\.floor).min(), open.contains(where: { $0.firstPresentation < floor }) else {
            _ = try rewind()
            return
        }
        let waits = open.map(\.waitsForRandomAccessPoint)
        _ = try seek(to: min(floor, description.duration ?? floor))
        for (track, waits) in zip(open, waits) { (track.floor, track.waitsForRandomAccessPoint) = (floor, waits) }
    }

    /// Moves the demuxer to where all tracks' marks are still to come. False if it finds no way there.
    private func move(before open: [TrackReader], margin: MediaTime) throws(MediaError) -> Bool {
        // The track whose place comes first in time.
        let places = open.map { track in (track: track, time: place(of: track)) }
        guard let first = places.min(by: { $0.time < $1.time }) else { return false }
        switch description.seeking {
        case .index:
            // The bias may be too much by less than a unit.
            let tail = first.track.source.tail
            let bias = margin == .zero ? tail.seekBias : tail.seekBias - tail.seekBiasMargin
            let (biased, overflow) = first.track.ticks(first.time - margin).addingReportingOverflow(bias)
            guard !overflow else { return false }
            return (try? input.context.seek(stream: first.track.stream, to: biased, keyUnitsOnly: false)) != nil
        case .landing:
            return try moveContext(before: first.time - margin, isResuming: true)
        case .arithmetic, .counting:
            return false
        }
    }

    /// NPT from which the track's next packet is still to come.
    private func place(of track: TrackReader) -> MediaTime {
        if let ticks = track.mark?.ticks { return track.source.time(ticks) - description.origin }
        return track.floor.map { $0 - .seconds(1) } ?? track.firstDecode
    }
}
