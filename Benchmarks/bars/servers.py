"""The servers under measurement: how each is started, and what /proc says of it."""

import collections
import contextlib
import dataclasses
import os
import pathlib
import socket
import subprocess
import time
import typing


@dataclasses.dataclass(frozen=True)
class Kind:
    """A server program, and what is odd about it."""

    name: str
    # command(directory, host, port) starts it.
    command: typing.Callable[[pathlib.Path, str, int], list]
    suffix: str = ".mp4"
    # If not, it says which it got.
    takes_port: bool = True
    # The path of a title whose viewers share one timeline, of its file; None if it has no such thing.
    shared: str | None = None
    # Packets of each viewer that RTP-Info announces, and that are never sent.
    phantoms: int = 0

    def title(self, name):
        """The file that this server plays of a title; None if it cannot."""
        if name == "skewed":
            return "skewed.avi" if self.suffix == ".mp4" else None
        return name + self.suffix


def kinds(sluice, gst_server, environment):
    """Sluice first, then its peers: gst-rtsp-server, and those whose programs `environment` names."""

    def sluice_command(directory, host, port):
        channel = "tide=channel.m3u,join=next"
        return [sluice, "serve", directory, "--host", host, "--port", port, "--rtp-port", 0, "--channel", channel]

    found = [Kind("sluice", sluice_command, shared="channels/tide")]
    if gst_server:
        found.append(Kind("gst-rtsp-server", lambda directory, host, port: [gst_server, directory, host, port],
                          shared="shared/{}", phantoms=1))
    if live555 := environment.get("LIVE555"):
        # It serves its working directory, on 554 or else on 8554, and plays no MP4.
        command = lambda directory, host, port: ["env", "-C", directory / "mkv", os.path.abspath(live555)]  # noqa: E731
        found.append(Kind("live555", command, suffix=".mkv", takes_port=False))
    if gpac := environment.get("GPAC"):
        found.append(Kind("gpac", lambda directory, host, port: [gpac, f"rtspout:port={port}:mounts={directory}:close=false:maxc=4096"]))
    return found


class Server:
    """A running one."""

    def __init__(self, kind, pid, host, port):
        self.kind, self.pid, self.host, self.port = kind, pid, host, port

    def url(self, name):
        """None if it cannot play that title."""
        title = self.kind.title(name)
        return title and f"rtsp://{self.host}:{self.port}/{title}"

    def shared(self, name):
        """The URL of a title whose viewers share one timeline."""
        return f"rtsp://{self.host}:{self.port}/{self.kind.shared.format(self.kind.title(name))}"

    def resident(self):
        """Bytes of memory that are its own now."""
        return int(self.status()["VmRSS"].split()[0]) * 1024

    def peak(self):
        """The most that it had so far."""
        return int(self.status()["VmHWM"].split()[0]) * 1024

    def status(self):
        lines = pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return dict(line.split(":\t", 1) for line in lines if ":\t" in line)

    def cpu(self):
        """Seconds of CPU that it has used (proc(5): fields 14 and 15 of stat)."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        """How many are open, by kind: "socket", "file", or the kernel's name, such as "anon_inode"."""
        found = collections.Counter()
        for link in pathlib.Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                target = os.readlink(link)
            except FileNotFoundError:
                continue
            found["file" if target.startswith("/") else target.split(":")[0]] += 1
        return found


@contextlib.contextmanager
def running(kind, directory, log, core, host="127.0.0.1", inside=(), options=()):
    """A server of its own for the length of a `with`, pinned to `core`; it dies with this process too. `inside` is a command that
    runs another in a network namespace."""
    port = free_port()
    command = ["setpriv", "--pdeathsig", "KILL", *inside, "taskset", "-c", core, *kind.command(directory, host, port), *options]
    with open(log, "w") as output:
        process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        server = Server(kind, process.pid, host, port if kind.takes_port else announced_port(log))
        wait_until_ready(server, process, inside, log)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("", 0))
        return one.getsockname()[1]


def announced_port(log):
    """The port of the URL that live555MediaServer prints."""
    for _ in range(50):
        text = pathlib.Path(log).read_text(errors="replace")
        if "rtsp://" in text:
            authority = text.split("rtsp://", 1)[1].split("/", 1)[0]
            return int(authority.rpartition(":")[2]) if ":" in authority else 554
        time.sleep(0.1)
    raise RuntimeError(f"no URL in {log}")


def wait_until_ready(server, process, inside, log):
    """Until it accepts connections."""
    probe = f"exec 3<>/dev/tcp/{server.host}/{server.port}"
    for _ in range(100):
        if process.poll() is not None:
            break
        if subprocess.run([*inside, "timeout", "2", "bash", "-c", probe], stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError(f"{server.kind.name} does not answer: {pathlib.Path(log).read_text(errors='replace')[-1000:]}")
