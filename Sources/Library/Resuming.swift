internal import LibAV
internal import MediaCore

/// A place that a demuxer's index names: a key unit, and the cluster in which it lies.
struct FoundPlace {
    /// The stream's index in the file.
    let stream: Int
    let entry: IndexEntry
    /// At or behind it: a cluster, and where one of its elements begins, if that is known. Bytes from the start of the
    /// file.
    var cluster: Int64?
    var element: Int64?
}

/// Going on with a demuxer that stands elsewhere, from each track's last packet on. Everything that is kept of the tracks
/// (their times, their units that wait) stays.
extension TitleReader {
    /// How much earlier than the last packet a landing is tried, in turn, where the demuxer does not land exactly.
    private static let margins: [MediaTime] = [.zero, .seconds(1), .seconds(4), .seconds(16), .seconds(64)]

    /// - Throws: `.unreadable` if the place cannot be found again, `.cancelled`.
    func resume() throws(MediaError) {
        let open = tracks.filter(\.isOpen)
        guard !isAtEnd, !open.isEmpty else { return }
        if description.demuxer.traits.readsInFileOrder, let last = lastRead {
            return try resume(behind: last)
        }
        if open.allSatisfy({ $0.mark == nil }) { return try begin(open) }
        let marks = Dictionary(uniqueKeysWithValues: open.compactMap { track in track.mark.map { (track.id, $0) } })
        for margin in Self.margins where try move(before: open, margin: margin) {
            if try skip(marks) { return }
        }
        try reopen()
        guard try skip(marks) else { throw Self.lost }
    }

    private static let lost = MediaError.unreadable("a unit that was there before is not found again")

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

    /// NPT from which the track's next packet is still to come.
    private func place(of track: TrackReader) -> MediaTime {
        if let ticks = track.mark?.ticks { return track.source.time(ticks) - track.source.origin }
        return track.floor.map { $0 - .seconds(1) } ?? track.firstDecode
    }

    // MARK: By each track's mark

    /// Moves the demuxer to where all tracks' marks are still to come. False if it finds no way there.
    private func move(before open: [TrackReader], margin: MediaTime) throws(MediaError) -> Bool {
        guard let anchor = anchor(of: open) else { return false }
        let time = place(of: anchor) - margin
        switch description.seeking {
        case .index:
            // The bias may be too much by less than a unit.
            let tail = anchor.source.tail
            let bias = margin == .zero ? tail.seekBias : tail.seekBias - tail.seekBiasMargin
            let (biased, overflow) = anchor.ticks(time).addingReportingOverflow(bias)
            guard !overflow else { return false }
            return (try? input.context.seek(stream: anchor.stream, to: biased, keyUnitsOnly: false)) != nil
        case .landing:
            return try moveContext(before: time, anchor)
        case .arithmetic, .counting:
            return false
        }
    }

    /// The track by whose mark the demuxer is moved: the latest mark that no other track's next unit precedes. A track
    /// that shows a picture in a minute has its mark far back, and the index knows that nothing has come since.
    private func anchor(of open: [TrackReader]) -> TrackReader? {
        let places = open.map { (track: $0, mark: place(of: $0), next: nextPlace(of: $0)) }
        let late = places.filter { place in
            places.allSatisfy { $0.track === place.track || $0.next > place.mark }
        }
        return (late.max { $0.mark < $1.mark } ?? places.min { $0.mark < $1.mark })?.track
    }

    /// NPT up to which the track has shown all of its units.
    private func nextPlace(of track: TrackReader) -> MediaTime {
        // An AVI's index may count the bytes of audio.
        guard description.demuxer == .mp4 || track.source.kind == .video, let ticks = track.mark?.ticks,
            let next = input.context.indexTicks(stream: track.stream, after: ticks)
        else { return place(of: track) }
        // The demuxer rounds times to the other streams' ticks.
        return track.source.time(next - 1) - track.source.origin
    }

    /// Reads and drops the packets of each track up to its mark; what lies beyond a track's mark before another's is met
    /// is read again later, from memory.
    /// - Returns: false if a mark is not ahead, or too far.
    private func skip(_ marks: [Int: ReadingMark]) throws(MediaError) -> Bool {
        var left = marks
        var passed: [Int: ReadingMark] = [:]
        var failures = 0
        unread.removeAll()
        while !left.isEmpty {
            guard try readAgain(&failures) else { return false }
            guard let track = trackOfStream[scratch.stream] ?? appeared(scratch.stream) else { continue }
            guard let mark = left[track.id] else {
                unread.append(scratch.take())
                guard unread.count < LibraryLimits.maximumHeldUnits, unread.bytes < LibraryLimits.maximumHeldBytes
                else {
                    return false
                }
                continue
            }
            passed[track.id, default: ReadingMark()].pass(scratch)
            let now = passed[track.id, default: ReadingMark()]
            if now == mark {
                left[track.id] = nil
            } else if mark.isMissed(at: now, slack: track.slack) {
                return false
            }
        }
        return true
    }

