// mallopt(3): Swift's Glibc module does not import <malloc.h>.
#ifndef SLUICE_ALLOCATOR_H
#define SLUICE_ALLOCATOR_H

#include <malloc.h>

// Blocks of `mapped` bytes and more are mapped one by one and go back to the kernel when they are freed, as do more than `trimmed` free
// bytes at the end of a heap; there are at most `heaps` heaps.
static inline void sluice_bound_allocator(int mapped, int trimmed, int heaps) {
    mallopt(M_MMAP_THRESHOLD, mapped);
    mallopt(M_TRIM_THRESHOLD, trimmed);
    mallopt(M_ARENA_MAX, heaps);
}

// Free pages go back to the kernel, also those between blocks in use.
static inline void sluice_trim_allocator(void) { malloc_trim(0); }

#endif
