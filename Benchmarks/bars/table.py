"""The result, for a person and for a program."""

import json
import math
import os
import pathlib
import platform
import subprocess
import time


class Row:
    """One bar: a Figure or the reason why there is none (a string) by the name of the server, and how long each took in seconds."""

    def __init__(self, bar, floor=None):
        self.bar, self.floor = bar, floor
        self.figures, self.seconds = {}, {}

    def cell(self, name):
        figure = self.figures.get(name)
        return self.numbers(figure.values) if hasattr(figure, "values") else "-"

    def numbers(self, values):
        return " / ".join("none" if math.isinf(value) else f"{value:.{self.bar.places}f}" for value in values)

    @property
    def goal(self):
        sign = ">=" if self.bar.more_is_better else "<="
        return f"{sign} " + " / ".join(f"{goal:g}" for goal in self.bar.goals) if self.bar.goals else ""

    @property
    def verdict(self):
        ours = self.figures.get("sluice")
        if not self.bar.goals:
            return ""
        if not hasattr(ours, "values"):
            return "not measured"
        reached = all(value >= goal if self.bar.more_is_better else value <= goal for value, goal in zip(ours.values, self.bar.goals))
        return "held" if reached and ours.sound else "MISSED"

    @property
    def ratio(self):
        """How many times better than the best peer, by the first value."""
        ours = self.figures.get("sluice")
        peers = [figure.values[0] for name, figure in self.figures.items() if name != "sluice" and hasattr(figure, "values")]
        if not peers or not hasattr(ours, "values"):
            return ""
        best = max(peers) if self.bar.more_is_better else min(peers)
        over, under = (ours.values[0], best) if self.bar.more_is_better else (best, ours.values[0])
        return f"{over / under:.1f}" if under > 0 and over >= 0 and not math.isinf(over) else ""

    def footnotes(self):
        for name, figure in self.figures.items():
            notes = figure.notes if hasattr(figure, "notes") else [figure]
            if notes:
                yield f"{self.bar.name} {name}: {'; '.join(notes)}"
        if self.floor is not None:
            yield f"{self.bar.name} floor: {self.floor}"


def text(rows, names):
    head = ["", "what", *names, "ratio", "goal", "", "took"]
    lines = [head]
    for row in rows:
        took = " + ".join(f"{seconds:.0f}" for seconds in row.seconds.values()) + " s"
        lines.append([row.bar.name, row.bar.what, *(row.cell(name) for name in names), row.ratio, row.goal, row.verdict, took])
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    # Words to the left, figures to the right.
    numeric = range(2, 3 + len(names))
    table = ["  ".join(cell.rjust(width) if column in numeric else cell.ljust(width)
                       for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines]
    return "\n".join([*table, "", *(note for row in rows for note in row.footnotes())])


def write(file, rows, floor, versions):
    """Everything, `sluice load`'s own reports included, as JSON."""
    result = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": machine(), "versions": versions, "floor": floor,
        "bars": [
            {
                "bar": row.bar.name, "what": row.bar.what, "goals": row.bar.goals, "verdict": row.verdict,
                "servers": {
                    name: {"seconds": round(row.seconds[name], 1)} | described(figure) for name, figure in row.figures.items()
                },
            }
            for row in rows
        ],
    }
    file.write_text(json.dumps(result, indent=1) + "\n")


def described(figure):
    if not hasattr(figure, "values"):
        return {"notes": [figure]}
    values = [None if math.isinf(value) else round(value, 3) for value in figure.values]
    return {"values": values, "notes": figure.notes, "runs": figure.runs}


def machine():
    models = [line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    return {"cpu": models[0] if models else platform.machine(), "cores": os.cpu_count(), "kernel": platform.release()}


def commit(root):
    asked = subprocess.run(["git", "-C", root, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return asked.stdout.strip() or None
