internal import LibAV
internal import MediaCore

/// Seeking: to the last key frame of the leading track at or before a time, and every other track to where that is
/// presented.
extension TitleReader {
    /// Moves to `npt` and returns where delivery starts.
    ///
    /// The leading track is the first video track, or the first track. Before its first unit lies the start of the
    /// file, with all units of all tracks. Elsewhere delivery starts with the key frame (of audio: the unit) that is
    /// presented last at or before `npt`: units presented before it are dropped, whether they are decoded later
    /// (leading pictures) or belong to other tracks.
    /// - Throws: `.rangeNotSatisfiable` after the known end, `.unreadable`, `.cancelled`.
    func seek(to npt: MediaTime) throws(MediaError) -> MediaTime {
        if let duration = description.duration, npt > duration { throw .rangeNotSatisfiable }
        reset()
        guard let leader = tracks.first(where: { $0.source.kind == .video }) ?? tracks.first else { return .zero }
        guard npt > leader.firstPresentation, let start = try findKeyUnit(of: leader, atOrBefore: npt) else {
            return try rewind()
        }
        try reachBack(to: start, leader)
        for track in tracks {
            track.floor = start
            track.waitsForRandomAccessPoint = track !== leader
        }
        return start
    }

    /// Moves back until every other track has its units from `start` on.
    ///
    /// A demuxer that reads movie fragments goes to the one that holds the key frame; another track's units of that time may lie in a
    /// fragment before it. Then the leader's key frame before is the place to read from: what precedes `start` is dropped.
    private func reachBack(to start: MediaTime, _ leader: TrackReader) throws(MediaError) {
        guard tracks.contains(where: { $0.source.last == nil }) else { return }
        var target = leader.times.ticks(start)
        for _ in 0..<LibraryLimits.maximumSeekAttempts {
            guard try isAnyTrackLate(start, leader), target > leader.source.firstDecodeTicks else { return }
            forgetUnread()
            let (biased, overflow) = (target - 1).addingReportingOverflow(leader.source.seekBias)
            do {
                try context.seek(stream: leader.source.stream, to: overflow ? .max : biased, keyUnitsOnly: true)
            } catch {
                throw error.mediaError
            }
            guard let key = try readUnit(of: leader) else { return }
            target = min(target - 1, key.decodeTicks)
        }
    }

    /// Reads into `unread` until every track has shown a unit, or the leader is a second past `start`.
    /// - Returns: whether the first unit of another track is presented later than the one that follows `start` would be.
    private func isAnyTrackLate(_ start: MediaTime, _ leader: TrackReader) throws(MediaError) -> Bool {
        let others = tracks.filter { $0 !== leader && $0.firstPresentation < start }
        while others.contains(where: { firstUnread[$0.source.stream] == nil }),
            unread.count < LibraryLimits.maximumHeldUnits
        {
            guard let unit = try readUnit(of: leader) else { break }
            if leader.times.npt(unit.decodeTicks) > start + .seconds(1) { break }
        }
        return others.contains { track in
            guard let first = firstUnread[track.source.stream] else { return true }
            return track.times.npt(first.presented) > start + max(first.duration, .milliseconds(1))
        }
    }

    private func forgetUnread() {
        unread.removeAll()
        firstUnread.removeAll()
    }

    /// Moves all tracks to their first unit: by the track whose first unit is decoded first, for the demuxer moves
    /// the others to the same time.
    private func rewind() throws(MediaError) -> MediaTime {
        let first = tracks.min { $0.times.npt($0.source.firstDecodeTicks) < $1.times.npt($1.source.firstDecodeTicks) }
        guard let first else { return .zero }
        forgetUnread()
        do { try context.seek(stream: first.source.stream, to: .min, keyUnitsOnly: false) } catch {
            throw error.mediaError
        }
        return earliestPresentation
    }

