"""A small RTSP client for asyncio: requests, interleaved frames and UDP sockets; of RTP it looks at sequence numbers only."""

import asyncio
import collections
import re
import select
import socket
import struct

# The server may be slow while other programs run; a viewer who has stopped reading gets the answer up to 20 s late.
ANSWER = 40
BYE = 203
# Bytes that a viewer's socket may hold, so that a busy machine is not taken for a bad server. SO_RCVBUFFORCE (socket(7)) needs root; else it
# is what net.core.rmem_max permits.
ROOM, FORCE = 2_000_000, 33


class Stream:
    """One stream of a session as it comes in. `lost` packets by sequence number, `gaps` with time, place and size; `last` is when one came, on
    the loop's clock. Set `skips` where a single gap is expected."""

    def __init__(self, loop):
        self.loop, self.ssrc, self.expected, self.packets, self.lost, self.last, self.ended = loop, None, None, 0, 0, 0.0, False
        self.gaps, self.skips = [], False

    def packet(self, data, at):
        """The RTP packet at `at`. Those of another session, which had this port before, are left out."""
        if data[at + 8 : at + 12] != self.ssrc:
            return
        number = data[at + 2] << 8 | data[at + 3]
        if self.expected is not None and number != self.expected and self.skips:
            self.skips = False
        elif self.expected is not None and number != self.expected:
            missing = number - self.expected & 0xFFFF
            # A number from behind would be a duplicate or reordered: on loopback an error too.
            self.lost += missing if missing < 0x8000 else 1
            self.gaps.append((self.loop.time(), self.packets, missing))
        self.expected = number + 1 & 0xFFFF
        self.packets += 1

    def report(self, data, at, end):
        """The compound RTCP packet between `at` and `end` (RFC 3550 6.1)."""
        while at + 8 <= end:
            if data[at + 1] == BYE and data[at + 4 : at + 8] == self.ssrc:
                self.ended = True
            at += 4 + 4 * (data[at + 2] << 8 | data[at + 3])

    def receiver_report(self):
        """A report about this stream with an SSRC that is made of its own (RFC 3550 6.4.2)."""
        own = bytes(byte ^ 0x5A for byte in self.ssrc)
        return struct.pack(">BBH4s4sIIIII", 0x81, 201, 7, own, self.ssrc, 0, self.expected or 0, 0, 0, 0)


class Datagrams:
    """The UDP sockets of all viewers, emptied some 30 times a second: much cheaper than a callback for each datagram."""

    def __init__(self):
        self.poll, self.owners, self.buffer, self.port = select.epoll(), {}, bytearray(65536), 10_000

    def pair(self, stream):
        """Sockets on an even port and the next, for RTP and RTCP. A port comes round again only after minutes: a server may still send to one
        that a viewer has left."""
        while True:
            self.port = self.port + 2 if self.port < 31_000 else 10_000
            sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) for _ in range(2)]
            try:
                for offset, one in enumerate(sockets):
                    one.bind(("127.0.0.1", self.port + offset))
            except OSError:
                for one in sockets:
                    one.close()
                continue
            for one, is_report in zip(sockets, (False, True)):
                try:
                    one.setsockopt(socket.SOL_SOCKET, FORCE, ROOM)
                except PermissionError:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
                self.owners[one.fileno()] = (one, stream, is_report)
                self.poll.register(one, select.EPOLLIN)
            return sockets

    def close(self, sockets):
        for one in sockets:
            del self.owners[one.fileno()]
            self.poll.unregister(one)
            one.close()

    async def run(self):
        while True:
            now = asyncio.get_running_loop().time()
            for descriptor, _ in self.poll.poll(0, 4096):
                one, stream, is_report = self.owners[descriptor]
                self.empty(one, stream, is_report)
                if not is_report:
                    stream.last = now
            await asyncio.sleep(0.03)

    def empty(self, one, stream, is_report):
        buffer = self.buffer
        try:
            while True:
                size = one.recv_into(buffer)
                if is_report:
                    stream.report(buffer, 0, size)
                elif size >= 12:
                    stream.packet(buffer, 0)
        except BlockingIOError:
            pass


class Reply:
    """Status, header fields by their names in small letters, and body."""

    def __init__(self, head, body):
        lines = head.decode("utf-8", "replace").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {key.strip().lower(): value.strip() for key, _, value in (line.partition(":") for line in lines[1:])}
        self.body = body.decode("utf-8", "replace")


class Connection(asyncio.Protocol):
    """An RTSP connection. `frames` are the streams by interleaved id: RTP on the even, RTCP on the next."""

    def __init__(self):
        self.buffer, self.answers, self.frames = bytearray(), collections.deque(), {}
        self.transport, self.session, self.sequence = None, None, 0
        self.closed = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, host, port):
        return (await asyncio.get_running_loop().create_connection(cls, host, port))[1]

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, error):
        self.closed.set_result(None)
        for answer in self.answers:
            if answer and not answer.done():
                answer.set_exception(ConnectionError("closed by the server"))

    def send(self, method, url, headers, answer=None):
        """`answer` is the future that gets it, or None if nobody waits."""
        self.answers.append(answer)
        self.sequence += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self.sequence}", "User-Agent: soak"]
        lines += [f"{name}: {value}" for name, value in headers.items()] + ([f"Session: {self.session}"] if self.session else [])
        self.transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def request(self, method, url, headers):
        answer = asyncio.get_running_loop().create_future()
        if self.closed.done():
            raise ConnectionError("closed by the server")
        self.send(method, url, headers, answer)
        return await asyncio.wait_for(answer, ANSWER)

    def data_received(self, data):
        buffer, at = self.buffer, 0
        buffer += data
        now = asyncio.get_running_loop().time()
        while at < len(buffer):
            end = self.frame(at, now) if buffer[at] == 0x24 else self.reply(at)
            if end is None:
                break
            at = end
        del buffer[:at]

    def frame(self, at, now):
        """Takes the interleaved frame at `at` (RFC 2326 10.12); where it ends, or None if it is not there whole."""
        buffer = self.buffer
        if len(buffer) < at + 4:
            return None
        end = at + 4 + (buffer[at + 2] << 8 | buffer[at + 3])
        if len(buffer) < end:
            return None
        stream = self.frames.get(buffer[at + 1] & 0xFE)
        if stream and buffer[at + 1] & 1:
            stream.report(buffer, at + 4, end)
        elif stream:
            stream.packet(buffer, at + 4)
            stream.last = now
        return end

    def reply(self, at):
        """Takes the reply at `at`; as `frame`."""
        blank = self.buffer.find(b"\r\n\r\n", at)
        if blank < 0:
            return None
        head = bytes(self.buffer[at:blank])
        size = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
        end = blank + 4 + (int(size[1]) if size else 0)
        if len(self.buffer) < end:
            return None
        answer = self.answers.popleft()
        if answer and not answer.done():
            answer.set_result(Reply(head, bytes(self.buffer[blank + 4 : end])))
        return end
