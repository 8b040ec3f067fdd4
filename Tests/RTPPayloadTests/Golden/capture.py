#!/usr/bin/env python3
"""Records what a second implementation sends for a file: capture.py NAME MTU INPUT -- COMMAND...

PORT in COMMAND is replaced by the receiver's port. Writes NAME.hex (see README.md).
"""
import re, socket, subprocess, sys

name, mtu, source = sys.argv[1], int(sys.argv[2]), sys.argv[3]
command = sys.argv[5:]


def probe(*what):
    return subprocess.run(["ffprobe", "-v", "error", *what, "-show_data", source], capture_output=True, text=True, check=True).stdout


def hexdump(text):
    lines = re.findall(r"^[0-9a-f]{8}: ((?:[0-9a-f]{2,4} ?)+)", text, re.M)
    return "".join(line.replace(" ", "") for line in lines)


units = []
for p in probe("-show_packets", "-show_entries", "packet=flags,data").split("[/PACKET]"):
    if "data=" in p:
        units.append(("K" in re.search(r"flags=(\S+)", p).group(1), hexdump(p.split("data=", 1)[1])))
extradata = probe("-show_streams", "-show_entries", "stream=extradata")
extradata = hexdump(extradata.split("extradata=", 1)[1]) if "extradata=" in extradata else ""

receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
receiver.bind(("127.0.0.1", 0))
port = receiver.getsockname()[1]
output = subprocess.run([c.replace("PORT", str(port)) for c in command], capture_output=True, text=True)
packets = []
receiver.settimeout(0.5)
try:
    while True:
        packets.append(receiver.recv(65536))
except TimeoutError:
    pass
sdp = re.findall(r"^a=(?:rtpmap|fmtp):.*", output.stdout, re.M)
caps = re.findall(r"pay\S*\.GstPad:src: caps = (application/x-rtp.*)", output.stdout)
with open(name + ".hex", "w") as out:
    out.write(f"# {' '.join([command[0].rsplit('/', 1)[-1], *command[1:]])}\n")
    out.write(f"mtu {mtu}\n")
    for line in sdp:
        out.write(f"sdp {line.strip()}\n")
    if caps:
        out.write(f"caps {caps[-1]}\n")
    out.write(f"configuration {extradata}\n")
    for key, unit in units:
        out.write(f"{'key' if key else 'unit'} {unit}\n")
    for packet in packets:
        # RTCP leaves on the next port; what came here is RTP.
        out.write(f"packet {packet.hex()}\n")
print(name, len(units), "units", len(packets), "packets", output.returncode, output.stderr[-300:])
