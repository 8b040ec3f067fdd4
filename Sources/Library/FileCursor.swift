package import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
import Synchronization

/// A reading position in a file title, with a demuxer of its own that the first read opens.
package final class FileCursor: MediaCursor {
    private let title: FileTitle
    private let options: CursorOptions
    private let interrupt = Interrupt()
    private let state = Mutex(State.idle(nil))

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
    private struct Idle: @unchecked Sendable { let reader: TitleReader }

    init(_ title: FileTitle, _ options: CursorOptions) {
        precondition(options.tracks.allSatisfy { title.tracks.indices.contains($0.track) }, "no such track")
        self.title = title
        self.options = options
    }

    package func read(_ request: ReadRequest, completion: @escaping @Sendable (Batch) -> Void) {
        let box = RequestBox(request)
        title.pool.enqueue(device: title.identity.device) { [self] in
            completion(perform(box))
        }
    }

    private func perform(_ box: RequestBox) -> Batch {
        let request = box.take()
        let taken = state.withLock { state -> State in
            guard case .idle = state else { return state }
            defer { state = .reading }
            return state
        }
        guard case .idle(let idle) = taken else { return failed(consume request, .cancelled) }
        let reader: TitleReader
        do throws(MediaError) {
            if let idle { reader = idle.reader } else { reader = try open() }
        } catch {
            putBack(nil)
            return failed(consume request, error)
        }
        var batch = reader.read(consume request)
        if interrupt.isFired {
            batch.failure = .cancelled
            batch.isEnd = true
        }
        putBack(Idle(reader: reader))
        return batch
    }

    private func open() throws(MediaError) -> TitleReader {
        let limits = title.limits
        interrupt.setDeadline(after: limits.openTimeout.nanoseconds)
        do throws(MediaError) {
            let reader = try TitleReader(title.file, title.description, options, limits: limits, interrupt: interrupt)
            interrupt.clearDeadline()
            return reader
        } catch {
            interrupt.clearDeadline()
            let isLate = error == .cancelled && !interrupt.isFired
            throw isLate ? .unreadable("opening took longer than \(limits.openTimeout) s") : error
        }
    }

    /// A reader that was closed meanwhile is freed here, on the pool's thread.
    private func putBack(_ idle: Idle?) {
        state.withLock { state in
            if case .reading = state { state = .idle(idle) }
        }
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

/// Holds a request until its job takes it.
private final class RequestBox: Sendable {
    private let request: Mutex<ReadRequest>

    init(_ request: ReadRequest) { self.request = Mutex(request) }

    /// Leaves a request with an empty buffer of no size behind, so that the wire buffer has one owner and is written
    /// in place.
    func take() -> ReadRequest {
        request.withLock { request in
            var taken = request
            taken.buffer = ByteBuffer()
            swap(&taken.buffer, &request.buffer)
            return taken
        }
    }
}
