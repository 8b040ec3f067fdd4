"""A raw RTSP client that trusts nobody else's parsing: sockets and text only.

    rtsp.py options URL                                   status of OPTIONS; exit 0 if 200
    rtsp.py describe URL                                  JSON: status, headers, sdp, media [{kind, encoding, rate, control}]

Other scripts import `Connection`.
"""

import json
import re
import socket
import sys
from urllib.parse import urlsplit


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Connection:
    """One RTSP connection. `on_frame(id, data)` gets the interleaved frames that arrive between replies."""

    def __init__(self, url, timeout=10, on_frame=None):
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port or 554), timeout)
        self.url, self.buffer, self.sequence, self.session = url, b"", 0, None
        self.on_frame = on_frame or (lambda channel, data: None)

    def fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError("the server closed the connection")
        self.buffer += data

    def take_frame(self):
        """Removes one interleaved frame from the buffer's start, if it is there whole (RFC 2326 10.12)."""
        if len(self.buffer) >= 4 and self.buffer[0] == 0x24:
            size = 4 + int.from_bytes(self.buffer[2:4], "big")
            if len(self.buffer) >= size:
                self.on_frame(self.buffer[1], self.buffer[4:size])
                self.buffer = self.buffer[size:]
                return True
        return False

    def send(self, method, url=None, **headers):
        self.sequence += 1
        lines = [f"{method} {url or self.url} RTSP/1.0", f"CSeq: {self.sequence}", "User-Agent: raw"]
        lines += [f"{key.replace('_', '-')}: {value}" for key, value in headers.items()]
        if self.session:
            lines.append(f"Session: {self.session}")
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def read_reply(self):
        while True:
            if self.buffer[:1] == b"$":
                if not self.take_frame():
                    self.fill()
                continue
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                self.fill()
                continue
            lines = self.buffer[:end].decode("utf-8", "replace").split("\r\n")
            headers = {key.strip().lower(): value.strip() for key, _, value in (line.partition(":") for line in lines[1:])}
            size = int(headers.get("content-length", 0))
            while len(self.buffer) < end + 4 + size:
                self.fill()
            body, self.buffer = self.buffer[end + 4 : end + 4 + size], self.buffer[end + 4 + size :]
            if "session" in headers:
                self.session = headers["session"].split(";")[0]
            return Reply(int(lines[0].split()[1]), headers, body)

    def request(self, method, url=None, **headers):
        self.send(method, url, **headers)
        return self.read_reply()


def parse_media(sdp):
    media = []
    for line in sdp.splitlines():
        if line.startswith("m="):
            media.append({"kind": line[2:].split()[0], "encoding": None, "rate": None, "control": None})
        elif media and (found := re.match(r"a=rtpmap:\d+ ([^/]+)/(\d+)", line)) and not media[-1]["encoding"]:
            media[-1]["encoding"], media[-1]["rate"] = found[1].upper(), int(found[2])
        elif media and line.startswith("a=control:"):
            media[-1]["control"] = line[10:]
    return media


def describe(connection):
    """The reply to DESCRIBE, the media's descriptions and their control URLs, resolved textually against Content-Base."""
    reply = connection.request("DESCRIBE", Accept="application/sdp")
    media = parse_media(reply.body.decode("utf-8", "replace"))
    base = reply.headers.get("content-base", connection.url.rstrip("/") + "/")
    for item in media:
        control = item["control"] or ""
        item["control"] = control if control.startswith("rtsp:") else base + control
    return reply, media


def main():
    command, url = sys.argv[1:3]
    connection = Connection(url)
    if command == "options":
        reply = connection.request("OPTIONS")
        print(reply.status, reply.headers.get("public"))
        return 0 if reply.status == 200 else 1
    reply, media = describe(connection)
    print(json.dumps({"status": reply.status, "headers": reply.headers, "sdp": reply.body.decode("utf-8", "replace"), "media": media}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
