"""What a scenario found: the figures, and what must be known to trust them."""

import dataclasses
import statistics
import time


@dataclasses.dataclass
class Figure:
    """`values` are in the bar's unit. It is `sound` if every viewer played and lost nothing: a server that sends less is cheap."""

    values: tuple
    notes: list
    runs: list
    sound: bool = True

    @classmethod
    def of(cls, values, *reports, notes=()):
        return cls(tuple(values), [*notes, *remarks(reports)], list(reports), all(map(is_clean, reports)))


def is_clean(report):
    return not (report["lost"] or report["viewers"]["failed"] or report["viewers"]["ended_early"])


def is_disturbed(report):
    """The generator may have been the bottleneck, its sockets had no room for what came, or other programs took its place."""
    return bool(report["generator"].get("warning")) or report["dropped_at_generator"] > 0 or report["machine"]["others"] > 0.5


def lateness(report):
    """The 99th percentile in ms; infinite if nothing came."""
    found = report.get("lateness")
    return found["p99"] if found else float("inf")


def remarks(reports):
    """What is to be said beside a figure: the sum or the worst of its runs."""
    asked, failed, early = (sum(report["viewers"][key] for report in reports) for key in ("asked", "failed", "ended_early"))
    if failed:
        cause = next(cause["cause"] for report in reports for cause in report["viewers"]["causes"] if cause["cause"].startswith("failed"))
        yield f"{failed} of {asked} viewers {cause[:60]}"
    if early:
        yield f"{early} of {asked} viewers ended early"
    lost, packets = (sum(report[key] for report in reports) for key in ("lost", "packets"))
    drops = sum(report["dropped_at_generator"] for report in reports)
    if lost:
        yield f"{lost} packets lost ({100 * lost / (packets + lost):.2f} %)"
    if drops:
        yield f"{drops} datagrams dropped at the generator's sockets"
    late = max((lateness(report) for report in reports if report.get("lateness")), default=0)
    if late > 10:
        yield f"lateness p99 {late:.0f} ms"
    busiest = max(report["generator"]["busiest_thread"] for report in reports)
    if any(report["generator"].get("warning") for report in reports):
        yield f"generator at its limit ({busiest * 100:.0f} % of a core)" if busiest >= 0.8 else "generator's timers fired late"
    others = max(report["machine"]["others"] for report in reports)
    if others > 0.15:
        yield f"other programs used {others:.1f} cores"


def settled(server, seconds=3.0):
    """The server's resident memory in bytes: the median over some seconds."""
    samples = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        samples.append(server.resident())
        time.sleep(0.2)
    return statistics.median(samples)
