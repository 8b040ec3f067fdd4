import MediaCore
import NIOCore
import Synchronization

/// Keeps a request until it is carried out, perhaps on another thread.
package final class HeldRequest: Sendable {
    private let request: Mutex<ReadRequest>

    package init(_ request: consuming ReadRequest) { self.request = Mutex(request) }

    /// Leaves a request with an empty buffer of no size behind, so that the wire buffer has one owner and is written in place.
    package func take() -> ReadRequest {
        request.withLock { request in
            var taken = request
            taken.buffer = ByteBuffer()
            swap(&taken.buffer, &request.buffer)
            return taken
        }
    }
}

extension ReadRequest {
    /// The answer to a request that will not be read any more.
    consuming func cancelled() -> Batch { ended(.cancelled) }

    /// The answer to a request that finds nothing more.
    /// - Parameter failure: why, if that is not the end.
    consuming func ended(_ failure: MediaError?) -> Batch {
        var batch = Batch(buffer: buffer)
        (batch.failure, batch.isEnd) = (failure, true)
        return batch
    }
}
