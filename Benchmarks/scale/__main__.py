"""How the server's cost grows with viewers, bitrate, cores and the file's length, and where it breaks.

    python3 Benchmarks/scale SLUICE     measures, and writes Benchmarks/Scale.md anew; `make scale` does it with a release build
    python3 Benchmarks/scale            writes it anew from what was measured last

Environment: QUICK=1, a tenth of the points for a look; SECONDS measured at each point (8; QUICK: 4); SERIES, which to measure again
("viewers segments"; all), the others stay as they were.

Server and generator have a core each; where the server has two, the generator competes. As root everything runs in network namespaces of its
own. Results are in Benchmarks/scale/results.json (with QUICK in .build-bench, and the document stays as it is).
"""

import dataclasses
import json
import math
import os
import pathlib
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "bars"))

import document  # noqa: E402
import limits  # noqa: E402
import media  # noqa: E402
import points  # noqa: E402
import table  # noqa: E402
import titles  # noqa: E402


class Bench:
    """What all measurements share."""

    def __init__(self, sluice, directory, seconds):
        self.sluice, self.directory, self.seconds = sluice, directory, seconds
        self.cores = list(map(str, sorted(os.sched_getaffinity(0))))
        self.load_core = self.cores[-1]


def measure(bench, planned, wanted, facts):
    """The results; into `facts` goes what is no point of a series."""
    results = []
    with points.alone() as inside:
        for number, point in enumerate(planned, 1):
            results += attempt(f"{number}/{len(planned)} {point.series} {point.title} {point.viewers}{' TCP' if point.tcp else ''}",
                               lambda: points.measure(bench, point, (inside, inside)))
    if "sockets" in wanted:
        room = {size: limits.socket_room(size) for size in (1372, 200)}
        facts["room"] = {str(size): held for size, (held, _) in room.items()}
        facts["room"]["buffer"] = room[1372][1]
    if "segments" in wanted and os.geteuid() == 0:
        facts["segments"] = []
        for name, result in limits.segmentation(bench, "film", 60):
            say(f"segments: {name}", result)
            facts["segments"].append([name, result])
    return results


def attempt(name, run):
    """The result in a list; an empty one if it failed."""
    try:
        result = run()
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        print(f"{name}: {error}", file=sys.stderr, flush=True)
        return []
    say(name, result)
    return [result]


def say(name, result):
    print(f"{name}: {result.per_gigabyte:.2f} CPU s/GB, {result.per_packet:.2f} µs a packet, {result.busy:.2f} cores, "
          f"{result.resident:.0f} MB, late p99 {result.late_p99:.1f} ms, {result.lost} lost {result.notes}", file=sys.stderr, flush=True)


def series(planned):
    return {point.series for point in planned} | {"sockets", "segments"}


def conditions(results, seconds):
    """When and where; whether other programs took the processor."""
    noisy = sum("other programs" in one.notes for one in results)
    machine = table.machine()
    return {"date": time.strftime("%Y-%m-%d", time.gmtime()), "version": table.commit(media.ROOT), **machine,
            "others": f"other programs were at work during {noisy} of {len(results)} points" if noisy else "nothing else was at work",
            "minutes": round(seconds / 60, 1)}


def save(file, results, facts):
    """One line for each point; the order of the plan."""
    lines = {"results": [dataclasses.asdict(one) for one in results], "facts": facts | {
        "segments": [[name, dataclasses.asdict(one)] for name, one in facts.get("segments", [])]}}
    body = ",\n".join("  " + json.dumps(rounded(one)) for one in lines["results"])
    file.write_text(f'{{"results": [\n{body}\n],\n"facts": {json.dumps(lines["facts"], default=rounded)}}}\n')


def rounded(record):
    return {name: value if not isinstance(value, float) else None if math.isnan(value) else float(f"{value:.6g}") for name, value in record.items()}


def load(file):
    read = json.loads(file.read_text())

    def result(record):
        return points.Result(**{name: float("nan") if value is None else value for name, value in record.items()})

    read["facts"]["segments"] = [[name, result(record)] for name, record in read["facts"].get("segments", [])]
    return list(map(result, read["results"])), read["facts"]


def write(results, facts, directory, target):
    """The plots into `directory`; `target` is the document."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in document.plots(results).items():
        (directory / name).write_text(text)
    found = document.fill((HERE.parent / "Scale.md").read_text(), document.tables(results, facts))
    target.write_text(found)
    print(f"wrote {target}")


def main():
    if len(sys.argv) > 2:
        sys.exit(__doc__.strip())
    # So that servers and network namespaces go too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    environment = os.environ
    quick = bool(environment.get("QUICK"))
    build = media.ROOT / ".build-bench"
    file = build / "scale-quick.json" if quick else HERE / "results.json"
    if len(sys.argv) == 2:
        planned = points.plan(quick)
        wanted = set(environment.get("SERIES", "").split()) or series(planned)
        if unknown := wanted - series(planned):
            sys.exit(f"no such series: {' '.join(sorted(unknown))}")
        titles.make(build / "media")
        bench = Bench(pathlib.Path(sys.argv[1]).resolve(), build, float(environment.get("SECONDS", 4 if quick else 8)))
        kept, facts = load(file) if file.exists() and wanted != series(planned) else ([], {})
        began = time.monotonic()
        found = measure(bench, [point for point in planned if point.series in wanted], wanted, facts)
        facts |= conditions(found, time.monotonic() - began)
        save(file, [*(one for one in kept if one.series not in wanted), *found], facts)
    results, facts = load(file)
    if quick:
        write(results, facts, build / "scale", build / "scale" / "Scale.md")
    else:
        write(results, facts, HERE / "plots", HERE.parent / "Scale.md")


if __name__ == "__main__":
    main()
