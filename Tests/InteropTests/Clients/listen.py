"""Counts the datagrams that come to any UDP port of this host: `listen.py SECONDS`. Needs a network namespace of its own, and root."""

import socket
import sys
import time

packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
packets.settimeout(0.1)
end, count = time.monotonic() + float(sys.argv[1]), 0
while time.monotonic() < end:
    try:
        data, address = packets.recvfrom(65536)
    except TimeoutError:
        continue
    if data[9] == 17 and address[2] != socket.PACKET_OUTGOING:  # IPv4's protocol field: UDP
        count += 1
print(count)
