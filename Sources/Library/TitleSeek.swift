internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore

/// Seeking: to the last key frame of the leading track at or before a time, and every other track to where that is
/// presented.
extension TitleReader {
    /// Moves to `npt` and returns where delivery starts.
    ///
    /// The leading track is the first video track, or the first track; tracks that have ended more than 10 s before do not
    /// lead, so that the sound of a still picture is found at any place, without the picture. Before the leader's first
    /// unit lies the start of the file, with all units of all tracks. Elsewhere delivery starts with the key frame (of
    /// audio: the unit) that is presented last at or before `npt`, however long before: units presented before it are
    /// dropped, whether they are decoded later (leading pictures) or belong to other tracks. A file that cannot seek
    /// starts at its start.
    /// - Throws: `.rangeNotSatisfiable` after the known end, `.unreadable`, `.cancelled`.
    func seek(to npt: MediaTime) throws(MediaError) -> MediaTime {
        if let duration = description.duration, npt > duration { throw .rangeNotSatisfiable }
        reset()
        let leading = description.leader(of: tracks.map(\.id), at: npt)
        guard let leader = tracks.first(where: { $0.id == leading }) else { return .zero }
        guard description.isSeekable, npt > leader.firstPresentation,
            let start = try findStart(leader, atOrBefore: npt)
        else {
            return try rewind()
        }
        // Uncompressed audio begins at the very sample, a telephone codec at the frame.
        let first = leader.framing.map { start + $0.wholeFrames(in: npt - start) } ?? start
        for track in tracks {
            track.floor = first
            track.waitsForRandomAccessPoint = true
            let tail = track.source.tail
            let isOver = tail.last != nil && description.isOver(track.id, at: first)
            if isOver || tail.lastPacket != nil && endsBefore(first, track) { end(track) }
        }
        return first
    }

    /// Whether all of the track is presented before `npt`.
    private func endsBefore(_ npt: MediaTime, _ track: TrackReader) -> Bool {
        description.tracks[track.id].end.map { $0 <= npt } ?? false
    }

    /// Of the whole file.
    var leader: TrackReader? { tracks.first { $0.source.kind == .video } ?? tracks.first }

    private func findStart(_ leader: TrackReader, atOrBefore npt: MediaTime) throws(MediaError) -> MediaTime? {
        switch description.seeking {
        // An AVI's index names chunks, of which one may hold many units of audio.
        case .index where description.demuxer == .avi && leader.source.kind != .video:
            return try findByReading(leader, atOrBefore: npt)
        case .index, .arithmetic:
            guard let start = try findKeyUnit(of: leader, atOrBefore: npt) else { return nil }
            try reachBack(to: start, leader)
            return start
        case .landing, .counting:
            return try findByReading(leader, atOrBefore: npt)
        }
    }

    /// Moves all tracks to their first unit: by the track whose first unit is decoded first, for the demuxer moves
    /// the others to the same time.
    func rewind() throws(MediaError) -> MediaTime {
        let first = tracks.min { $0.firstDecode < $1.firstDecode }
        guard let first else { return .zero }
        land(at: first.firstDecode)
        guard description.seeking == .index, isFound(first),
            (try? input.context.seek(stream: first.stream, to: .min, keyUnitsOnly: false)) != nil
        else {
            try reopen()
            return earliestPresentation
        }
        return earliestPresentation
    }

    // MARK: By an index

    /// Moves back until every other track has its units from `start` on.
    ///
    /// A demuxer that reads movie fragments goes to the one that holds the key frame; another track's units of that time may lie in a
    /// fragment before it. Then the leader's key frame before is the place to read from: what precedes `start` is dropped.
    private func reachBack(to start: MediaTime, _ leader: TrackReader) throws(MediaError) {
        guard tracks.contains(where: { $0.source.tail.last == nil }) else { return }
        var target = leader.ticks(start)
        for _ in 0..<LibraryLimits.maximumSeekAttempts {
            guard try isAnyTrackLate(start, leader), target > leader.source.firstDecodeTicks else { return }
            try land(leader, keyAtOrBefore: target - 1, bias: leader.source.tail.seekBias)
            guard case .unit(let key) = try readUnit(of: leader) else { return }
            target = min(target - 1, leader.ticks(key.decodeTime))
        }
    }

    /// - Returns: whether the first unit of another track is presented later than the one that follows `start` would be.
    private func isAnyTrackLate(_ start: MediaTime, _ leader: TrackReader) throws(MediaError) -> Bool {
        let others = try showOthers(at: start, leader)
        return others.contains { track in
            guard let first = track.firstTimed else { return true }
            return first.presentationTime > start + max(first.duration, .milliseconds(1))
        }
    }

