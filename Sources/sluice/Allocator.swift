internal import Glibc

/// How the process's allocator deals with what is freed.
enum Allocator {
    /// Blocks from this size on are mapped one by one, and go back to the kernel when they are freed.
    private static let mapped: Int32 = 64 * 1024
    /// Free bytes at the end of a heap that go back.
    private static let trimmed: Int32 = 128 * 1024
    /// Heaps; glibc makes eight per core otherwise, and what one thread frees the others do not find.
    private static let heaps: Int32 = 2

    /// Wire buffers are pooled, access units are not: by its own rule glibc would keep ever larger blocks in its heaps once one was freed,
    /// between smaller ones that stay.
    static func bound() {
        _ = mallopt(M_MMAP_THRESHOLD, mapped)
        _ = mallopt(M_TRIM_THRESHOLD, trimmed)
        _ = mallopt(M_ARENA_MAX, heaps)
    }
}
