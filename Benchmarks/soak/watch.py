"""The server's memory, descriptors, threads and CPU over time, and what they say."""

import csv
import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Sample:
    """At `time` seconds after the first viewer. Memory in kB: resident, and what of it no file backs."""

    time: float
    playing: int
    came: int
    resident: int
    anonymous: int
    descriptors: int
    sockets: int
    threads: int
    cpu: float
    lost: int
    unexpected: int


def sample(server, tally, time):
    status = server.status()
    opened = server.descriptors()
    return Sample(round(time, 1), tally.playing, tally.events["came"], kilobytes(status["VmRSS"]), kilobytes(status["RssAnon"]),
                  sum(opened.values()), opened["socket"], int(status["Threads"]), server.cpu(), sum(tally.lost.values()),
                  sum(tally.unexpected.values()))


def kilobytes(field):
    return int(field.split()[0])


def line(now, before):
    """Progress, for a person."""
    busy = (now.cpu - before.cpu) / max(1e-9, now.time - before.time)
    return (f"{now.time / 60:6.1f} min  {now.playing:4} playing  {now.came:6} came  {now.resident / 1000:6.1f} MB "
            f"({now.anonymous / 1000:.1f} anonymous)  {now.descriptors:5} descriptors  {now.threads:2} threads  CPU {100 * busy:3.0f} %  "
            f"{now.lost} lost  {now.unexpected} unexpected")


def write(file, samples):
    with open(file, "w", newline="") as output:
        rows = csv.DictWriter(output, [field.name for field in dataclasses.fields(Sample)])
        rows.writeheader()
        rows.writerows(map(dataclasses.asdict, samples))


class Memory:
    """What a series of samples says of resident memory: its level when it has settled and at the end, in MB; its slope over the last two
    thirds, in kB a minute; the peaks of the first and of the last third, in MB."""

    def __init__(self, samples):
        end = samples[-1].time
        # Minute 5, or after a sixth of a shorter run.
        settled = min(300, end / 6)
        near = max(30, settled / 10)
        self.settled_at = settled / 60
        self.settled = level(one for one in samples if abs(one.time - settled) <= near)
        self.at_end = level(one for one in samples if one.time >= end - 2 * near)
        self.slope = slope([(one.time / 60, one.resident) for one in samples if one.time >= end / 3])
        self.first_peak = max(one.resident for one in samples if one.time <= end / 3) / 1000
        self.last_peak = max(one.resident for one in samples if one.time >= end * 2 / 3) / 1000


def level(samples):
    return statistics.median(one.resident for one in samples) / 1000


def slope(points):
    """Of the line with the least squares."""
    if len(points) < 3:
        return 0.0
    return statistics.linear_regression(*zip(*points)).slope
