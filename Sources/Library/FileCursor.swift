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
        case closed
    }

    /// SAFETY: a reader is used by one thread at a time: whoever takes it out of the state has it alone until it is put back.
    private struct Idle: @unchecked Sendable { let reader: TitleReader }

    init(_ title: FileTitle, _ options: CursorOptions) {
        precondition(options.tracks.allSatisfy { title.tracks.indices.contains($0.track) }, "no such track")
        self.title = title
        self.options = options
    }

    package func read(_ request: ReadRequest, completion: @escaping @Sendable (Batch) -> Void) {
        // The box lets the job take the buffer out, so that it is referenced once and written in place.
        let box = RequestBox(request)
        title.pool.enqueue(device: title.identity.device) { [self] in
            guard let request = box.take() else { return }
            completion(perform(request))
        }
    }

    private func perform(_ request: consuming ReadRequest) -> Batch {
        let taken = state.withLock { state -> State in
            guard case .idle = state else { return state }
            defer { state = .reading }
            return state
        }
        guard case .idle(let idle) = taken else { return failed(request, .cancelled) }
        let reader: TitleReader
        do throws(MediaError) {
            if let idle { reader = idle.reader } else { reader = try open() }
        } catch {
            putBack(nil)
            return failed(request, interrupt.isFired ? .cancelled : error)
        }
        var batch = reader.read(request)
        if interrupt.isFired { batch.failure = .cancelled }
        putBack(Idle(reader: reader))
        return batch
    }

    private func open() throws(MediaError) -> TitleReader {
        try TitleReader(title.file, title.description, options, limits: title.limits, interrupt: interrupt)
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
        let idle = state.withLock { state -> Idle? in
            defer { state = .closed }
            guard case .idle(let idle) = state else { return nil }
            return idle
        }
        guard let idle else { return }
        title.pool.enqueue(device: title.identity.device) { _ = idle }
    }
}

/// Holds a request until its job takes it.
private final class RequestBox: Sendable {
    private let request: Mutex<ReadRequest?>

    init(_ request: ReadRequest) { self.request = Mutex(request) }

    func take() -> ReadRequest? {
        request.withLock { request in
            defer { request = nil }
            return request
        }
    }
}
