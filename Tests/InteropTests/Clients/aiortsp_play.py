"""Plays an RTSP URL for some seconds with `aiortsp`: `aiortsp_play.py URL udp|tcp SECONDS`; prints the RTP packets received per track kind."""

import asyncio
import json
import sys
from urllib.parse import urlparse

from aiortsp.rtsp.connection import RTSPConnection
from aiortsp.rtsp.session import RTSPMediaSession, sanitize_rtsp_url
from aiortsp.transport import RTPTransportClient, transport_for_scheme


class Counter(RTPTransportClient):
    def __init__(self):
        self.packets = self.reports = 0
        self.closed = None

    def handle_rtp(self, rtp):
        self.packets += 1

    def handle_rtcp(self, rtcp):
        self.reports += 1

    def handle_closed(self, error):
        self.closed = repr(error)


async def play(url, protocol, seconds):
    parts, counter = urlparse(url), Counter()
    scheme = "rtspt" if protocol == "tcp" else "rtsp"
    async with RTSPConnection(parts.hostname, parts.port or 554) as connection:
        async with transport_for_scheme(scheme)(connection) as transport:
            transport.subscribe(counter)
            async with RTSPMediaSession(connection, sanitize_rtsp_url(url), transport) as session:
                reply = await session.play()
                await asyncio.sleep(seconds)
                return {"play": reply.status, "packets": counter.packets, "reports": counter.reports}


print(json.dumps(asyncio.run(play(sys.argv[1], sys.argv[2], float(sys.argv[3])))))
