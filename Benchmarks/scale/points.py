"""The points that are measured, and how one is."""

import contextlib
import dataclasses
import math
import os
import pathlib
import statistics
import subprocess
import time

import figures
import generator
import servers
import titles

# Seconds between the last viewer's start and the measurement.
SETTLE = 2
# At most so many viewers come in a second: each costs some milliseconds then.
COMING = 120
# The pacer wakes at most so many times a second (PacingLimits.quantum is 2 ms).
QUANTA = 500


@dataclasses.dataclass(frozen=True)
class Point:
    """One server and its viewers, who all come within some seconds, play for a while together, and leave."""

    series: str
    title: str
    viewers: int
    tcp: bool = False
    # Cores and event loops of the server.
    cores: int = 1
    threads: int = 1
    # Where on its axis, if that is not the number of viewers.
    at: float = 0
    # Of the viewers, how many stop reading.
    slow: int = 0
    # The title's file is put out of the page cache before.
    cold: bool = False


def plan(quick):
    """All points; with `quick`, the fewest that give every plot its lines."""
    both = (False, True)

    def some(values):
        return values[:: len(values) - 1] if quick else values

    found = [Point("viewers", title, viewers, tcp)
             for title, counts in (("long", (10, 200) if quick else (10, 100, 500, 1000)), ("film", some((10, 30, 60, 120))))
             for tcp in both for viewers in counts]
    found += [Point("bitrate", titles.bitrate(rate), max(2, round(200 / rate)), tcp, at=rate)
              for tcp in both for rate in (some(tuple(titles.BITRATES)[1:]) if quick else titles.BITRATES)]
    found += [Point("frames", title, 300, at=frames)
              for title, frames in (("frames-5", 5), ("rate-0.4", 25), ("frames-100", 100))]
    found += [Point("cores", "film", 60, tcp, cores, threads) for tcp in both for cores, threads in some(((1, 1), (1, 2), (2, 2)))]
    found += [Point("length", titles.length(minutes), 100, at=minutes) for minutes in some(titles.LENGTHS)]
    found += [Point("cold", "film", 60, cold=cold) for cold in both]
    found += [Point("slow", "film", 60, True, slow=slow) for slow in (0, 30)]
    return found


@dataclasses.dataclass
class Result:
    """What was found of a point, over `seconds` in which all viewers played.

    `playing` are those who were not refused, nor stopped reading. `gigabytes` are of RTP packets, 10^9 bytes: the viewers' mean rates times that time. `sends` are of the kernel's count of datagrams sent,
    where a segmented send counts once (over TCP: access units). `cpu` is in seconds; coming and leaving cost `visit_ms` more for each viewer.
    Memory is in MB: `idle`, with `one_viewer`, with all (`resident`), what sockets hold then (`kernel_mb`), and what came from the disk
    (`read_mb`). `opening` (the first viewer), `first` (the others: connect to first RTP) and `late` are in ms."""

    series: str
    title: str
    viewers: int
    transport: str
    cores: int
    threads: int
    at: float
    slow: int
    cold: bool
    playing: int
    seconds: float
    gigabytes: float
    packets: float
    sends: float
    units: float
    viewer_seconds: float
    cpu: float
    visit_ms: float
    idle: float
    one_viewer: float
    resident: float
    kernel_mb: float
    descriptors: int
    opening: float
    first: float
    late_p50: float
    late_p99: float
    late_p999: float
    lost: int
    failed: int
    read_mb: float
    notes: str

    @property
    def per_gigabyte(self):
        return self.cpu / self.gigabytes if self.gigabytes else float("nan")

    @property
    def per_packet(self):
        """Microseconds."""
        return self.cpu * 1e6 / self.packets if self.packets else float("nan")

    @property
    def busy(self):
        """Cores that the server used."""
        return self.cpu / self.seconds

    @property
    def wakes(self):
        """Times that the pacer woke: in each quantum in which something was due, if what is due is spread at random."""
        return self.seconds * QUANTA * (1 - math.exp(-self.sends / self.seconds / QUANTA))

    @property
    def sound(self):
        """Everybody played, nothing was lost, and the server had time left."""
        return not self.lost and not self.failed and self.busy < 0.95 * self.cores


@dataclasses.dataclass(frozen=True)
class Reading:
    """The server's counters at one time."""

    time: float
    cpu: float
    datagrams: int
    read: int

    @classmethod
    def of(cls, server):
        root = pathlib.Path(f"/proc/{server.pid}")
        # Nanoseconds on a processor (proc(5), schedstat), of each thread: much finer than the ticks of `stat`.
        cpu = sum(int((task / "schedstat").read_text().split()[0]) for task in (root / "task").iterdir()) / 1e9
        read = int(dict(line.split(": ") for line in (root / "io").read_text().splitlines())["read_bytes"])
        return cls(time.monotonic(), cpu, counter(root / "net/snmp", "Udp:", "OutDatagrams"), read)


