package import NIOCore
package import RTPPayload

/// An event loop's empty wire buffers. What the loop gave away with a read request comes back here when the last train has left, so
/// that a buffer's memory is allocated once and never handed between allocator arenas.
///
/// Belongs to one event loop; not thread-safe.
package final class BufferPool {
    /// Bytes of free buffers that the pool keeps; beyond, they go back to the allocator.
    package let maximumFreeBytes: Int
    /// Capacity of the largest buffer that the pool keeps. What a single unit above a batch's size needed goes back to the allocator: in the
    /// hands of a smaller batch it would keep all of its memory.
    package let largestBuffer: Int
    package private(set) var freeBytes = 0
    /// Free buffers by size class: `free[i]` holds capacities from `smallest << i`.
    private var free: [[ByteBuffer]]
    private let allocator = ByteBufferAllocator()

    private static let smallest = 16 * 1024
    private static let classes = 12

    /// - Parameter batch: bytes of the largest usual batch.
    package init(maximumFreeBytes: Int = 16 * 1024 * 1024, batch: Int = 256 * 1024) {
        self.maximumFreeBytes = maximumFreeBytes
        self.largestBuffer = Self.smallest << min(Self.sizeClass(holding: batch), Self.classes - 1)
        self.free = Array(repeating: [], count: Self.classes)
    }

    /// An empty buffer of at least `capacity` bytes.
    package func take(capacity: Int) -> ByteBuffer {
        let wanted = Self.sizeClass(holding: capacity)
        // One class up is not worth a new allocation; a much larger buffer would be wasted.
        for index in wanted..<min(wanted + 2, Self.classes) {
            if var buffer = free[index].popLast() {
                freeBytes -= buffer.capacity
                buffer.clear()
                return buffer
            }
        }
        return allocator.buffer(capacity: wanted < Self.classes ? Self.smallest << wanted : capacity)
    }

    /// Takes back a buffer that nobody reads any more.
    package func recycle(_ buffer: ByteBuffer) {
        let capacity = buffer.capacity
        guard capacity >= Self.smallest, capacity <= largestBuffer, freeBytes + capacity <= maximumFreeBytes else {
            return
        }
        var index = Self.sizeClass(holding: capacity)
        if Self.smallest << index > capacity { index -= 1 }
        freeBytes += capacity
        free[index].append(buffer)
    }

    /// The lowest class whose buffers hold `capacity` bytes; `classes` if none does.
    private static func sizeClass(holding capacity: Int) -> Int {
        var index = 0
        while index < classes, smallest << index < capacity { index += 1 }
        return index
    }
}

/// A batch's bytes on the loop: kept alive by the trains that still lie in them, then returned to the pool.
///
/// Belongs to one event loop; not thread-safe.
package final class WireBuffer {
    package let buffer: ByteBuffer
    package let runs: [PacketRun]
    private let pool: BufferPool?

    package init(_ batch: Batch, pool: BufferPool?) {
        self.buffer = batch.buffer
        self.runs = batch.runs
        self.pool = pool
    }

    deinit { pool?.recycle(buffer) }

    /// Bytes that the batch has written, from `base` on.
    package var size: Int { buffer.writerIndex }

    /// The buffer's first byte. Valid while this object lives.
    ///
    /// SAFETY: the storage of a `ByteBuffer` is heap memory that does not move while the buffer, a `let` here, keeps it alive. Headers are
    /// written through this pointer before a packet departs; until then nobody else reads those bytes, and afterwards nobody writes them.
    /// (Going through the buffer's own mutators instead would copy all of it whenever a slice of it is still on its way to a socket.)
    package var base: UnsafeMutableRawPointer {
        buffer.withVeryUnsafeBytes { UnsafeMutableRawPointer(mutating: $0.baseAddress!) }
    }
}