    /// Reads on until every other track that has units at `start` has shown one, or the leader is a second past it.
    /// - Returns: those tracks.
    @discardableResult
    func showOthers(at start: MediaTime, _ leader: TrackReader) throws(MediaError) -> [TrackReader] {
        let others = tracks.filter {
            $0 !== leader && !$0.source.isSparse && $0.firstPresentation < start && !endsBefore(start, $0)
        }
        var end = Batch(buffer: ByteBuffer())
        while others.contains(where: { $0.firstTimed == nil && !isFinished($0) }) {
            guard timed.count < LibraryLimits.maximumHeldUnits, timed.bytes < LibraryLimits.maximumHeldBytes else {
                break
            }
            if let last = leader.lastTimed, last.decodeTime > start + .seconds(1) { break }
            try hold(&end)
        }
        return others
    }

    /// Leaves the key unit, and what lies before it in the file, in `timed`. Nil if there is none at or before `npt`.
    ///
    /// Demuxers seek by decode time, or by a presentation time of which they know only the usual delay: what they
    /// find is looked at, and if it is presented too late the one before is asked for.
    private func findKeyUnit(of leader: TrackReader, atOrBefore npt: MediaTime) throws(MediaError) -> MediaTime? {
        var target = leader.ticks(npt)
        let tail = leader.source.tail
        var bias = tail.seekBias
        var found: MediaTime?
        var stepBack = max(1, leader.ticks(.seconds(1)) - leader.ticks(.zero))
        for _ in 0..<LibraryLimits.maximumKeyAttempts {
            try land(leader, keyAtOrBefore: target, bias: bias)
            let key: AccessUnit
            switch try readUnit(of: leader) {
            case .unit(let unit): key = unit
            case .tooFar: return try findByReading(leader, atOrBefore: npt)
            case .nothing:
                // The file is truncated.
                (target, stepBack) = (max(leader.source.firstDecodeTicks, target &- stepBack), stepBack &* 4)
                continue
            }
            found = key.presentationTime
            // An index may call a unit a key that is none, and all of them.
            guard key.isRandomAccessPoint else { return try findByReading(leader, atOrBefore: npt) }
            if key.presentationTime <= npt {
                let last = try findLaterKey(of: leader, than: key, atOrBefore: npt)
                // At the file's first unit nothing precedes it.
                if last.decodeTime <= leader.firstDecode { _ = try rewind() }
                return last.presentationTime
            }
            if key.decodeTime <= leader.firstDecode { return nil }
            let decoded = leader.ticks(key.decodeTime)
            if decoded > target { bias = tail.seekBias - tail.seekBiasMargin }
            target = decoded &- 1
        }
        guard found != nil else { throw .unreadable("nothing can be read at \(npt) s") }
        return found
    }

    /// A demuxer of movie fragments knows those that it has read, and what a `sidx` box says of the others: it may land in one before the
    /// right one. So what follows `landed` is looked through for a later key unit; reading goes on at the one that is found, or at `landed`.
    private func findLaterKey(
        of leader: TrackReader, than landed: AccessUnit, atOrBefore npt: MediaTime
    ) throws(MediaError) -> AccessUnit {
        guard description.demuxer == .mp4, leader.source.tail.last == nil else { return landed }
        let last = try lastKey(of: leader, atOrBefore: npt)?.unit ?? landed
        // Now the index knows the fragment. What precedes the key unit all the same is dropped for being presented before it.
        try land(leader, keyAtOrBefore: leader.ticks(last.decodeTime), bias: leader.source.tail.seekBias)
        guard case .unit(let key) = try readUnit(of: leader), key.decodeTime <= last.decodeTime else {
            throw .unreadable("nothing can be read at \(npt) s")
        }
        return last
    }

    private func land(_ leader: TrackReader, keyAtOrBefore ticks: Int64, bias: Int64) throws(MediaError) {
        land(at: .zero)
        let (biased, overflow) = ticks.addingReportingOverflow(bias)
        do {
            try input.context.seek(stream: leader.stream, to: overflow ? .max : biased, keyUnitsOnly: true)
        } catch {
            throw error.mediaError
        }
        for track in tracks { track.landing = .first }
        if description.demuxer.traits.landsEarly {
            leader.landmark = input.context.indexEntry(stream: leader.stream, keyAtOrBefore: ticks)?.ticks
        }
    }

    /// What a landing has brought.
    enum Landed {
        case unit(AccessUnit)
        /// So much lies before the unit, or before the next one on which its times hang, that it is not held.
        case tooFar
        /// Nothing can be read there.
        case nothing
    }

    /// Reads up to the first unit of `track` since the landing.
    func readUnit(of track: TrackReader) throws(MediaError) -> Landed {
        var end = Batch(buffer: ByteBuffer())
        while true {
            if let unit = track.firstTimed { return .unit(unit) }
            guard timed.count < LibraryLimits.maximumHeldUnits, timed.bytes < LibraryLimits.maximumHeldBytes else {
                return .tooFar
            }
            if isFinished(track) || end.skippedUnits >= LibraryLimits.reorderDepth { return .nothing }
            try hold(&end)
        }
    }

    /// Reads one packet; what becomes of it is in `timed`.
    func hold(_ batch: inout Batch) throws(MediaError) {
        if let unit = try advance(&batch) { timed.append(scratch.take(), unit) }
    }
}
