internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
internal import RTPPayload
internal import Timestamps

/// Reads one title for one cursor: batches, from any position. Used by one thread at a time.
final class TitleReader {
    let description: TitleDescription
    private(set) var tracks: [TrackReader]
    /// What is read from; nil between the reads of one that borrows.
    private(set) var demuxer: Demuxer?
    private let seat: DemuxerPool.Seat
    var serial: UInt64 { seat.serial }
    let limits: LibraryLimits
    /// `tracks` by the stream's index in the open file.
    private(set) var trackOfStream: [Int: TrackReader] = [:]
    /// Streams of the open file that have been looked at.
    private var knownStreams = 0

    /// The packet that is read into, again and again.
    var scratch = Packet()
    /// Where the stamps jump back, all tracks of a programme are moved together.
    private var timelines: [Int?: FileTimeline] = [:]
    /// Units with their times, in the order in which these became known; nothing is decided about them yet.
    var timed = UnitQueue()
    /// Units that are wanted and did not fit, or were held back.
    private var ready = UnitQueue()
    private var isStarted = false
    /// What finding the place again has met on its way, in file order; read before the file is.
    var unread = PacketQueue()
    /// Where the last batch's end is near, as the demuxer's index has it; nil if it does not tell.
    var place: FoundPlace?
    /// The file has been read to its end.
    private(set) var isAtEnd = false
    /// Units in a row that could not be read.
    private var failures = 0

    init(
        _ description: TitleDescription, _ options: CursorOptions, taps: [Int: UnitTap] = [:], limits: LibraryLimits,
        seat: DemuxerPool.Seat
    ) {
        self.description = description
        self.limits = limits
        self.seat = seat
        tracks = options.tracks.map { TrackReader(description, $0, tap: taps[$0.track]) }
    }

    /// Goes on where another reader has left a track.
    init(_ description: TitleDescription, _ left: LeftTrack, limits: LibraryLimits, seat: DemuxerPool.Seat) {
        self.description = description
        self.limits = limits
        self.seat = seat
        tracks = [left.track]
        isStarted = true
        left.takeUnits(timed: &timed, ready: &ready)
        isAtEnd = left.isAtEnd
        timelines = left.timelines
    }

    /// Keeps one track and gives the others up, each with the units of it that have been read.
    func split(keeping kept: TrackReader) -> [LeftTrack] {
        let left = tracks.filter { $0 !== kept }.map { LeftTrack($0, isAtEnd: isAtEnd, timelines) }
        timed = Self.deal(&timed, to: left)
        ready = Self.deal(&ready, to: left, areReady: true)
        tracks = [kept]
        for left in left { trackOfStream[left.track.stream] = nil }
        if demuxer != nil { select() }
        return left
    }

    /// The units of `queue` that belong to none of `left`.
    private static func deal(_ queue: inout UnitQueue, to left: [LeftTrack], areReady: Bool = false) -> UnitQueue {
        var kept = UnitQueue()
        while let waiting = queue.popFirst() {
            if let owner = left.first(where: { $0.track.id == waiting.unit.track }) {
                owner.take(waiting, isReady: areReady)
            } else {
                kept.append(waiting)
            }
        }
        return kept
    }

    /// Begins at the start of the file, with a new demuxer.
    func reopen() throws(MediaError) {
        try input.reopen()
        forgetStreams()
    }

    /// The demuxer; there is one during a read.
    var input: Demuxer {
        guard let demuxer else { preconditionFailure("a demuxer is at hand while reading") }
        return demuxer
    }

    private func forgetStreams() {
        (knownStreams, trackOfStream) = (0, [:])
        findStreams()
    }

    /// Finds the tracks' streams among those that have appeared.
    private func findStreams() {
        knownStreams = input.context.streamCount
        for track in tracks where trackOfStream[track.stream] !== track {
            let stream = (0..<knownStreams).first { index in
                description.demuxer.traits.streamsAppear
                    ? input.context.stream(index).isSame(track.source.streamID, track.source.kind)
                    : index == track.source.stream
            }
            guard let stream else { continue }
            track.stream = stream
            trackOfStream[stream] = track
        }
        select()
    }

    func select() { select(tracks.filter(\.isOpen)) }

    func select(_ tracks: [TrackReader]) { input.context.select(tracks.filter(isFound).map(\.stream)) }

