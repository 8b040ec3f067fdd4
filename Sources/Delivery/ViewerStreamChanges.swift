import MediaCore
import RTP

/// Streams that come and go while others play: SETUP and TEARDOWN of one track in mid-session (RFC 2326 10.4, 10.7).
///
/// A stream that goes is dropped unit by unit as it falls due, so that the demand of the others stays what it was. One that comes takes up its
/// track there, if the cursor brings it as the stream wants it; else a new cursor reads anew what has not departed, and what has is passed over:
/// no packet of the others is lost or sent twice.
extension Viewer {
    /// A stream that is not yet sent, in the place of the silent one of its track. It sends from the next PLAY, or `join`, on.
    package func add(_ stream: ViewerStream) {
        guard let line = line(of: stream.track) else { preconditionFailure("a viewer has a place for every track") }
        let former = streams[line].former
        streams[line] = stream
        streams[line].former = former
        streams[line].phase = .waiting
        streams[line].sender.clock.play(timeline)
    }

    /// A stream ends, with the unit that it has half sent: BYE if anything was sent of it and the end has not said it.
    package func remove(track: Int) {
        guard let line = line(of: track), streams[line].phase != .silent else { return }
        if streams[line].sender.lastTimestamp != nil, !hasEnded { sendGoodbye(line: line, now: environment.now()) }
        let old = streams[line]
        streams[line] = ViewerStream(silent: track, clockRate: old.sender.clock.clockRate)
        slowness.forget(line: line)
        if !queue.lines[line].departed.isEmpty { streams[line].former = old.former + [old.transport] }
        queue.abandonHead(line: line)
        readIfNeeded()
        scheduleDeparture()
    }

    /// The next PLAY, or `join`, reads from `cursor`.
    /// - Parameter tracks: positions in the title of what it brings.
    package func replace(cursor: any MediaCursor, tracks: [Int]) {
        nextCursor?.cursor.close()
        nextCursor = (cursor, streams.map(\.track).filter { !tracks.contains($0) })
    }

    /// While playing: streams that were added begin; the others go on.
    /// - Returns: where they stand now.
    package func join() -> Start {
        let position = position
        admitStreams(from: position)
        let starts = streams.filter { $0.phase != .silent }.map { stream in
            StreamStart(
                track: stream.track, sequenceNumber: stream.sender.nextSequenceNumber,
                timestamp: stream.sender.clock.timestamp(of: position))
        }
        readIfNeeded()
        scheduleDeparture()
        return Start(position: position, end: rangeEnd, streams: starts)
    }

    private func line(of track: Int) -> Int? { streams.firstIndex { $0.track == track } }

    // MARK: Within a PLAY

    /// Delivery goes on at `position`; streams that wait begin with their first random access point from there on.
    func admitStreams(from position: MediaTime) {
        for line in streams.indices where streams[line].phase == .waiting { streams[line].phase = .joining(position) }
        guard nextCursor != nil else { return }
        // What every stream has still to send lies at or behind this; a seek finds the random access point at or before it.
        let places = streams.indices.filter { line in
            streams[line].phase == .sending && !(queue.lines[line].isEnded && queue.lines[line].waiting.isEmpty)
        }.map { streams[$0].lastUnit ?? mediaStart }
        changeCursor()
        isUntouched = false
        isRereading = true
        queue.restart(at: max(.zero, places.min() ?? position), end: rangeEnd)
    }

    /// All streams begin anew, at the place of a seek.
    func admitAllStreams() {
        isRereading = false
        slowness.restart()
        noteLevel()
        for line in streams.indices where streams[line].phase != .silent {
            streams[line].phase = .sending
            streams[line].lastUnit = nil
        }
    }

    /// The queue is to be restarted.
    func changeCursor() {
        guard let next = nextCursor else { return }
        queue.join()
        closeParts()
        cursor.close()
        (cursor, absentTracks) = next
        nextCursor = nil
        isUntouched = true
    }

    /// Without the units that were sent already, or that no stream wants; it also ends the tracks that the cursor does not bring.
    func wanted(_ batch: Batch) -> Batch {
        guard !absentTracks.isEmpty || isRereading else { return batch }
        var batch = batch
        batch.endedTracks += absentTracks
        guard isRereading else { return batch }
        batch.trains.removeAll { train in
            guard let line = line(of: train.unit.track) else { return true }
            let unit = train.unit
            switch streams[line].phase {
            case .silent, .waiting: return false
            case .joining(let start): return unit.presentationTime < start
            case .sending:
                return unit.presentationTime < mediaStart
                    || streams[line].lastUnit.map { unit.decodeTime <= $0 } ?? false
            }
        }
        return batch
    }

    // MARK: Dropping

    /// Drops what is due of a stream that does not send, up to the unit with which a joining one begins.
    func dropDue(line: Int, now: MediaTime) {
        // What a former transport holds of the line is accounted for first.
        guard queue.lines[line].departed.isEmpty else { return }
        streams[line].former.removeAll()
        var hasDropped = false
        while let head = queue.lines[line].waiting.first {
            let unit = head.train.unit
            if case .joining(let start) = streams[line].phase, unit.isRandomAccessPoint,
                unit.presentationTime >= start
            {
                streams[line].phase = .sending
                streams[line].hasJoined = true
                break
            }
            guard isPlaying, due(unit.decodeTime) <= now else { break }
            dropHead(line: line)
            hasDropped = true
        }
        if hasDropped { readIfNeeded() }
    }

    /// When `dropDue` has something to do; nil until something is queued or accepted.
    func nextDrop(line: Int) -> MediaTime? {
        guard queue.lines[line].departed.isEmpty, let head = queue.lines[line].waiting.first else { return nil }
        return due(head.train.unit.decodeTime)
    }

    private func dropHead(line: Int) {
        guard var left = queue.lines[line].waiting.first.map({ Int($0.packetsLeft) }) else { return }
        while left > 0, let departure = queue.depart(line: line, limit: left, prefix: 0) {
            left -= departure.packets
            queue.accept(line: line, packets: departure.packets)
            queue.counters.packetsSent -= departure.packets
            queue.counters.bytesSent -= (departure.packets - 1) * departure.packetSize + departure.lastPacketSize
            queue.counters.packetsDiscarded += departure.packets
        }
    }
}
