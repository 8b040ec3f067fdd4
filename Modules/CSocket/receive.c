#define _GNU_SOURCE
#include "receive.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#ifndef SOL_UDP
#define SOL_UDP 17
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

#ifndef SCM_TIMESTAMPNS
#define SCM_TIMESTAMPNS SO_TIMESTAMPNS
#endif

// Room for the control messages that are asked for: UDP_GRO's int, and the time of arrival.
typedef union {
    struct cmsghdr alignment;
    char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct timespec))];
} control_buffer;

struct csocket_inbox {
    unsigned int count;
    uint8_t *bytes;
    struct mmsghdr headers[CSOCKET_INBOX];
    struct iovec vectors[CSOCKET_INBOX];
    control_buffer controls[CSOCKET_INBOX];
    csocket_received received[CSOCKET_INBOX];
};

static int fail_closed(int descriptor) {
    int saved = errno;
    close(descriptor);
    errno = saved;
    return -1;
}

int csocket_udp_receiver(const struct sockaddr *address, socklen_t length, int receive_buffer, int joined) {
    int on = 1;
    int descriptor = socket(address->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    // The forced variant needs CAP_NET_ADMIN; the plain one is cut to net.core.rmem_max. Neither failing is fatal.
    if (receive_buffer > 0
        && setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) < 0)
        (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (joined) (void)setsockopt(descriptor, SOL_UDP, UDP_GRO, &on, sizeof on);
    (void)setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (bind(descriptor, address, length) < 0) return fail_closed(descriptor);
    return descriptor;
}

csocket_inbox *csocket_inbox_make(unsigned int count, size_t capacity) {
    csocket_inbox *inbox = calloc(1, sizeof *inbox);
    if (!inbox) return NULL;
    inbox->count = count < CSOCKET_INBOX ? count : CSOCKET_INBOX;
    inbox->bytes = malloc(inbox->count * capacity);
    if (!inbox->bytes) {
        free(inbox);
        return NULL;
    }
    for (unsigned int i = 0; i < inbox->count; i++) {
        inbox->vectors[i] = (struct iovec){.iov_base = inbox->bytes + i * capacity, .iov_len = capacity};
        inbox->headers[i].msg_hdr = (struct msghdr){
            .msg_iov = &inbox->vectors[i], .msg_iovlen = 1, .msg_control = inbox->controls[i].bytes};
        inbox->received[i].bytes = inbox->bytes + i * capacity;
    }
    return inbox;
}

void csocket_inbox_free(csocket_inbox *inbox) {
    if (!inbox) return;
    free(inbox->bytes);
    free(inbox);
}

static void read_control(struct msghdr *header, csocket_received *received) {
    received->segment = 0;
    received->stamp = 0;
    if (header->msg_controllen < sizeof(struct cmsghdr)) return;
    for (struct cmsghdr *next = CMSG_FIRSTHDR(header); next; next = CMSG_NXTHDR(header, next)) {
        if (next->cmsg_level == SOL_UDP && next->cmsg_type == UDP_GRO) {
            int size = *(const int *)(const void *)CMSG_DATA(next);
            received->segment = size > 0 ? (uint32_t)size : 0;
        } else if (next->cmsg_level == SOL_SOCKET && next->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(next), sizeof time);
            received->stamp = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
        }
    }
}

int csocket_receive(int descriptor, csocket_inbox *inbox) {
    int count;
    for (unsigned int i = 0; i < inbox->count; i++) inbox->headers[i].msg_hdr.msg_controllen = sizeof(control_buffer);
    // MSG_TRUNC: lengths are the datagrams', not the buffers'.
    do count = recvmmsg(descriptor, inbox->headers, inbox->count, MSG_DONTWAIT | MSG_TRUNC, NULL);
    while (count < 0 && errno == EINTR);
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    for (int i = 0; i < count; i++) {
        csocket_received *received = &inbox->received[i];
        uint32_t capacity = (uint32_t)inbox->vectors[i].iov_len;
        received->length = inbox->headers[i].msg_len;
        received->held = received->length < capacity ? received->length : capacity;
        read_control(&inbox->headers[i].msg_hdr, received);
    }
    return count;
}

const csocket_received *csocket_inbox_messages(const csocket_inbox *inbox) { return inbox->received; }

int64_t csocket_drops(int descriptor) {
    uint32_t figures[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof figures;
    if (getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, figures, &length) < 0) return -1;
    return length > SK_MEMINFO_DROPS * sizeof figures[0] ? (int64_t)figures[SK_MEMINFO_DROPS] : -1;
}

int csocket_poll_make(int *wakeup) {
    int poll = epoll_create1(EPOLL_CLOEXEC);
    if (poll < 0) return -1;
    *wakeup = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (*wakeup < 0) return fail_closed(poll);
    if (csocket_poll_add(poll, *wakeup, csocket_poll_woken) < 0) {
        (void)fail_closed(*wakeup);
        return fail_closed(poll);
    }
    return poll;
}

void csocket_poll_wake(int wakeup) {
    uint64_t one = 1;
    // It can fail only when the counter is full: then it is awake.
    ssize_t written = write(wakeup, &one, sizeof one);
    (void)written;
}

int csocket_poll_add(int poll, int descriptor, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = token};
    return epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

int csocket_poll_remove(int poll, int descriptor) { return epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, NULL); }

int csocket_poll_wait(int poll, int wakeup, uint64_t *tokens, int milliseconds) {
    struct epoll_event events[CSOCKET_EVENTS];
    int count = epoll_wait(poll, events, CSOCKET_EVENTS, milliseconds);
    if (count < 0) return 0;
    for (int i = 0; i < count; i++) {
        tokens[i] = events[i].data.u64;
        if (tokens[i] == csocket_poll_woken) {
            uint64_t value;
            ssize_t taken = read(wakeup, &value, sizeof value);
            (void)taken;
        }
    }
    return count;
}