    func isFound(_ track: TrackReader) -> Bool { trackOfStream[track.stream] === track }

    /// One batch; a failure is in it. Where the demuxer is interrupted, what is in it is of no worth.
    /// - Parameter demuxer: stays the reader's own, until `release`.
    func read(_ request: consuming ReadRequest, with demuxer: Demuxer) -> Batch {
        self.demuxer = demuxer
        var batch = Batch(buffer: ByteBuffer())
        swap(&batch.buffer, &request.buffer)
        batch.buffer.clear()
        do throws(MediaError) {
            try begin(&batch, at: request.seek)
            try fill(&batch, request)
        } catch {
            batch.failure = error
            batch.isEnd = true
        }
        for track in tracks { flush(track, &batch) }
        notePlace()
        // Also those that ended while a seek looked for its place.
        for track in tracks where track.isEnded && !track.isEndReported {
            track.isEndReported = true
            batch.endedTracks.append(track.id)
        }
        return batch
    }

    /// What is borrowed can be given back.
    func release() { demuxer = nil }

    private func begin(_ batch: inout Batch, at position: MediaTime?) throws(MediaError) {
        let lastReader = input.lastReader
        input.lastReader = serial
        if lastReader != serial { forgetStreams() } else { select() }
        guard description.demuxer.traits.streamsAppear || trackOfStream.count == tracks.count else {
            throw .unreadable("the file has changed")
        }
        if let position {
            batch.start = try seek(to: position)
        } else if !isStarted {
            batch.start = lastReader == nil ? earliestPresentation : try rewind()
        } else if lastReader != serial {
            try resume()
        }
        isStarted = true
    }

    /// NPT of the earliest unit of the cursor's tracks.
    var earliestPresentation: MediaTime { tracks.map(\.firstPresentation).min() ?? .zero }

    /// Forgets the position; a seek follows.
    func reset() {
        ready.removeAll()
        for track in tracks { track.reset() }
        land(at: .zero)
    }

    /// Reading goes on at another place of the file.
    func land(at start: MediaTime) {
        place = nil
        timed.removeAll()
        timelines.removeAll(keepingCapacity: true)
        unread.removeAll()
        (isAtEnd, failures) = (false, 0)
        for track in tracks { track.land(at: start) }
        select()
    }

    private func fill(_ batch: inout Batch, _ request: borrowing ReadRequest) throws(MediaError) {
        for track in tracks { track.firstInBatch = nil }
        while true {
            while let waiting = ready.popFirst() {
                guard let track = track(of: waiting.unit) else { continue }
                guard emit(waiting.packet, waiting.unit, track, &batch, request) else {
                    ready.prepend(waiting)
                    return
                }
            }
            if tracks.allSatisfy(\.isEnded) {
                batch.isEnd = true
                return
            }
            if let waiting = timed.popFirst() {
                guard let track = track(of: waiting.unit) else { continue }
                let unit = waiting.unit
                var packet = waiting.takePacket()
                accept(&packet, unit, track, &batch, request)
            } else if tracks.contains(where: { isFinished($0) && !$0.isEnded }) {
                for track in tracks where isFinished(track) { end(track) }
            } else if let unit = try advance(&batch), let track = track(of: unit) {
                accept(&scratch, unit, track, &batch, request)
            }
        }
    }

    private func track(of unit: AccessUnit) -> TrackReader? { tracks.first { $0.id == unit.track } }

    /// Whether nothing more of the track will be read.
    func isFinished(_ track: TrackReader) -> Bool { isAtEnd || track.isComplete }

    /// Why units are skipped that the container names and the file does not have.
    static let truncation = "the file is truncated"

    /// Reads one packet and finds its times, or the times of units that waited for it: those are in `timed` then.
    /// - Returns: a unit whose packet is in `scratch`, if none is in `timed`.
    func advance(_ batch: inout Batch) throws(MediaError) -> AccessUnit? {
        guard try readNext(&batch) else { return nil }
        guard let track = trackOfStream[scratch.stream] ?? appeared(scratch.stream), track.isOpen else { return nil }
        track.pass(scratch)
        let unit = try time(track, &batch)
        if track.isAtLastPacket, !track.isEnded {
            track.finish(into: &timed)
            select()
        }
        return unit
    }