def counter(file, group, name):
    names, values = [line.split() for line in file.read_text().splitlines() if line.startswith(group)][:2]
    return int(values[names.index(name)])


def kernel_bytes(server):
    """What all sockets of the machine hold (the kernel counts them together), both ends of each connection."""
    lines = pathlib.Path(f"/proc/{server.pid}/net/sockstat").read_text().splitlines()
    fields = [line.split() for line in lines if line.startswith(("TCP:", "UDP:"))]
    return sum(int(line[line.index("mem") + 1]) for line in fields) * os.sysconf("SC_PAGE_SIZE")


def measure(bench, point, inside=((), ()), host="127.0.0.1", environment=(), options=()):
    """A Result. `inside` are commands that run another where the server and where the generator shall be; `environment` and `options` are
    the server's."""
    media, title = bench.directory / "media", f"{point.title}.mp4"
    kind = servers.Kind("sluice", lambda directory, host, port: [
        "env", *environment, bench.sluice, "serve", directory, "--host", host, "--port", port, "--rtp-port", 0, "--threads", point.threads,
        "--max-connections-per-address", 4096, "--max-sessions-per-address", 4096])
    if point.cold:
        forget(media / title)
    rate = min(COMING, max(20, point.viewers / 4))
    coming = point.viewers / rate
    with servers.running(kind, media, bench.directory / "scale-server.log", ",".join(bench.cores[: point.cores]), host=host,
                         inside=inside[0], options=options) as server:

        def load(viewers, seconds, slow=0):
            return generator.Load(bench.sluice, bench.load_core, server, [server.url(point.title)], viewers, seconds, rate=rate,
                                  tcp=point.tcp, inside=inside[1], flags=["--threads", 1, *(["--slow", slow] if slow else [])])

        idle, start = figures.settled(server, 0.5), Reading.of(server)
        single = load(1, 2)
        time.sleep(1)
        one = figures.settled(server, 0.5)
        opening = single.finish()
        before, held = Reading.of(server), kernel_bytes(server)
        crowd = load(point.viewers, coming + SETTLE + bench.seconds + 0.7, point.slow)
        time.sleep(coming + SETTLE)
        first = Reading.of(server)
        time.sleep(bench.seconds)
        last, level = Reading.of(server), server.resident()
        held, opened = kernel_bytes(server) - held, sum(server.descriptors().values())
        report = crowd.finish()
        after = Reading.of(server)
    return Result(
        **{name: getattr(point, name) for name in ("series", "title", "viewers", "cores", "threads", "slow", "cold")},
        at=point.at or point.viewers, transport="tcp" if point.tcp else "udp", idle=idle / 1e6, one_viewer=one / 1e6,
        resident=level / 1e6, kernel_mb=held / 1e6, descriptors=opened,
        opening=(opening["first_rtp"] or {"p50": float("nan")})["p50"], read_mb=(after.read - start.read) / 1e6,
        **flow(point, report, first, last, after.cpu - before.cpu), **quality(report))


def flow(point, report, first, last, all_cpu):
    """What was sent between two readings: the viewers' mean rates, times the time in which all of them played."""
    seconds, viewers = last.time - first.time, point.viewers - point.slow - report["viewers"]["failed"]
    gigabytes = report["mbit_per_s_per_viewer"] * viewers * seconds / 8000
    share = gigabytes * 1e9 / report["bytes"] if report["bytes"] else 0
    cpu, units = last.cpu - first.cpu, report["units"] * share
    # What the same bytes would have cost at the rate of these seconds; the rest is coming and leaving.
    visits = all_cpu - cpu / share if share else 0
    return {"playing": viewers, "seconds": seconds, "gigabytes": gigabytes, "packets": report["packets"] * share, "units": units,
            "sends": units if point.tcp else last.datagrams - first.datagrams, "viewer_seconds": viewers * seconds, "cpu": cpu,
            "visit_ms": visits * 1000 / max(1, viewers)}


def quality(report):
    late = report["lateness"] or dict.fromkeys(("p50", "p99", "p999"), float("nan"))
    return {"first": (report["first_rtp"] or {"p50": float("nan")})["p50"], "late_p50": late["p50"], "late_p99": late["p99"],
            "late_p999": late["p999"], "lost": report["lost"], "failed": report["viewers"]["failed"] + report["viewers"]["ended_early"],
            "notes": "; ".join(figures.remarks([report]))}


def forget(file):
    """Puts a file out of the page cache."""
    with open(file, "rb") as opened:
        os.fdatasync(opened.fileno())
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextlib.contextmanager
def alone():
    """A network namespace with a loopback device, so that nobody else's packets are counted; yields the command that runs another inside.
    Without root, there is none."""
    if os.geteuid() != 0:
        yield []
        return
    name = f"sluice-scale-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        yield ["ip", "netns", "exec", name]
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def median(values):
    found = [value for value in values if value == value]
    return statistics.median(found) if found else float("nan")
