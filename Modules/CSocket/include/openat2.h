/* openat2(2): glibc has no wrapper for it (before 2.42), and Swift's Glibc module does not import <linux/openat2.h>. */
#ifndef SLUICE_OPENAT2_H
#define SLUICE_OPENAT2_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/openat2.h, struct open_how and RESOLVE_*; spelled out here so that old kernel headers do not matter. */
struct sluice_open_how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};
static const uint64_t sluice_resolve_no_magiclinks = 0x02;
static const uint64_t sluice_resolve_no_symlinks = 0x04;
static const uint64_t sluice_resolve_beneath = 0x08;

/* O_PATH is seen with _GNU_SOURCE only, which Swift's Glibc module does not define; __O_PATH always is (bits/fcntl-linux.h). */
static const int sluice_o_path = __O_PATH;

/* Opens `path` relative to `directory`. Returns a descriptor, or -1 with errno: ENOSYS before Linux 5.6, EPERM under some
 * seccomp filters, EXDEV when the path leaves `directory`. */
static inline int sluice_openat2(int directory, const char *path, uint64_t flags, uint64_t resolve) {
#ifdef SYS_openat2
    struct sluice_open_how how = {.flags = flags, .mode = 0, .resolve = resolve};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
#else
    (void)directory; (void)path; (void)flags; (void)resolve;
    errno = ENOSYS;
    return -1;
#endif
}

#endif
