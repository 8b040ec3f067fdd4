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
def cable():
    """Two network namespaces and a virtual cable between them, the device `cable` in each, for the length of a `with`; yields the names of the
    server's and of the client's. Needs root."""
    if os.geteuid() != 0:
        raise RuntimeError("needs root")
    names = [f"sluice-bench-{os.getpid()}-{side}" for side in ("server", "client")]
    made = []
    try:
        for name in names:
            ip("netns", "add", name)
            made.append(name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("link", "add", "cable", "netns", names[0], "type", "veth", "peer", "name", "cable", "netns", names[1])
        for name, address in zip(names, (SERVER, CLIENT)):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", "cable")
            ip("-n", name, "link", "set", "cable", "up")
        yield names
    finally:
        for name in made:
            ip("netns", "del", name)


def inside(name):
    """The command that runs another in a namespace."""
    return ["ip", "netns", "exec", name]


@contextlib.contextmanager
def shaped():
    """A cable that carries no more than `RATE` from the server on, for the length of a `with`; yields the commands that run others inside the
    server's namespace and inside the client's."""
    with cable() as names:
        sides = [inside(name) for name in names]
        subprocess.run([*sides[0], "tc", "qdisc", "add", "dev", "cable", "root", "tbf",
                        "rate", str(RATE), "burst", QUEUE, "limit", QUEUE], check=True)
        yield sides


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)
