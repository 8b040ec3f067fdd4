"""Where it breaks: what a receiver's socket holds, and devices that do not segment datagrams."""

import contextlib
import ctypes
import fcntl
import pathlib
import socket
import struct
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "bars"))

import link  # noqa: E402
import points  # noqa: E402


def socket_room(size):
    """How many datagrams of `size` bytes a UDP socket with the kernel's default buffer holds until it drops."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        receiver.bind(("127.0.0.1", 0))
        sender.connect(receiver.getsockname())
        for _ in range(4096):
            sender.send(bytes(size))
        held = 0
        receiver.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while receiver.recv(size):
                held += 1
        return held, receiver.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)


def segmentation(bench, title, viewers):
    """The Result on a device that cuts segmented sends up, on one for which the kernel does, on one that makes no checksums either, and where
    such sends are refused; by names for the document."""
    refusing = compiled(bench.directory)
    cases = {
        "device": ([], []),
        "kernel": (["gso_max_segs", "1"], []),
        "kernel, checksums too": (["gso_max_segs", "1"], []),
        "refused": ([], [f"LD_PRELOAD={refusing}"]),
    }
    for name, (settings, environment) in cases.items():
        with link.cable() as names:
            inside = [link.inside(one) for one in names]
            if settings:
                link.ip("-n", names[0], "link", "set", "cable", *settings)
            if "checksums" in name:
                subprocess.run([*inside[0], sys.executable, __file__, "cable"], check=True)
            yield name, points.measure(bench, points.Point("segments", title, viewers), inside, link.SERVER, environment)


def compiled(directory):
    source = pathlib.Path(__file__).with_name("refuse-segments.c")
    library = directory / "refuse-segments.so"
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def without_checksums(device):
    """As `ethtool -K DEVICE tx off` (linux/ethtool.h, ETHTOOL_STXCSUM; linux/sockios.h, SIOCETHTOOL)."""
    value = ctypes.create_string_buffer(struct.pack("=II", 0x17, 0), 8)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8946, struct.pack("16sP16x", device.encode(), ctypes.addressof(value)))


if __name__ == "__main__":
    without_checksums(sys.argv[1])
