// Refuses segmented sends as kernels before 6.11 do where the device makes no checksums: with EIO (udp(7), UDP_SEGMENT). To be preloaded.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

static int is_segmented(struct msghdr *message) {
    for (struct cmsghdr *next = CMSG_FIRSTHDR(message); next; next = CMSG_NXTHDR(message, next))
        if (next->cmsg_level == SOL_UDP && next->cmsg_type == UDP_SEGMENT) return 1;
    return 0;
}

int sendmmsg(int descriptor, struct mmsghdr *messages, unsigned int count, int flags) {
    static int (*original)(int, struct mmsghdr *, unsigned int, int);
    unsigned int whole = 0;
    if (!original) original = (int (*)(int, struct mmsghdr *, unsigned int, int))dlsym(RTLD_NEXT, "sendmmsg");
    while (whole < count && !is_segmented(&messages[whole].msg_hdr)) whole++;
    if (whole == 0 && count > 0) {
        errno = EIO;
        return -1;
    }
    return original(descriptor, messages, whole, flags);
}