    /// Finds the times of the packet in `scratch`, as `advance`.
    private func time(_ track: TrackReader, _ batch: inout Batch) throws(MediaError) -> AccessUnit? {
        if isUntimed(track) || isChainedHeader(track) { return nil }
        if let reason = damage(to: track) {
            if scratch.size > 0 { skip(&batch, reason) }
            drop(scratch, track, &batch)
            return nil
        }
        guard scratch.size <= limits.maximumUnitSize, !scratch.isEncrypted else {
            skip(
                &batch,
                scratch.isEncrypted
                    ? "encrypted" : "access unit of \(scratch.size) bytes, limit \(limits.maximumUnitSize)")
            end(track)
            return nil
        }
        do {
            return try track.time(
                &scratch, of: input.context, on: &timelines[track.source.programme, default: FileTimeline()],
                into: &timed)
        } catch {
            skip(&batch, "\(error)")
            return nil
        }
    }

    /// A stream that was not there before.
    func appeared(_ stream: Int) -> TrackReader? {
        guard stream >= knownStreams else { return nil }
        findStreams()
        return trackOfStream[stream]
    }

    /// Brings the next packet into `scratch`. False if that could not be had: at the end `isAtEnd` is set then.
    private func readNext(_ batch: inout Batch) throws(MediaError) -> Bool {
        // A damaged file may promise millions of units without a byte.
        guard !input.isInterrupted else { throw .cancelled }
        if let packet = unread.popFirst() {
            scratch = packet
            return true
        }
        do throws(AVFailure) {
            try input.context.read(into: &scratch)
            failures = 0
            return true
        } catch {
            // Many demuxers call it the end of the file when they are interrupted.
            guard !input.isInterrupted else { throw .cancelled }
            guard error.isEndOfFile || error.isInvalidData else { throw error.mediaError }
            failures += 1
            // A truncated file ends once for every unit that it promises and does not have; other tracks' may still
            // be there.
            let mayGoOn = error.isInvalidData || tracks.contains { !$0.isEnded && $0.source.tail.last != nil }
            if mayGoOn, failures < LibraryLimits.maximumConsecutiveFailures {
                skip(&batch, error.isEndOfFile ? Self.truncation : "\(error)")
                return false
            }
            isAtEnd = true
            for track in tracks where track.isOpen { track.finish(into: &timed) }
            return false
        }
    }

    /// Decides about a unit whose times are known.
    private func accept(
        _ packet: inout Packet, _ unit: AccessUnit, _ track: TrackReader, _ batch: inout Batch,
        _ request: borrowing ReadRequest
    ) {
        guard !track.isEnded else { return }
        if track.precedesStart(unit) { return drop(packet, track, &batch) }
        switch track.judge(unit, end: request.end) {
        case .send:
            if !emit(packet, unit, track, &batch, request) { ready.append(packet.take(), unit) }
        case .sendHeld:
            track.releaseHeld(into: &ready)
            ready.append(packet.take(), unit)
        case .hold:
            if track.isLast(packet) { return end(track) }
            track.hold(packet.take(), unit)
        case .ended:
            end(track)
        }
    }

    /// Why the packet in `scratch` cannot be sent, if it cannot. Of audio that is cut to packets, what is there of a unit is whole.
    private func damage(to track: TrackReader) -> String? {
        if scratch.size == 0, !track.source.codec.codec.hasEmptyUnits { return "empty access unit" }
        let isDamaged = scratch.isCorrupt && track.framing == nil && !description.demuxer.traits.marksGaps
        return isDamaged ? "damaged access unit" : nil
    }

    private func isChainedHeader(_ track: TrackReader) -> Bool {
        description.demuxer == .ogg && scratch.withBytes { OggChain.isHeader($0, track.source.codec.codec) }
    }

    /// Passes over a packet.
    private func drop(_ packet: borrowing Packet, _ track: TrackReader, _ batch: inout Batch) {
        track.applyConfiguration(of: packet)
        if track.isLast(packet) { end(track) }
    }

    func skip(_ batch: inout Batch, _ reason: String) {
        batch.skippedUnits += 1
        batch.skipReason = reason
    }

    /// No unit of the track follows; the demuxer need not read its bytes any more.
    func end(_ track: TrackReader) {
        guard !track.isEnded else { return }
        track.isEnded = true
        track.dropHeld()
        select()
    }
}
