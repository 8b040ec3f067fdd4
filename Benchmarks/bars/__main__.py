"""Measures every bar of Sluice's design, side by side with other servers, and prints one table.

    python3 Benchmarks/bars SLUICE      SLUICE is a release build of the executable; `make bench` makes one

Environment: BARS, which to measure ("P1 M1"; all); DURATION of P1 to P3 in seconds (20); CLIENTS, viewers of P1 to P3 and of the tide, and
where P4's search begins (60, 100, 1000, 400); LIVE555 and GPAC, paths of live555MediaServer and gpac; PEERS=no leaves the others out; LOAD_FLAGS, more flags of
`sluice load`.

Server and generator have cores of their own. All files are in .build-bench; result.json has every figure.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import generator
import media
import scenarios
import servers
import table


GST_PACKAGE = "gstreamer-rtsp-server-1.0"


class Bench:
    """What the scenarios share."""

    def __init__(self, sluice, directory, environment):
        self.sluice, self.directory = sluice, directory
        self.duration = float(environment.get("DURATION", 20))
        self.clients = int(environment.get("CLIENTS", 0))
        self.load_flags = environment.get("LOAD_FLAGS", "").split()
        cores = sorted(os.sched_getaffinity(0))
        self.server_core, self.load_cores = cores[0], ",".join(map(str, cores[1:] or cores))

    def server(self, kind, **options):
        return servers.running(kind, self.directory / "media", self.directory / f"{kind.name}.log", self.server_core, **options)

    def load(self, server, titles, clients, seconds, **options):
        return self.load_urls(server, list(map(server.url, titles)), clients, seconds, **options)

    def load_urls(self, server, urls, clients, seconds, flags=(), **options):
        flags = [*flags, *self.load_flags]
        return generator.Load(self.sluice, self.load_cores, server, urls, clients, seconds, flags=flags, **options)

    def floor(self):
        """What the kernel alone takes, CPU s/GB: the least of three tries."""
        program = compiled(self.directory, "floor/floor.c")
        command = [program, str(self.server_core), self.load_cores.split(",")[0], "1000"]
        tries = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(3)]
        return {name: min(found[name] for found in tries) for name in tries[0]}

    def say(self, text):
        print(text, file=sys.stderr, flush=True)


def compiled(directory, source, package=None):
    """The path of the program made of a C file of this directory."""
    source = pathlib.Path(__file__).resolve().parents[1] / source
    program = directory / source.stem
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        flags = pkg_config("--cflags", "--libs", package).split() if package else []
        subprocess.run(["cc", "-O2", "-Wall", "-o", program, source, *flags], check=True)
    return program


def pkg_config(*arguments):
    return subprocess.run(["pkg-config", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def measure(bench, bar, kind):
    """A Figure, or why there is none."""
    try:
        return bar.run(bench, kind) or "cannot play this title"
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        return f"{error}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    # So that servers and network namespaces go too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    environment = os.environ
    wanted = environment.get("BARS", "").split() or [bar.name for bar in scenarios.BARS]
    if unknown := set(wanted) - {bar.name for bar in scenarios.BARS}:
        sys.exit(f"no such bar: {' '.join(sorted(unknown))}")
    directory = media.ROOT / ".build-bench"
    media.make(directory / "media", matroska="LIVE555" in environment)
    bench = Bench(pathlib.Path(sys.argv[1]).resolve(), directory, environment)
    alone = environment.get("PEERS") == "no"
    gst_server = None if alone else compiled(directory, "peers/gst-server.c", GST_PACKAGE)
    kinds = servers.kinds(bench.sluice, gst_server, {} if alone else environment)
    began = time.monotonic()
    floor = bench.floor()
    notes = {"udp": f"{floor['udp']:.2f} (bare loop of sendmsg with UDP_SEGMENT; {floor['udp_gro']:.2f} to receivers with UDP_GRO); "
                    f"{floor['udp_paced']:.2f} with this bar's packets, each at its time",
             "tcp": f"{floor['tcp']:.2f} (bare loop of 60 kB writes); {floor['tcp_paced']:.2f} with this bar's units, each at its time",
             "small": f"{floor['small_paced']:.2f} (bare loop of sendmmsg with this bar's packets, each at its time)"}
    rows = []
    for bar in scenarios.BARS:
        if bar.name not in wanted:
            continue
        row = table.Row(bar, notes.get(bar.floor))
        rows.append(row)
        for kind in kinds:
            started = time.monotonic()
            row.figures[kind.name] = measure(bench, bar, kind)
            row.seconds[kind.name] = time.monotonic() - started
            bench.say(f"{bar.name} {kind.name}: {row.cell(kind.name)} ({row.seconds[kind.name]:.0f} s)")
    print(table.text(rows, [kind.name for kind in kinds]))
    print(f"\nserver on core {bench.server_core}, generator on {bench.load_cores}; {time.monotonic() - began:.0f} s in all")
    print(f"every figure: {directory}/result.json")
    versions = {"sluice": table.commit(media.ROOT)} | ({"gst-rtsp-server": pkg_config("--modversion", GST_PACKAGE)} if gst_server else {})
    table.write(directory / "result.json", rows, floor, versions)


if __name__ == "__main__":
    main()
