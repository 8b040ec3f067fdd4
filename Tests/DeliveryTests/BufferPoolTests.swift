import Delivery
import NIOCore
import Testing

@Suite struct BufferPoolTests {
    private func address(_ buffer: ByteBuffer) -> UInt {
        buffer.withVeryUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    }

    @Test("a buffer that came back is handed out again, empty")
    func reuse() {
        let pool = BufferPool()
        var buffer = pool.take(capacity: 100_000)
        buffer.writeRepeatingByte(1, count: 100_000)
        let first = address(buffer)
        pool.recycle(buffer)
        buffer = ByteBuffer()
        #expect(pool.freeBytes == 131_072)
        let again = pool.take(capacity: 70_000)
        #expect(address(again) == first)
        #expect(again.readableBytes == 0)
        #expect(pool.freeBytes == 0)
    }

    @Test("a buffer somebody still reads is not written into")
    func stillShared() {
        let pool = BufferPool()
        var buffer = pool.take(capacity: 20_000)
        buffer.writeString("kept")
        pool.recycle(buffer)
        var other = pool.take(capacity: 20_000)
        other.writeString("lost")
        #expect(buffer.getString(at: 0, length: 4) == "kept")
    }

    @Test("a request gets its own size class or the next, never a far larger buffer")
    func sizeClasses() {
        let pool = BufferPool(batch: 1 << 20)
        pool.recycle(ByteBufferAllocator().buffer(capacity: 1 << 20))
        #expect(pool.take(capacity: 16_384).capacity == 16_384)
        #expect(pool.freeBytes == 1 << 20)
        #expect(pool.take(capacity: 400_000).capacity == 1 << 20)
        #expect(pool.freeBytes == 0)
    }

    @Test("beyond its bound the pool keeps nothing")
    func bound() {
        let pool = BufferPool(maximumFreeBytes: 300_000)
        for _ in 0..<5 { pool.recycle(ByteBufferAllocator().buffer(capacity: 131_072)) }
        #expect(pool.freeBytes == 2 * 131_072)
    }

    @Test("a buffer that grew beyond a batch is not kept", arguments: [262_144, 524_288])
    func grown(capacity: Int) {
        let pool = BufferPool(batch: 200_000)
        #expect(pool.largestBuffer == 262_144)
        pool.recycle(ByteBufferAllocator().buffer(capacity: capacity))
        #expect(pool.freeBytes == (capacity == 262_144 ? capacity : 0))
    }

    @Test("sizes at the edges of the classes", arguments: [0, 1, 16_384, 16_385, 33_554_432])
    func edges(capacity: Int) {
        let pool = BufferPool(maximumFreeBytes: 1 << 30, batch: 1 << 30)
        let buffer = pool.take(capacity: capacity)
        #expect(buffer.capacity >= capacity)
        pool.recycle(buffer)
        #expect(pool.freeBytes == buffer.capacity)
    }

    @Test("a wire buffer goes back once, when its last reader lets go")
    func wireBuffer() {
        let pool = BufferPool()
        var first: WireBuffer? = WireBuffer(Batch(buffer: pool.take(capacity: 16_384)), pool: pool)
        var second = first
        first = nil
        #expect(pool.freeBytes == 0)
        #expect(second?.runs.isEmpty == true)
        second = nil
        #expect(pool.freeBytes == 16_384)
    }
}
