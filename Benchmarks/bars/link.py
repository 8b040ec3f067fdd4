"""A link of 1.5 times the stream's bitrate with a short queue: who sends a large key frame in one go loses packets on it."""

import contextlib
import os
import subprocess

import media

RATE = media.KEYS_RATE * 3 // 2
QUEUE = "32kb"
SERVER, CLIENT = "10.212.1.1", "10.212.1.2"

# What Sluice needs to be told on such a link: a key frame may take 800 ms to leave (what is read ahead grows with it), and half a queue at most
# leaves at once.
OPTIONS = ["--lead", 800, "--burst", 16]


@contextlib.contextmanager
def shaped():
    """Two network namespaces and the link between them, for the length of a `with`; yields the commands that run others inside the server's
    and inside the client's. Needs root."""
    if os.geteuid() != 0:
        raise RuntimeError("needs root")
    names = [f"sluice-bench-{os.getpid()}-{side}" for side in ("server", "client")]
    made = []
    try:
        for name in names:
            ip("netns", "add", name)
            made.append(name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("link", "add", "client", "netns", names[0], "type", "veth", "peer", "name", "server", "netns", names[1])
        for name, device, address in ((names[0], "client", SERVER), (names[1], "server", CLIENT)):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", device)
            ip("-n", name, "link", "set", device, "up")
        inside = [["ip", "netns", "exec", name] for name in names]
        subprocess.run([*inside[0], "tc", "qdisc", "add", "dev", "client", "root", "tbf",
                        "rate", str(RATE), "burst", QUEUE, "limit", QUEUE], check=True)
        yield inside
    finally:
        for name in made:
            ip("netns", "del", name)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)
