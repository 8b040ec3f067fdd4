"""A viewer that counts RTP packets by itself, and can be made to misbehave.

    raw_viewer.py URL udp|tcp [--seconds S] [--port-zero] [--destination ADDRESS]

Sets up every track, plays until BYE came on all of them (or S seconds passed) and prints JSON:

    {"setup": status, "transport": the last Transport reply, "play": status, "ended": bool,
     "tracks": [{"packets": n, "lost": n, "reordered": n, "bytes": n, "bye": bool, "sources": [address, ...]}, ...]}

--port-zero asks for client_port=0-0 (and hears nothing); --destination adds that parameter to Transport.
"""

import argparse
import json
import selectors
import socket
import struct
import sys
import time

import rtsp


class Track:
    def __init__(self):
        self.packets = self.lost = self.reordered = self.bytes = 0
        self.expected, self.bye, self.sources = None, False, set()

    def take_rtp(self, data, source):
        self.sources.add(source)
        sequence = struct.unpack_from("!H", data, 2)[0]
        if self.expected is not None:
            gap = (sequence - self.expected) & 0xFFFF
            if gap >= 0x8000:
                self.reordered += 1
                return
            self.lost += gap
        self.expected = sequence + 1 & 0xFFFF
        self.packets += 1
        self.bytes += len(data)

    def take_rtcp(self, data):
        while len(data) >= 4:
            self.bye = self.bye or data[1] == 203  # RFC 3550 6.6
            data = data[4 * (struct.unpack_from("!H", data, 2)[0] + 1) :]

    def summary(self):
        return {"packets": self.packets, "lost": self.lost, "reordered": self.reordered, "bytes": self.bytes, "bye": self.bye,
                "sources": sorted(self.sources)}


def port_pair(family):
    """An even UDP port and the next, both bound."""
    while True:
        rtp = socket.socket(family, socket.SOCK_DGRAM)
        rtp.bind(("", 0))
        port = rtp.getsockname()[1]
        rtcp = socket.socket(family, socket.SOCK_DGRAM)
        try:
            if port % 2 == 0:
                rtcp.bind(("", port + 1))
                for one in (rtp, rtcp):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
                return rtp, rtcp
        except OSError:
            pass
        rtp.close()
        rtcp.close()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("url")
    arguments.add_argument("protocol", choices=["udp", "tcp"])
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--port-zero", action="store_true")
    arguments.add_argument("--destination")
    options = arguments.parse_args()

    tracks, selector, sockets = [], selectors.DefaultSelector(), []
    result = {"setup": None, "transport": None, "play": None, "ended": False}

    def on_frame(channel, data):
        if channel // 2 < len(tracks):
            track = tracks[channel // 2]
            track.take_rtcp(data) if channel % 2 else track.take_rtp(data, "interleaved")

    connection = rtsp.Connection(options.url, on_frame=on_frame)
    reply, media = rtsp.describe(connection)
    for index, item in enumerate(media):
        track = Track()
        if options.protocol == "tcp":
            transport = f"RTP/AVP/TCP;unicast;interleaved={2 * index}-{2 * index + 1}"
        elif options.port_zero:
            transport = "RTP/AVP;unicast;client_port=0-0"
        else:
            rtp, rtcp = port_pair(connection.socket.family)
            sockets += [rtp, rtcp]
            selector.register(rtp, selectors.EVENT_READ, (track, False))
            selector.register(rtcp, selectors.EVENT_READ, (track, True))
            port = rtp.getsockname()[1]
            transport = f"RTP/AVP;unicast;client_port={port}-{port + 1}"
        if options.destination:
            transport += f";destination={options.destination}"
        tracks.append(track)
        reply = connection.request("SETUP", item["control"], Transport=transport)
        result["setup"], result["transport"] = reply.status, reply.headers.get("transport")
        if reply.status != 200:
            break

    if result["setup"] == 200:
        reply = connection.request("PLAY", Range="npt=0-")
        result["play"] = reply.status
        print("playing", file=sys.stderr, flush=True)
        selector.register(connection.socket, selectors.EVENT_READ, None)
        end = time.monotonic() + options.seconds
        while time.monotonic() < end and not all(track.bye for track in tracks):
            for key, _ in selector.select(0.5):
                if key.data is None:
                    connection.fill()
                    while connection.take_frame():
                        pass
                    continue
                track, is_rtcp = key.data
                data, source = key.fileobj.recvfrom(65536)
                track.take_rtcp(data) if is_rtcp else track.take_rtp(data, source[0])
        result["ended"] = all(track.bye for track in tracks)
        connection.request("TEARDOWN")
    result["tracks"] = [track.summary() for track in tracks]
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
