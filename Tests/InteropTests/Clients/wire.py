"""What goes over the wire from a sender to a group, seen from a host that has not joined it: `wire.py GROUP SENDER SECONDS`, which prints

    {"rtp": RTP datagrams, "repeated": of them, those that came before, "rtcp": RTCP datagrams}

Needs a network namespace of its own, a switch that sends all to everybody, and root.
"""

import ipaddress
import json
import socket
import struct
import sys
import time

PACKET_OUTGOING = 4
UDP = 17

group, sender = (ipaddress.ip_address(argument) for argument in sys.argv[1:3])
wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))  # ETH_P_ALL
wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
wire.settimeout(0.1)
seen, rtp, rtcp = set(), 0, 0
end = time.monotonic() + float(sys.argv[3])
while time.monotonic() < end:
    try:
        data, address = wire.recvfrom(65536)
    except TimeoutError:
        continue
    version = data[0] >> 4
    if version != group.version or address[2] == PACKET_OUTGOING:
        continue
    if version == 4:
        protocol, source, destination, payload = data[9], data[12:16], data[16:20], data[4 * (data[0] & 15) :]
    else:
        protocol, source, destination, payload = data[6], data[8:24], data[24:40], data[40:]
    if protocol != UDP or source != sender.packed or destination != group.packed:
        continue
    port = struct.unpack_from("!H", payload, 2)[0]
    if port % 2:
        rtcp += 1
        continue
    rtp += 1
    # Port, sequence number and time stamp, and the source.
    seen.add((port, payload[10:20]))
print(json.dumps({"rtp": rtp, "repeated": rtp - len(seen), "rtcp": rtcp}))
