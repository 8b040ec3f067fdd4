internal import Delivery
import Synchronization

/// Where a read leaves its batch. The pool of an examination runs what it is given at once, so the batch is there when the read returns.
final class BatchSlot: Sendable {
    private let batch = Mutex<Batch?>(nil)

    func fill(_ batch: Batch) { self.batch.withLock { $0 = batch } }

    func take() -> Batch {
        let batch = batch.withLock { batch -> Batch? in
            defer { batch = nil }
            return batch
        }
        guard let batch else { preconditionFailure("an examination's reads are done at once") }
        return batch
    }
}
