internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
import Synchronization

/// A reading position in a transport stream that is sent as it is.
final class TransportStreamCursor: MediaCursor {
    private let title: FileTitle
    private let source: TransportStreamSource
    private let track: CursorTrack
    private let interrupt = Interrupt()
    private let state: Mutex<State>

    /// SAFETY: a reader is used by one thread at a time: whoever takes it out of the state has it alone until it is put back.
    private struct Idle: @unchecked Sendable {
        let reader: TransportStreamReader
    }

    private enum State {
        /// No read is under way.
        case idle(Idle)
        case reading
        case closed
    }

    init(_ title: FileTitle, _ source: TransportStreamSource, _ options: CursorOptions) {
        precondition(options.tracks.count == 1 && options.tracks[0].track == 0, "no such track")
        self.title = title
        self.source = source
        track = options.tracks[0]
        state = Mutex(.idle(Idle(reader: TransportStreamReader(source, options.tracks[0]))))
    }

    private init(_ other: TransportStreamCursor, _ idle: Idle) {
        (title, source, track) = (other.title, other.source, other.track)
        state = Mutex(.idle(idle))
    }

    package func read(_ request: consuming ReadRequest, completion: @escaping @Sendable (Batch) -> Void) {
        let box = Mutex<ReadRequest?>(request)
        title.pool.enqueue(device: title.identity.device) { [self] in
            let request = box.withLock { $0.take() }
            guard let request else { preconditionFailure("a request is read once") }
            completion(perform(request))
        }
    }

    private func perform(_ request: consuming ReadRequest) -> Batch {
        let taken = state.withLock { state -> Idle? in
            guard case .idle(let idle) = state else { return nil }
            state = .reading
            return idle
        }
        guard let taken else { return failed(request) }
        interrupt.setDeadline(after: title.limits.readTimeout.nanoseconds)
        var batch = taken.reader.read(request, interrupt: interrupt)
        interrupt.clearDeadline()
        let isClosed = state.withLock { state -> Bool in
            guard case .reading = state else { return true }
            state = .idle(taken)
            return false
        }
        if batch.failure == .cancelled, !isClosed {
            batch.failure = .unreadable("reading took longer than \(title.limits.readTimeout) s")
        }
        return batch
    }

    private func failed(_ request: consuming ReadRequest) -> Batch {
        var batch = Batch(buffer: request.buffer)
        batch.failure = .cancelled
        batch.isEnd = true
        return batch
    }

    /// There is one track: another cursor goes on with it.
    package func split() -> [Int: any MediaCursor] {
        let fresh = Idle(reader: TransportStreamReader(source, track))
        let idle = state.withLock { state -> Idle? in
            guard case .idle(let idle) = state else { return nil }
            state = .idle(fresh)
            return idle
        }
        return [track.track: TransportStreamCursor(self, idle ?? fresh)]
    }

    package func close() {
        interrupt.fire()
        state.withLock { $0 = .closed }
    }
}
