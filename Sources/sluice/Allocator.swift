internal import CSocket

/// How the process's allocator deals with what is freed.
enum Allocator {
    /// Blocks of this many bytes and more go back to the kernel when they are freed.
    private static let mapped: Int32 = 128 * 1024
    /// So do more free bytes than these at the end of a heap.
    private static let trimmed: Int32 = 512 * 1024
    /// glibc makes eight per core otherwise, and what one thread frees the others do not find.
    private static let heaps: Int32 = 2

    /// Wire buffers are pooled, access units are not: by its own rule glibc would keep ever larger blocks in its heaps once one was freed,
    /// between smaller ones that stay.
    static func bound() { sluice_bound_allocator(mapped, trimmed, heaps) }

    /// What viewers have left behind goes back to the kernel. Takes the heaps' locks, for some milliseconds.
    static func trim() { sluice_trim_allocator() }
}
