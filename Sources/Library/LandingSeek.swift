internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
internal import Timestamps

/// Seeking where no index leads to the key frame: land before the place, and read forward to it.
///
/// It takes two readings: one that finds which key frame is the last at or before the place, and one from the same
/// landing up to it, so that no more than what follows that key frame is ever held.
extension TitleReader {
    func findByReading(_ leader: TrackReader, atOrBefore npt: MediaTime) throws(MediaError) -> MediaTime? {
        var margin = MediaTime.zero
        var key: Key?
        while true {
            let isStart = try land(before: npt - margin, leader)
            if key == nil { key = try lastKey(of: leader, atOrBefore: npt) }
            if let key {
                let target = min(npt, key.unit.presentationTime)
                let isStart = try land(before: target - margin, leader)
                // A track that is silent for long is not gone back for any farther.
                let isFarEnough = isStart || margin > LibraryLimits.maximumSilence
                if try arrive(at: key, leader, isFarEnough: isFarEnough) { return key.unit.presentationTime }
                if isStart { return nil }
            } else if isStart {
                return nil
            }
            margin = max(.seconds(1), margin + margin + margin + margin)
        }
    }

    struct Key {
        let unit: AccessUnit
        let identity: UnitIdentity

        /// By which the time of a unit that the container does not stamp may differ from one landing to the next.
        static let tolerance = MediaTime.milliseconds(1)

        func isMet(by waiting: borrowing WaitingUnit) -> Bool {
            if identity.isStamped { return UnitIdentity(waiting.packet) == identity }
            let (time, other) = (unit.decodeTime, waiting.unit.decodeTime)
            return other >= time - Self.tolerance && other <= time + Self.tolerance
        }
    }

    /// Moves to a place from which the leader's units of `npt` are still to come, if the demuxer finds one.
    /// - Returns: whether that is the start of the file.
    private func land(before npt: MediaTime, _ leader: TrackReader) throws(MediaError) -> Bool {
        land(at: npt)
        if description.seeking == .landing || description.seeking == .index, npt > leader.firstPresentation,
            try moveContext(before: npt, leader)
        {
            for track in tracks { track.landing = .first }
            return false
        }
        land(at: leader.firstDecode)
        try reopen()
        return true
    }

    /// Moves the demuxer to the neighbourhood of `npt`, by the track of the file that leads there: of video, whose key
    /// frames are what an index of a container names, if it has one. False if the demuxer finds no way.
    /// - Parameter track: is looked for; leads if it is over by then, and so alone.
    func moveContext(before npt: MediaTime, _ track: TrackReader) throws(MediaError) -> Bool {
        let leader = description.leader(of: Array(description.sources.indices), at: npt) ?? track.id
        let anchor = description.sources[description.isOver(track.id, at: npt) ? track.id : leader]
        guard let stream = findAnchor(anchor) else { return false }
        let ticks = anchor.ticks(npt + anchor.origin)
        // An index need not call units of audio keys, which they are.
        let isVideo = anchor.kind == .video
        return (try? input.context.seek(stream: stream, to: ticks, keyUnitsOnly: isVideo)) != nil
    }

    /// The stream's index; reads until it has appeared, for the position does not matter yet.
    private func findAnchor(_ anchor: TrackSource) -> Int? {
        guard description.demuxer.traits.streamsAppear else { return anchor.stream }
        var packet = Packet()
        for _ in 0..<LibraryLimits.maximumHeldUnits {
            let streams = 0..<input.context.streamCount
            if let found = streams.first(where: { input.context.stream($0).isSame(anchor.streamID, anchor.kind) }) {
                return found
            }
            guard (try? input.context.read(into: &packet)) != nil else { return nil }
        }
        return nil
    }