    /// Leaves the key unit, and what lies before it in the file, in `unread`. Nil if there is none at or before `npt`.
    ///
    /// Demuxers seek by decode time, or by a presentation time of which they know only the usual delay: what they
    /// find is looked at, and if it is presented too late the one before is asked for.
    private func findKeyUnit(of leader: TrackReader, atOrBefore npt: MediaTime) throws(MediaError) -> MediaTime? {
        var target = leader.times.ticks(npt)
        var bias = leader.source.seekBias
        var found: MediaTime?
        var stepBack = max(1, leader.times.ticks(.seconds(1)) - leader.times.ticks(.zero))
        for _ in 0..<LibraryLimits.maximumSeekAttempts {
            forgetUnread()
            let (biased, overflow) = target.addingReportingOverflow(bias)
            do {
                try context.seek(stream: leader.source.stream, to: overflow ? .max : biased, keyUnitsOnly: true)
            } catch {
                throw error.mediaError
            }
            guard let key = try readUnit(of: leader) else {
                // Nothing can be read there: the file is truncated.
                (target, stepBack) = (max(leader.source.firstDecodeTicks, target &- stepBack), stepBack &* 4)
                continue
            }
            found = leader.times.npt(key.presentationTicks)
            if let found, found <= npt { return try findLaterKeyUnit(of: leader, than: key, atOrBefore: npt) }
            if key.decodeTicks <= leader.source.firstDecodeTicks { return nil }
            if key.decodeTicks > target { bias = leader.source.seekBias - leader.source.seekBiasMargin }
            target = key.decodeTicks - 1
        }
        guard found != nil else { throw .unreadable("nothing can be read at \(npt) s") }
        return found
    }

    /// A demuxer of movie fragments knows those that it has read, and what a `sidx` box says of the others: it may land in one before the
    /// right one. So what follows `landed` is looked through for a later key unit; the position is left at the one that is found, or at
    /// `landed`.
    private func findLaterKeyUnit(
        of leader: TrackReader, than landed: KeyUnit, atOrBefore npt: MediaTime
    ) throws(MediaError) -> MediaTime {
        guard leader.source.last == nil else { return leader.times.npt(landed.presentationTicks) }
        var last = landed
        while let unit = try readUnit(of: leader), leader.times.npt(unit.decodeTicks) <= npt {
            guard !interrupt.isFired else { throw .cancelled }
            if unit.isKey, leader.times.npt(unit.presentationTicks) <= npt { last = unit }
            forgetUnread()
        }
        forgetUnread()
        // Now the index knows the fragment.
        do {
            try context.seek(stream: leader.source.stream, to: last.decodeTicks, keyUnitsOnly: true)
        } catch {
            throw error.mediaError
        }
        // What precedes the key unit all the same is dropped for being presented before it.
        guard let key = try readUnit(of: leader), key.decodeTicks <= last.decodeTicks else {
            throw .unreadable("nothing can be read at \(npt) s")
        }
        return leader.times.npt(last.presentationTicks)
    }

    private struct KeyUnit {
        let decodeTicks: Int64
        let presentationTicks: Int64
        let isKey: Bool
    }

    /// Reads up to the next unit of `track` into `unread`; nil at the end of what can be read.
    private func readUnit(of track: TrackReader) throws(MediaError) -> KeyUnit? {
        var failures = 0
        while unread.count < LibraryLimits.maximumHeldUnits {
            var packet = Packet()
            do {
                try context.read(into: &packet)
            } catch {
                failures += 1
                guard error.isEndOfFile || error.isInvalidData else { throw error.mediaError }
                if failures == LibraryLimits.reorderDepth { return nil }
                continue
            }
            guard let decoded = packet.decodeTicks ?? packet.presentationTicks else { continue }
            let presented = packet.presentationTicks ?? decoded
            let isFound = packet.stream == track.source.stream && packet.size > 0 && !packet.isCorrupt
            if firstUnread[packet.stream] == nil, let track = tracks.first(where: { $0.source.stream == packet.stream })
            {
                let duration = MediaTime(ticks: packet.durationTicks, timeBase: track.source.timeBase)
                firstUnread[packet.stream] = (presented, duration)
            }
            let isKey = packet.isKey
            unread.append(packet)
            if isFound { return KeyUnit(decodeTicks: decoded, presentationTicks: presented, isKey: isKey) }
        }
        throw .unreadable("more than \(LibraryLimits.maximumHeldUnits) units of other tracks before the key frame")
    }
}
