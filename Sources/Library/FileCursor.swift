package import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
import Synchronization

/// A reading position in a file title. Its demuxer is opened by the first read and stays its own, or is borrowed for each
/// read from those of the title.
package final class FileCursor: MediaCursor {
    private let title: FileTitle
    private let options: CursorOptions
    /// Of the tracks whose units are decoded.
    private let taps: [Int: UnitTap]
    /// Of the reader that this cursor has or will have.
    private let interrupts: Mutex<Interrupt>
    private let state: Mutex<State>

    private enum State {
        /// No read is under way; the reader is nil before the first.
        case idle(Idle?)
        case reading
        /// Waits to be freed.
        case closing(Idle)
        case closed
    }

    /// SAFETY: a reader is used by one thread at a time: whoever takes it out of the state has it alone until it is
    /// put back.
    private struct Idle: @unchecked Sendable {
        let reading: Reading

        enum Reading {
            case reader(TitleReader)
            /// Of a track that was given up by a split; opened by the next read.
            case left(LeftTrack)
        }
    }

    /// - Parameter taps: by track, where its units go in place of the batch.
    init(_ title: FileTitle, _ options: CursorOptions, taps: [Int: UnitTap] = [:]) {
        precondition(options.tracks.allSatisfy { title.tracks.indices.contains($0.track) }, "no such track")
        self.title = title
        self.options = options
        self.taps = taps
        interrupts = Mutex(Interrupt())
        state = Mutex(.idle(nil))
    }

    /// Goes on where another cursor has left a track, with its reader or with what that has left.
    private init(_ title: FileTitle, _ track: CursorTrack, _ idle: Idle, _ interrupt: Interrupt) {
        self.title = title
        options = CursorOptions(tracks: [track])
        // A reader has its taps already.
        taps = [:]
        interrupts = Mutex(interrupt)
        state = Mutex(.idle(idle))
    }

    private var interrupt: Interrupt { interrupts.withLock { $0 } }

    package func read(_ request: consuming ReadRequest, completion: @escaping @Sendable (Batch) -> Void) {
        let box = HeldRequest(request)
        title.pool.enqueue(device: title.identity.device) { [self] in perform(box, completion) }
    }

    private func perform(_ box: HeldRequest, _ completion: @escaping @Sendable (Batch) -> Void) {
        let taken = state.withLock { state -> State in
            guard case .idle = state else { return state }
            defer { state = .reading }
            return state
        }
        guard case .idle(let idle) = taken else { return completion(failed(box.take(), .cancelled)) }
        let reader = Reader(reader(idle))
        let interrupt = interrupt
        guard title.description.sharesDemuxers else {
            let demuxer = reader.reader.demuxer.map { .success($0) } ?? title.demuxers.open(for: interrupt)
            return completion(read(box, reader, demuxer, interrupt))
        }
        title.demuxers.borrow(for: reader.reader.serial, interrupt: interrupt) { [self] demuxer in
            let batch = read(box, reader, demuxer, interrupt)
            reader.reader.release()
            completion(batch)
        }
    }

    private func reader(_ idle: Idle?) -> TitleReader {
        switch idle?.reading {
        case .reader(let reader): reader
        case .left(let left): TitleReader(title.description, left, limits: title.limits, seat: title.demuxers.enter())
        case nil:
            TitleReader(
                title.description, options, taps: taps, limits: title.limits, seat: title.demuxers.enter())
        }
    }

    /// Reads with a demuxer, or the reason why there is none.
    private func read(
        _ box: HeldRequest, _ reader: Reader, _ opened: Result<Demuxer, MediaError>, _ interrupt: Interrupt
    ) -> Batch {
        let demuxer: Demuxer
        switch opened {
        case .success(let opened): demuxer = opened
        case .failure(let error):
            putBack(reader)
            return failed(box.take(), error)
        }
        var isUsable = true
        var batch: Batch
        if interrupt.isFired {
            batch = failed(box.take(), .cancelled)
        } else {
            demuxer.limit(title.limits.readTimeout)
            let before = demuxer.context.bytesRead
            batch = reader.reader.read(box.take(), with: demuxer)
            if batch.failure == nil, !batch.isEnd, !interrupt.isFired, !demuxer.isInterrupted {
                demuxer.prefetch(after: demuxer.context.bytesRead - before)
            }
            if let failure = interruption(of: demuxer, interrupt) { (batch.failure, batch.isEnd) = (failure, true) }
            demuxer.limit(nil)
            isUsable = batch.failure == nil || batch.failure == .rangeNotSatisfiable
        }
        if title.description.sharesDemuxers {
            title.demuxers.giveBack(demuxer, isUsable: isUsable)
        } else if !isUsable {
            reader.reader.release()
        }
        putBack(reader)
        return batch
    }

    /// Why a read was ended from outside, if it was.
    private func interruption(of demuxer: Demuxer, _ interrupt: Interrupt) -> MediaError? {
        if interrupt.isFired { return .cancelled }
        return demuxer.isInterrupted ? .unreadable("reading took longer than \(title.limits.readTimeout) s") : nil
    }

    /// The reader, and with it a demuxer that is not shared, goes to the first video track, or the first track: it has
    /// most to read.
    package func split() -> [Int: any MediaCursor] {
        let idle = state.withLock { state -> Idle? in
            guard case .idle(let idle) = state else { return nil }
            state = .idle(nil)
            return idle
        }
        guard case .reader(let reader)? = idle?.reading, let kept = reader.leader else {
            return parts { FileCursor(title, CursorOptions(tracks: [$0]), taps: taps) }
        }
        let interrupt = interrupts.withLock { interrupt -> Interrupt in
            defer { interrupt = Interrupt() }
            return interrupt
        }
        let left = reader.split(keeping: kept)
        return parts { track in
            guard let left = left.first(where: { $0.track.id == track.track }) else {
                return FileCursor(title, track, Idle(reading: .reader(reader)), interrupt)
            }
            return FileCursor(title, track, Idle(reading: .left(left)), Interrupt())
        }
    }

    private func parts(_ make: (CursorTrack) -> FileCursor) -> [Int: any MediaCursor] {
        Dictionary(uniqueKeysWithValues: options.tracks.map { ($0.track, make($0)) })
    }

    /// A reader that was closed meanwhile is freed here, on the pool's thread.
    private func putBack(_ reader: Reader) {
        state.withLock { state in
            if case .reading = state { state = .idle(Idle(reading: .reader(reader.reader))) }
        }
    }

    /// SAFETY: as `Idle`: a read under way has the reader alone, on whichever thread it goes on.
    private struct Reader: @unchecked Sendable {
        let reader: TitleReader
        init(_ reader: TitleReader) { self.reader = reader }
    }

    private func failed(_ request: consuming ReadRequest, _ failure: MediaError) -> Batch {
        var batch = Batch(buffer: request.buffer)
        batch.failure = failure
        batch.isEnd = true
        return batch
    }

    package func close() {
        interrupt.fire()
        let isIdle = state.withLock { state -> Bool in
            switch state {
            case .idle(let idle?):
                state = .closing(idle)
                return true
            case .idle(nil), .reading, .closed:
                state = .closed
                return false
            case .closing:
                return false
            }
        }
        guard isIdle else { return }
        // Freeing an index of many megabytes is work for the pool, not for an event loop.
        title.pool.enqueue(device: title.identity.device) { [self] in
            _ = state.withLock { state -> State in
                defer { state = .closed }
                return state
            }
        }
    }
}
