// What the kernel alone asks for sending over loopback: CPU seconds per GB of a bare loop that has nothing else to do.
//
//   floor SENDER-CORE RECEIVER-CORE MEGABYTES
//
// prints CPU seconds per GB as JSON. "udp", "udp_gro", "tcp": as fast as it goes, sendmsg with UDP_SEGMENT of a frame's size, to receivers
// that read packet by packet and to receivers with UDP_GRO, which the kernel spares the segmentation on loopback; and writes of 60 kB over
// TCP. 60 destinations in turn, out of 16 MB of memory, as a server has it that serves 60 viewers. "udp_paced", "tcp_paced", "small_paced":
// the packets of bars P1, P2 and P3 at the times at which viewers must get them, all that are due in 2 ms in one sendmmsg: what P1 to P3
// cost a server that reads, packetizes and decides nothing. Only the sending thread's CPU time counts.
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
    viewers_most = 100,
    quantum = 2000000,        // ns
    paced_seconds = 5,
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

// Reads all that comes to `number` sockets, and counts it; never returns.
static void receive(const int *sockets, int number, bool gro, bool datagrams, _Atomic size_t *received) {
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
    for (int index = 0; index < number; index++) {
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
    if (child == 0) receive(sockets, viewers, gro, true, received);
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
        receive(sockets, viewers, false, false, &received);
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

// One kind of packets that every viewer gets: `bytes` every `period` ns, in segments of `size`.
struct flow {
    long period;
    int bytes, size;
};

// Bar P1's: 8 Mbit/s at 25 frames per second, AAC of 128 kbit/s. Bar P3's: 0.4 Mbit/s at 30, AAC of 96 kbit/s.
static const struct flow film[2] = {{40000000, 30 * segment, segment}, {21333333, 360, segment}};
static const struct flow small[2] = {{33333333, 1670, 835}, {23219955, 280, segment}};

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

// Receivers of both flows of `count` viewers: `datagrams`, or streams that share one connection a viewer.
static pid_t begin_viewers(int count, bool datagrams, int out[], struct sockaddr_in addresses[]) {
    int sockets[2 * viewers_most];
    _Atomic size_t received = 0;
    pid_t child;
    if (datagrams) {
        for (int index = 0; index < 2 * count; index++) {
            sockets[index] = socket(AF_INET, SOCK_DGRAM, 0);
            addresses[index] = bound(sockets[index]);
            enable(sockets[index], SOL_SOCKET, SO_RCVBUF, in_flight);
        }
        child = begin_receiver();
        if (child == 0) receive(sockets, 2 * count, false, true, &received);
        for (int index = 0; index < 2 * count; index++) close(sockets[index]);
        out[0] = socket(AF_INET, SOCK_DGRAM, 0);
        return child;
    }
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = bound(listener);
    if (listen(listener, count) < 0) err(1, "listen");
    child = begin_receiver();
    if (child == 0) {
        for (int index = 0; index < count; index++) {
            sockets[index] = socket(AF_INET, SOCK_STREAM, 0);
            if (connect(sockets[index], (struct sockaddr *)&address, sizeof address) < 0) err(1, "connect");
        }
        receive(sockets, count, false, false, &received);
    }
    for (int index = 0; index < count; index++) {
        out[index] = accept(listener, NULL, NULL);
        if (out[index] < 0) err(1, "accept");
        enable(out[index], IPPROTO_TCP, TCP_NODELAY, 1);
    }
    close(listener);
    return child;
}

// The messages of one quantum.
struct gathered {
    struct mmsghdr messages[2 * viewers_most];
    struct iovec parts[2 * viewers_most];
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(uint16_t))];
    } controls[2 * viewers_most];
    int count;
};

static void gather(struct gathered *all, const struct flow *flow, struct sockaddr_in *address, char *bytes) {
    int index = all->count++;
    all->parts[index] = (struct iovec){bytes, flow->bytes};
    struct msghdr *message = &all->messages[index].msg_hdr;
    *message = (struct msghdr){.msg_name = address, .msg_namelen = sizeof *address, .msg_iov = &all->parts[index], .msg_iovlen = 1};
    if (flow->bytes <= flow->size) return;
    all->controls[index].header = (struct cmsghdr){CMSG_LEN(sizeof(uint16_t)), IPPROTO_UDP, UDP_SEGMENT};
    *(uint16_t *)CMSG_DATA(&all->controls[index].header) = flow->size;
    message->msg_control = &all->controls[index];
    message->msg_controllen = sizeof all->controls[index];
}

static void send_all(int out, struct gathered *all) {
    for (int sent = 0; sent < all->count;) {
        int taken = sendmmsg(out, all->messages + sent, all->count - sent, 0);
        if (taken < 0) err(1, "sendmmsg");
        sent += taken;
    }
    all->count = 0;
}

static double paced(int count, const struct flow flows[2], bool datagrams) {
    static struct gathered all;
    struct sockaddr_in addresses[2 * viewers_most];
    int out[viewers_most];
    pid_t child = begin_viewers(count, datagrams, out, addresses);
    pin(sender_core);
    long start = now() + 100000000, due[2 * viewers_most];
    // They have come at different times.
    for (int index = 0; index < 2 * count; index++) due[index] = flows[index % 2].period / count * (index / 2);
    size_t sent = 0, place = 0;
    double began = cpu_seconds();
    for (long time = 0; time < paced_seconds * 1000000000L; time += quantum) {
        long wake = start + time;
        struct timespec until = {wake / 1000000000, wake % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        for (int index = 0; index < 2 * count; index++) {
            if (due[index] > time) continue;
            const struct flow *flow = &flows[index % 2];
            due[index] += flow->period;
            place = (place + flow->bytes) % (memory - frame);
            sent += flow->bytes;
            if (datagrams) gather(&all, flow, &addresses[index], source + place);
            else if (write(out[index / 2], source + place, flow->bytes) != flow->bytes) err(1, "write");
        }
        send_all(out[0], &all);
    }
    double used = cpu_seconds() - began;
    end_receiver(child);
    for (int index = 0; index < (datagrams ? 1 : count); index++) close(out[index]);
    return used / (sent / 1e9);
}

int main(int count, char **arguments) {
    if (count != 4) errx(2, "usage: floor SENDER-CORE RECEIVER-CORE MEGABYTES");
    sender_core = atoi(arguments[1]);
    receiver_core = atoi(arguments[2]);
    size_t bytes = strtoul(arguments[3], NULL, 10) * 1000000;
    source = malloc(memory);
    memset(source, 0x5a, memory);
    printf("{\"udp\": %.3f, ", udp(bytes, false));
    printf("\"udp_gro\": %.3f, ", udp(bytes, true));
    printf("\"tcp\": %.3f, ", tcp(bytes));
    printf("\"udp_paced\": %.3f, ", paced(viewers, film, true));
    printf("\"tcp_paced\": %.3f, ", paced(viewers, film, false));
    printf("\"small_paced\": %.3f}\n", paced(viewers_most, small, true));
    return 0;
}