    /// Reads a packet that can be read into `scratch`.
    /// - Returns: false if there is none.
    private func readAgain(_ failures: inout Int) throws(MediaError) -> Bool {
        while true {
            guard !input.isInterrupted else { throw .cancelled }
            do throws(AVFailure) {
                try input.context.read(into: &scratch)
                return true
            } catch {
                failures += 1
                guard error.isInvalidData, failures < LibraryLimits.maximumConsecutiveFailures else { return false }
            }
        }
    }

    // MARK: By the file's order

    /// The track whose packet was read last, where packets come in file order.
    private var lastRead: TrackReader? {
        tracks.filter { $0.mark != nil }.max { ($0.mark?.filePosition ?? -1) < ($1.mark?.filePosition ?? -1) }
    }

    /// All packets up to the last that was read have been read, whatever track they belong to; so how far back another
    /// track's last one lies does not matter.
    private func resume(behind last: TrackReader) throws(MediaError) {
        if let place {
            if try passOver(to: last, from: place) { return }
            input.context.learn(place.entry, stream: place.stream)
            let ticks = place.entry.ticks
            if (try? input.context.seek(stream: place.stream, to: ticks, keyUnitsOnly: true)) != nil,
                try skip(behind: last)
            {
                return
            }
        }
        for margin in Self.margins where try moveContext(before: place(of: last) - margin, last) {
            if try skip(behind: last) { return }
        }
        try reopen()
        guard try skip(behind: last) else { throw Self.lost }
    }

    /// - Returns: false if the last packet that was read is not ahead.
    private func skip(behind last: TrackReader) throws(MediaError) -> Bool {
        guard let mark = last.mark else { return false }
        // Also if it was the last of its track.
        select(tracks.filter { $0.isOpen || $0 === last })
        var passed = ReadingMark()
        var failures = 0
        var isFirst = true
        unread.removeAll()
        while try readAgain(&failures) {
            if isFirst, scratch.filePosition > mark.filePosition { return false }
            isFirst = false
            guard trackOfStream[scratch.stream] === last else { continue }
            passed.pass(scratch)
            if passed == mark {
                select()
                return true
            }
            if mark.isMissed(at: passed, slack: last.slack) { return false }
        }
        return false
    }

    /// Goes to the block that was read last, from `place`, which lies before it: to its cluster, of which what precedes
    /// the block is hidden. By the stream of `place`: the demuxer reads on behind the last entry of a stream's index.
    /// - Returns: false if the demuxer does not come to it.
    private func passOver(to last: TrackReader, from place: FoundPlace) throws(MediaError) -> Bool {
        let input = input
        let start = max(place.cluster ?? 0, place.entry.filePosition)
        guard let mark = last.mark, let ticks = mark.ticks,
            let cluster = MatroskaCluster(input.file, at: start, isInterrupted: { input.isInterrupted })?
                .holding(mark.filePosition),
            // What is stamped before the time that is asked for is dropped.
            cluster.time <= ticks, learn(cluster, stream: place.stream)
        else { return false }
        let known = cluster.position == place.cluster ? place.element : nil
        let block = cluster.block(holding: mark.filePosition, behind: known)
        self.place?.cluster = cluster.position
        self.place?.element = block
        input.context.show(block.flatMap { cluster.hole(upTo: $0) })
        defer { input.context.show(nil) }
        guard (try? input.context.seek(stream: place.stream, to: cluster.time, keyUnitsOnly: false)) != nil else {
            return false
        }
        return try skip(behind: last)
    }

    /// False if the demuxer's index says something else.
    private func learn(_ cluster: MatroskaCluster, stream: Int) -> Bool {
        if let known = input.context.indexEntry(stream: stream, keyAtOrBefore: cluster.time),
            known.ticks == cluster.time
        {
            return known.filePosition == cluster.position
        }
        let entry = IndexEntry(ticks: cluster.time, filePosition: cluster.position, isKey: false)
        input.context.learn(entry, stream: stream)
        return true
    }

    /// Remembers the last key unit that the demuxer's index names: from there the batch's end is reached soonest, and
    /// another demuxer, which has not read here, need not know a place that is near.
    func notePlace() {
        guard description.sharesDemuxers, description.demuxer.traits.readsInFileOrder else { return }
        for track in tracks {
            guard isFound(track), let ticks = track.mark?.ticks,
                let entry = input.context.indexEntry(stream: track.stream, keyAtOrBefore: ticks),
                place.map({ $0.entry.filePosition <= entry.filePosition }) ?? true
            else { continue }
            place = FoundPlace(
                stream: track.stream, entry: entry, cluster: place?.cluster, element: place?.element)
        }
    }
}
