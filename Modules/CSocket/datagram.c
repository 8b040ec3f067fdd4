#define _GNU_SOURCE
#include "datagram.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

// Room for one source address and one segment size.
typedef union {
    struct cmsghdr alignment;
    char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
} control_buffer;

static size_t fill_control(control_buffer *control, const csocket_message *message) {
    struct msghdr header = {.msg_control = control->bytes, .msg_controllen = sizeof control->bytes};
    struct cmsghdr *next = CMSG_FIRSTHDR(&header);
    size_t used = 0;
    memset(control, 0, sizeof *control);
    if (message->route->source_family == AF_INET) {
        struct in_pktinfo info = {.ipi_spec_dst = message->route->source.v4};
        next->cmsg_level = IPPROTO_IP;
        next->cmsg_type = IP_PKTINFO;
        next->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(next), &info, sizeof info);
        used += CMSG_SPACE(sizeof info);
        next = CMSG_NXTHDR(&header, next);
    } else if (message->route->source_family == AF_INET6) {
        struct in6_pktinfo info = {.ipi6_addr = message->route->source.v6};
        next->cmsg_level = IPPROTO_IPV6;
        next->cmsg_type = IPV6_PKTINFO;
        next->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(next), &info, sizeof info);
        used += CMSG_SPACE(sizeof info);
        next = CMSG_NXTHDR(&header, next);
    }
    if (message->segment > 0 && message->segment < message->length) {
        next->cmsg_level = SOL_UDP;
        next->cmsg_type = UDP_SEGMENT;
        next->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        memcpy(CMSG_DATA(next), &message->segment, sizeof(uint16_t));
        used += CMSG_SPACE(sizeof(uint16_t));
    }
    return used;
}

int csocket_send(int descriptor, const csocket_message *messages, unsigned int count) {
    struct mmsghdr headers[CSOCKET_BATCH];
    struct iovec vectors[CSOCKET_BATCH];
    control_buffer controls[CSOCKET_BATCH];
    int sent;

    if (count > CSOCKET_BATCH) count = CSOCKET_BATCH;
    for (unsigned int i = 0; i < count; i++) {
        vectors[i] = (struct iovec){.iov_base = (void *)messages[i].bytes, .iov_len = messages[i].length};
        size_t used = fill_control(&controls[i], &messages[i]);
        headers[i] = (struct mmsghdr){.msg_hdr = {
            .msg_name = (void *)&messages[i].route->destination,
            .msg_namelen = messages[i].route->destination_length,
            .msg_iov = &vectors[i],
            .msg_iovlen = 1,
            .msg_control = used ? controls[i].bytes : NULL,
            .msg_controllen = used,
        }};
    }
    do sent = sendmmsg(descriptor, headers, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

int csocket_udp(const struct sockaddr *address, socklen_t length, int shared, int dual, int send_buffer) {
    int on = 1, off = 0, saved;
    int descriptor = socket(address->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    if (shared && setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) goto fail;
    if (address->sa_family == AF_INET6
        && setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, dual ? &off : &on, sizeof on) < 0) goto fail;
    // The forced variant needs CAP_NET_ADMIN; the plain one is cut to net.core.wmem_max. Neither failing is fatal.
    if (send_buffer > 0
        && setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &send_buffer, sizeof send_buffer) < 0)
        (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    if (bind(descriptor, address, length) < 0) goto fail;
    return descriptor;
fail:
    saved = errno;
    close(descriptor);
    errno = saved;
    return -1;
}

// The interface that has the address; 0 if none has.
static unsigned int interface_of(const struct in6_addr *address) {
    struct ifaddrs *all;
    if (getifaddrs(&all) < 0) return 0;
    unsigned int index = 0;
    for (struct ifaddrs *next = all; next && index == 0; next = next->ifa_next)
        if (next->ifa_addr && next->ifa_addr->sa_family == AF_INET6
            && memcmp(&((struct sockaddr_in6 *)next->ifa_addr)->sin6_addr, address, sizeof *address) == 0)
            index = if_nametoindex(next->ifa_name);
    freeifaddrs(all);
    return index;
}

int csocket_multicast(int descriptor, const struct sockaddr *local, int hops) {
    if (local->sa_family == AF_INET) {
        struct in_addr interface = ((const struct sockaddr_in *)local)->sin_addr;
        unsigned char ttl = (unsigned char)hops;
        if (setsockopt(descriptor, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) < 0) return -1;
        return setsockopt(descriptor, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface);
    }
    const struct sockaddr_in6 *address = (const struct sockaddr_in6 *)local;
    unsigned int index = address->sin6_scope_id ? address->sin6_scope_id : interface_of(&address->sin6_addr);
    if (setsockopt(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops) < 0) return -1;
    return index == 0 ? 0 : setsockopt(descriptor, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index);
}

int csocket_local_address(const struct sockaddr *destination, socklen_t length, struct sockaddr_storage *local) {
    int probe = socket(destination->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return -1;
    socklen_t size = sizeof *local;
    int result = connect(probe, destination, length);
    if (result == 0) result = getsockname(probe, (struct sockaddr *)local, &size);
    int error = errno;
    close(probe);
    errno = error;
    return result;
}
