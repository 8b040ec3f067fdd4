#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stdint.h>

/// How often this thread has allocated memory: calls of malloc, calloc, realloc, posix_memalign, aligned_alloc and memalign, by whomever
/// in the process. Stays 0 where the C library is not glibc.
uint64_t allocations_of_thread(void);

#endif
