// What Glibc's Swift module hides of sending UDP: sendmmsg(2), control messages (their macros do not import) and segment sizes.
#ifndef SLUICE_DATAGRAM_H
#define SLUICE_DATAGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <netinet/in.h>

// Where datagrams go and which of the host's addresses they come from. One per viewer and port.
typedef struct {
    struct sockaddr_storage destination;
    socklen_t destination_length;
    // 0: the kernel chooses the source address; AF_INET or AF_INET6: `source` below is used (IP_PKTINFO, IPV6_PKTINFO).
    int source_family;
    union {
        struct in_addr v4;
        struct in6_addr v6;
    } source;
} csocket_route;

// Makes the address of `local` (its port does not matter) the source of a route's datagrams.
static inline void csocket_set_source(csocket_route *route, const struct sockaddr *local) {
    if (local->sa_family == AF_INET) route->source.v4 = ((const struct sockaddr_in *)local)->sin_addr;
    else if (local->sa_family == AF_INET6) route->source.v6 = ((const struct sockaddr_in6 *)local)->sin6_addr;
    else return;
    route->source_family = local->sa_family;
}

// One send: `length` bytes at `bytes`, cut into datagrams of `segment` bytes (the last may be shorter); segment 0: one datagram.
typedef struct {
    const void *bytes;
    uint32_t length;
    uint16_t segment;
    const csocket_route *route;
} csocket_message;

enum { CSOCKET_BATCH = 64 };

// Sends up to CSOCKET_BATCH messages with one sendmmsg(2), never blocking. Returns how many the kernel took, from the first on; -1 with
// errno set if it did not take the first.
int csocket_send(int descriptor, const csocket_message *messages, unsigned int count);

// A UDP socket bound to `address`, non-blocking, close-on-exec. With `shared`, SO_REUSEPORT: one socket per event loop on the same port.
// `dual`: an IPv6 socket that also takes IPv4 (IPV6_V6ONLY off). `send_buffer` bytes are asked for, by force where permitted.
// Returns the descriptor or -1 with errno set.
int csocket_udp(const struct sockaddr *address, socklen_t length, int shared, int dual, int send_buffer);

// Lets a socket send to groups: `hops` routers far, through the interface that has the address `local` (IPv6: the one of its scope, if any).
// Returns 0, or -1 with errno set.
int csocket_multicast(int descriptor, const struct sockaddr *local, int hops);

// The local address that the host's routes choose for `destination`: a socket connected there tells it, and sends nothing.
// Returns 0, or -1 with errno set.
int csocket_local_address(const struct sockaddr *destination, socklen_t length, struct sockaddr_storage *local);

#endif