    /// Reads until the leader's units are decoded after `npt`; drops all.
    /// - Returns: the last key unit that is presented at or before `npt`.
    func lastKey(of leader: TrackReader, atOrBefore npt: MediaTime) throws(MediaError) -> Key? {
        var batch = Batch(buffer: ByteBuffer())
        var key: Key?
        while true {
            while let waiting = timed.popFirst() {
                guard waiting.unit.track == leader.id else { continue }
                if waiting.unit.decodeTime > npt { return key }
                guard waiting.unit.isRandomAccessPoint, waiting.unit.presentationTime <= npt else { continue }
                key = Key(unit: waiting.unit, identity: UnitIdentity(waiting.packet))
            }
            if isFinished(leader) { return key }
            try hold(&batch)
        }
    }

    /// Reads up to `key`; leaves it in `timed`, and of the other tracks what is presented at its time or later. Where
    /// that is too much to be held (the key frame lies far behind them in the file, or its time hangs on the next one,
    /// far behind) it is left in `timed` without the key frame, for which the leader waits.
    /// - Parameter isFarEnough: the landing need only not be too late for the key.
    /// - Returns: false if the landing was too late: for the key, or for another track's units of its time.
    private func arrive(at key: Key, _ leader: TrackReader, isFarEnough: Bool) throws(MediaError) -> Bool {
        var batch = Batch(buffer: ByteBuffer())
        let start = key.unit.presentationTime
        var kept = UnitQueue()
        while true {
            while let waiting = timed.popFirst() {
                guard waiting.unit.track == leader.id else {
                    if waiting.unit.presentationTime >= start { kept.append(waiting) }
                    continue
                }
                if key.isMet(by: waiting) {
                    kept.append(waiting)
                    while let waiting = timed.popFirst() { kept.append(waiting) }
                    while let waiting = kept.popFirst() { timed.append(waiting) }
                    if isFarEnough { return true }
                    try showOthers(at: start, leader)
                    return !isAnyTrackCut(start, leader)
                }
                if waiting.unit.decodeTime > key.unit.decodeTime + Key.tolerance { return false }
            }
            guard kept.count < LibraryLimits.maximumHeldUnits, kept.bytes < LibraryLimits.maximumHeldBytes else {
                if isBehind(key, leader) { return false }
                while let waiting = kept.popFirst() { timed.append(waiting) }
                return isFarEnough || !isAnyTrackCut(start, leader)
            }
            if isFinished(leader) { return false }
            try hold(&batch)
        }
    }

    /// Whether reading has passed the place of `key` without meeting it.
    private func isBehind(_ key: Key, _ leader: TrackReader) -> Bool {
        guard let place = leader.mark?.filePosition, place >= key.identity.filePosition else {
            return tracks.contains { ($0.mark?.filePosition ?? -1) > key.identity.filePosition }
        }
        return false
    }

    /// Whether another track has shown its first unit since the landing, and that is later than what is wanted of it.
    private func isAnyTrackCut(_ start: MediaTime, _ leader: TrackReader) -> Bool {
        tracks.contains { track in
            guard track !== leader, !track.source.isSparse, track.firstPresentation < start,
                let first = track.firstTimed
            else { return false }
            return first.presentationTime > start + max(first.duration, .milliseconds(1))
        }
    }

    /// Whether the packet in `scratch` comes after a landing and before the first of its track that has a time: what a
    /// parser cuts first may be the rest of a unit, and what follows without a stamp belongs to that.
    func isUntimed(_ track: TrackReader) -> Bool {
        switch track.landing {
        case .over:
            return false
        case .first:
            track.landing = .unstamped
            if description.demuxer.traits.dividesUnits, input.context.isReframed(stream: scratch.stream),
                mayBeRest(track)
            {
                return true
            }
            fallthrough
        case .unstamped:
            guard UnitIdentity(scratch).isStamped || track.source.kind == .data else { return true }
            track.landing = .over
            return false
        }
    }

    /// Whether the packet in `scratch` may be the rest of a unit. The rest of a picture bears the stamp of the next one:
    /// the container stamps the first unit that begins in a packet.
    private func mayBeRest(_ track: TrackReader) -> Bool {
        switch track.source.kind {
        case .audio: true
        case .video: scratch.withBytes { !PictureStart.begins($0, codec: track.source.codec.codec) }
        case .subtitle, .data: false
        }
    }
}
