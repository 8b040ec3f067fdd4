// What the kernel alone asks for sending over loopback: CPU seconds per GB of a bare loop that has nothing else to do.
//
//   floor SENDER-CORE RECEIVER-CORE MEGABYTES
//
// prints {"udp": S, "udp_gro": S, "tcp": S}: sendmsg with UDP_SEGMENT of a frame's size, to receivers that read packet by packet and to
// receivers with UDP_GRO, which the kernel spares the segmentation on loopback; and writes of 60 kB over TCP. 60 destinations in turn, out
// of 16 MB of memory, as a server has it that serves 60 viewers. Only the sending thread's CPU time counts.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum {
    viewers = 60,
    segment = 1372,           // bytes of an RTP packet of Sluice's
    frame = 30 * segment,     // 8 Mbit/s at 25 frames per second
    write_size = 60000,
    memory = 16 << 20,
    in_flight = 4 << 20,      // bytes that may wait in the receivers' sockets: less than they hold
};

static int sender_core, receiver_core;
static char *source;

static void pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(0, sizeof set, &set) < 0) err(1, "core %d", core);
}

static double cpu_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void enable(int socket, int level, int option, int value) {
    if (setsockopt(socket, level, option, &value, sizeof value) < 0) err(1, "setsockopt %d", option);
}

static struct sockaddr_in bound(int socket) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(socket, (struct sockaddr *)&address, size) < 0 || getsockname(socket, (struct sockaddr *)&address, &size) < 0)
        err(1, "bind");
    return address;
}

// Reads all that comes to `sockets`, and counts it; never returns.
static void receive(const int *sockets, bool gro, bool datagrams, _Atomic size_t *received) {
    enum { slots = 64 };
    size_t room = gro || !datagrams ? 65536 : 2048;
    char *buffers = malloc(slots * room);
    struct iovec parts[slots];
    struct mmsghdr messages[slots];
    memset(messages, 0, sizeof messages);
    for (int slot = 0; slot < slots; slot++) {
        parts[slot] = (struct iovec){buffers + slot * room, room};
        messages[slot].msg_hdr.msg_iov = &parts[slot];
        messages[slot].msg_hdr.msg_iovlen = 1;
    }
    int poll = epoll_create1(0);
    for (int index = 0; index < viewers; index++) {
        struct epoll_event interest = {.events = EPOLLIN, .data.fd = sockets[index]};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, sockets[index], &interest) < 0) err(1, "epoll_ctl");
    }
    for (;;) {
        struct epoll_event ready[viewers];
        int count = epoll_wait(poll, ready, viewers, -1);
        for (int index = 0; index < count; index++) {
            size_t bytes = 0;
            if (datagrams) {
                int got = recvmmsg(ready[index].data.fd, messages, slots, MSG_DONTWAIT, NULL);
                for (int slot = 0; slot < got; slot++) bytes += messages[slot].msg_len;
            } else {
                ssize_t got = recv(ready[index].data.fd, buffers, slots * room, MSG_DONTWAIT);
                if (got > 0) bytes = got;
            }
            atomic_fetch_add(received, bytes);
        }
    }
}

// A process that ends with this one.
static pid_t begin_receiver(void) {
    pid_t parent = getpid(), child = fork();
    if (child < 0) err(1, "fork");
    if (child > 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    pin(receiver_core);
    return 0;
}

static void end_receiver(pid_t child) {
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

// Lets the receivers catch up, so that nothing is dropped.
static void wait_for_room(size_t sent, _Atomic size_t *received) {
    struct timespec pause = {.tv_nsec = 200000};
    for (int rounds = 0; sent - atomic_load(received) > in_flight; rounds++) {
        if (rounds == 50000) errx(1, "the receivers lost packets");
        nanosleep(&pause, NULL);
    }
}

static double udp(size_t bytes, bool gro) {
    int sockets[viewers];
    struct sockaddr_in addresses[viewers];
    for (int index = 0; index < viewers; index++) {
        sockets[index] = socket(AF_INET, SOCK_DGRAM, 0);
        addresses[index] = bound(sockets[index]);
        enable(sockets[index], SOL_SOCKET, SO_RCVBUF, in_flight);
        if (gro) enable(sockets[index], IPPROTO_UDP, UDP_GRO, 1);
    }
    _Atomic size_t *received = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = begin_receiver();
    if (child == 0) receive(sockets, gro, true, received);
    pin(sender_core);
    int out = socket(AF_INET, SOCK_DGRAM, 0);
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(uint16_t))];
    } control = {.header = {CMSG_LEN(sizeof(uint16_t)), IPPROTO_UDP, UDP_SEGMENT}};
    *(uint16_t *)CMSG_DATA(&control.header) = segment;
    double began = cpu_seconds();
    size_t sent = 0;
    for (size_t turn = 0; sent < bytes; turn++) {
        struct iovec part = {source + turn * frame % (memory - frame), frame};
        struct msghdr message = {
            .msg_name = &addresses[turn % viewers], .msg_namelen = sizeof addresses[0], .msg_iov = &part, .msg_iovlen = 1,
            .msg_control = &control, .msg_controllen = sizeof control};
        if (sendmsg(out, &message, 0) != frame) err(1, "sendmsg with UDP_SEGMENT");
        sent += frame;
        wait_for_room(sent, received);
    }
    double used = cpu_seconds() - began;
    end_receiver(child);
    for (int index = 0; index < viewers; index++) close(sockets[index]);
    close(out);
    return used / (sent / 1e9);
}

static double tcp(size_t bytes) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), sockets[viewers];
    struct sockaddr_in address = bound(listener);
    if (listen(listener, viewers) < 0) err(1, "listen");
    _Atomic size_t received = 0;
    pid_t child = begin_receiver();
    if (child == 0) {
        for (int index = 0; index < viewers; index++) {
            sockets[index] = socket(AF_INET, SOCK_STREAM, 0);
            if (connect(sockets[index], (struct sockaddr *)&address, sizeof address) < 0) err(1, "connect");
        }
        receive(sockets, false, false, &received);
    }
    pin(sender_core);
    for (int index = 0; index < viewers; index++) {
        sockets[index] = accept(listener, NULL, NULL);
        if (sockets[index] < 0) err(1, "accept");
        enable(sockets[index], IPPROTO_TCP, TCP_NODELAY, 1);
    }
    double began = cpu_seconds();
    size_t sent = 0;
    for (size_t turn = 0; sent < bytes; turn++) {
        if (write(sockets[turn % viewers], source + turn * write_size % (memory - write_size), write_size) != write_size)
            err(1, "write");
        sent += write_size;
    }
    double used = cpu_seconds() - began;
    end_receiver(child);
    for (int index = 0; index < viewers; index++) close(sockets[index]);
    close(listener);
    return used / (sent / 1e9);
}

int main(int count, char **arguments) {
    if (count != 4) errx(2, "usage: floor SENDER-CORE RECEIVER-CORE MEGABYTES");
    sender_core = atoi(arguments[1]);
    receiver_core = atoi(arguments[2]);
    size_t bytes = strtoul(arguments[3], NULL, 10) * 1000000;
    source = malloc(memory);
    memset(source, 0x5a, memory);
    double plain = udp(bytes, false), merged = udp(bytes, true), stream = tcp(bytes);
    printf("{\"udp\": %.3f, \"udp_gro\": %.3f, \"tcp\": %.3f}\n", plain, merged, stream);
    return 0;
}
