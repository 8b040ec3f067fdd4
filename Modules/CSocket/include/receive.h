// What Glibc's Swift module hides of receiving UDP: recvmmsg(2) and its control messages, joined datagrams (UDP_GRO), epoll(7), and what
// the kernel says of a socket's drops.
#ifndef SLUICE_RECEIVE_H
#define SLUICE_RECEIVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

// A UDP socket for receiving, bound to `address`: non-blocking, close-on-exec. `receive_buffer` bytes are asked for, by force where
// permitted. `joined`: datagrams that were sent as one (UDP_SEGMENT) may arrive as one (UDP_GRO); a kernel that cannot do that is no error.
// Returns the descriptor or -1 with errno set.
int csocket_udp_receiver(const struct sockaddr *address, socklen_t length, int receive_buffer, int joined);

// What one recvmmsg(2) brought in one of its messages.
typedef struct {
    const uint8_t *bytes;
    // Bytes at `bytes`: at most the inbox's `capacity`.
    uint32_t held;
    // Bytes of the datagram, also those that were not kept.
    uint32_t length;
    // Of joined datagrams the size of each (the last may be shorter); else 0.
    uint32_t segment;
    // When the kernel received it (of joined ones the first), in nanoseconds since the Unix epoch; 0 if it does not say.
    int64_t stamp;
} csocket_received;

// Buffers for `count` messages of up to `capacity` bytes, for one thread. A capacity that is smaller than the datagrams keeps their beginnings.
typedef struct csocket_inbox csocket_inbox;
// Returns NULL when there is no memory. `count` is at most CSOCKET_INBOX.
csocket_inbox *csocket_inbox_make(unsigned int count, size_t capacity);
void csocket_inbox_free(csocket_inbox *inbox);
enum { CSOCKET_INBOX = 64 };

// Receives what is there, never blocking: up to the inbox's count of messages. Returns how many came, 0 if none was there, -1 with errno set
// otherwise (a pending error of the socket, such as ECONNREFUSED, is cleared by that). They are valid until the inbox is used again.
int csocket_receive(int descriptor, csocket_inbox *inbox);
const csocket_received *csocket_inbox_messages(const csocket_inbox *inbox);

// Datagrams (joined ones count once) that the kernel has dropped at the socket since it was made, for want of room in its buffer; -1 if it
// does not say.
int64_t csocket_drops(int descriptor);

// An epoll instance that can be woken: by csocket_poll_wake, from any thread. Returns its descriptor, with that of the event counter at
// `wakeup`; -1 with errno set if there is none. Both are to be closed.
int csocket_poll_make(int *wakeup);
void csocket_poll_wake(int wakeup);
// Level-triggered readability. Returns 0 or -1 with errno set.
int csocket_poll_add(int poll, int descriptor, uint64_t token);
int csocket_poll_remove(int poll, int descriptor);
// The token under which the wake-up is reported; it is reset by being reported.
static const uint64_t csocket_poll_woken = UINT64_MAX;
enum { CSOCKET_EVENTS = 256 };
// Waits at most `milliseconds` (-1: for ever). Returns how many of `tokens` (room for CSOCKET_EVENTS) are readable.
int csocket_poll_wait(int poll, int wakeup, uint64_t *tokens, int milliseconds);

#endif
