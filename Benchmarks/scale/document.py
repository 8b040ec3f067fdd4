"""The plots and the tables of Benchmarks/Scale.md, made of the results."""

import re

import chart
import model
import points

# Of `Result.series`, what goes into the model; the others are measured under special conditions.
MODELLED = ("viewers", "bitrate", "frames")
NAMES = {"long": "0.5 Mbit/s", "film": "8 Mbit/s"}
SEGMENTS = {"device": "the receiver's side cuts (virtual cable)", "kernel": "the kernel cuts",
            "kernel, checksums too": "the kernel cuts and makes the checksums", "refused": "segmented sends are refused: one datagram each"}


def models(results):
    """The Model of each transport."""
    return {transport: model.fit([one for one in results if one.series in MODELLED and one.transport == transport and one.sound])
            for transport in ("udp", "tcp")}


def of(results, series, **wanted):
    found = [one for one in results if one.series == series and all(getattr(one, name) == value for name, value in wanted.items())]
    return sorted(found, key=lambda one: one.at)


def kinds(results):
    """The four lines of the viewers' plots."""
    for title, rate in NAMES.items():
        for transport in ("udp", "tcp"):
            if found := of(results, "viewers", title=title, transport=transport):
                yield f"{rate}, {transport.upper()}", transport, found


def cost_line(name, found, fitted):
    predicted = [(one.at, fitted.cpu(one) / one.gigabytes) for one in found] if fitted else []
    return chart.Line(name, [(one.at, one.per_gigabyte, one.sound) for one in found], predicted)


def plots(results):
    """SVG by file name."""
    fitted = models(results)
    rates = [cost_line(transport.upper(), found, fitted[transport]) for transport in ("udp", "tcp")
             if (found := of(results, "bitrate", transport=transport))]
    lengths = of(results, "length")
    names = {1: "1 min", 10: "10 min", 120: "2 h", 600: "10 h"}
    return {
        "viewers.svg": chart.svg("CPU per GB against viewers (dashed: the model)", "viewers", "CPU s/GB",
                                 [cost_line(name, found, fitted[transport]) for name, transport, found in kinds(results)]),
        "bitrate.svg": chart.svg("CPU per GB against bitrate, 200 Mbit/s in all (dashed: the model)", "Mbit/s of a viewer", "CPU s/GB", rates),
        "memory.svg": chart.svg("Resident memory against viewers", "viewers", "MB",
                                [chart.Line(name, [(one.at, one.resident, one.sound) for one in found]) for name, _, found in kinds(results)]),
        "lateness.svg": chart.svg("Lateness against how busy the server is", "cores used", "p99, ms",
                                  [chart.Line(name, sorted((one.busy, one.late_p99, one.sound) for one in found if one.late_p99 > 0), joined=False)
                                   for name, _, found in kinds(results)]),
        "length-memory.svg": chart.svg("Resident memory against a film's length", "length of the file", "MB", [
            chart.Line("1 viewer", [(one.at, one.one_viewer, True) for one in lengths]),
            chart.Line("100 viewers", [(one.at, one.resident, True) for one in lengths]),
        ], {one.at: names[one.at] for one in lengths}),
        "length-start.svg": chart.svg("Connect to first RTP packet against a film's length", "length of the file", "ms", [
            chart.Line("first viewer", [(one.at, one.opening, True) for one in lengths]),
            chart.Line("100 more, median", [(one.at, one.first, True) for one in lengths]),
        ], {one.at: names[one.at] for one in lengths}),
    }


def tables(results, facts):
    """Markdown by marker."""
    fitted = models(results)
    return {
        "machine": machine(facts), "viewers": viewers_table(results), "bitrate": bitrate_table(results, "bitrate", "Mbit/s"),
        "frames": bitrate_table(results, "frames", "frames/s"), "model": model_table(fitted), "parts": parts_table(results, fitted),
        "cores": cores_table(results), "length": length_table(results), "segments": segments_table(facts.get("segments", [])),
        "sockets": sockets_table(facts), "cold": cold_table(results), "slow": slow_table(results), "descriptors": descriptors_table(results),
        "visit": visit(results),
    }


def rows(head, lines):
    lines = [list(map(str, line)) for line in lines]
    # Words to the left, figures to the right.
    rule = ["---" if index == 0 or name in ("", "remarks") else "--:" for index, name in enumerate(head)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *lines))


def figure(value):
    """Three digits that count."""
    if value != value:
        return "-"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def costs(one):
    """The columns that most tables share."""
    return [figure(one.per_gigabyte), figure(one.per_packet), f"{one.busy:.2f}", figure(one.late_p99), one.lost, doubts(one)]


COSTS = ["CPU s/GB", "µs a packet", "cores used", "late p99, ms", "lost", "remarks"]


def doubts(one):
    """What the table's columns do not say already."""
    found = [part for part in one.notes.split("; ") if part and not part.startswith("lateness") and "packets lost" not in part]
    return "; ".join((["**no time left**"] if one.busy >= 0.95 * one.cores else []) + found)


def viewers_table(results):
    return rows(["stream", "viewers", *COSTS[:-1], "memory, MB", "kB a viewer", "remarks"],
                [[name, one.viewers, *costs(one)[:-1], figure(one.resident), figure(more(found[0], one, "resident") * 1000), doubts(one)]
                 for name, _, found in kinds(results) for one in found])


def more(first, last, name):
    """What one more viewer adds to a figure, between two points."""
    if last.failed or last.playing <= first.playing:
        return float("nan")
    return (getattr(last, name) - getattr(first, name)) / (last.playing - first.playing)


def bitrate_table(results, series, what):
    return rows([what, "", "viewers", *COSTS],
                [[f"{one.at:g}", one.transport.upper(), one.viewers, *costs(one)]
                 for transport in ("udp", "tcp") for one in of(results, series, transport=transport)])


def model_table(fitted):
    head = ["term", *(f"{transport.upper()}" for transport, found in fitted.items() if found)]
    lines = []
    for term in model.TERMS:
        name, unit, scale = model.UNITS[term]
        lines.append([f"a {name}", *(f"{figure(found.prices[term] * scale)} {unit}" for found in fitted.values() if found)])
    lines.append(["typical error", *(f"{100 * found.error:.0f} % ({found.points} points)" for found in fitted.values() if found)])
    return rows(head, lines)


def parts_table(results, fitted):
    """What a model's terms are of some points."""
    lines = []
    for name, transport, found in kinds(results):
        sound = [one for one in found if one.sound]
        if sound and (prices := fitted[transport]):
            one = sound[-1]
            lines.append([f"{name}, {one.viewers} viewers", figure(one.per_gigabyte), figure(prices.cpu(one) / one.gigabytes),
                          *(figure(part / one.gigabytes) for part in prices.parts(one).values())])
    return rows(["CPU s/GB", "measured", "model", "bytes", "packets", "sends", "wake-ups", "viewers"], lines)


def cores_table(results):
    return rows(["event loops on cores", "", *COSTS],
                [[f"{one.threads} on {one.cores}", one.transport.upper(), *costs(one)]
                 for transport in ("udp", "tcp") for one in of(results, "cores", transport=transport)])


def length_table(results):
    return rows(["minutes", "first RTP, new: ms", "known: ms", "memory, 1 viewer: MB", "100 viewers: MB", *COSTS],
                [[f"{one.at:g}", figure(one.opening), figure(one.first), figure(one.one_viewer), figure(one.resident), *costs(one)]
                 for one in of(results, "length")])


def segments_table(cases):
    return rows(["who cuts a segmented send up", *COSTS], [[SEGMENTS[name], *costs(one)] for name, one in cases])


def sockets_table(facts):
    lines = []
    for size, what, rate in ((1372, "8 Mbit/s in packets of 1,372 bytes", 8e6 / 8 / 1372), (200, "audio: 47 packets of 200 bytes a second", 47)):
        if held := facts.get("room", {}).get(str(size)):
            lines.append([what, held, f"{held * size / 1000:.0f}", f"{held / rate * 1000:.0f}"])
    return rows(["stream", "datagrams held", "kB of them", "ms of them"], lines)


def cold_table(results):
    return rows(["file", "first RTP: ms", "read from the disk: MB", *COSTS],
                [["not in the page cache" if one.cold else "in the page cache", figure(one.opening), f"{one.read_mb:.0f}", *costs(one)]
                 for one in sorted(of(results, "cold"), key=lambda one: one.cold)])


def slow_table(results):
    return rows(["viewers who stop reading", "memory: MB", "all sockets: MB", *COSTS],
                [[f"{one.slow} of {one.viewers}", figure(one.resident), figure(one.kernel_mb), *costs(one)]
                 for one in sorted(of(results, "slow"), key=lambda one: one.slow)])


def descriptors_table(results):
    return rows(["stream", "viewers", "descriptors", "a viewer"],
                [[name, one.viewers, one.descriptors, figure(more(found[0], one, "descriptors"))]
                 for name, _, found in kinds(results) for one in [one for one in found if not one.failed][-1:]])


def visit(results):
    cost = points.median(one.visit_ms for one in results if one.series in MODELLED and one.sound and one.viewers >= 100)
    return f"Coming and leaving (connect, OPTIONS, DESCRIBE, SETUP of each stream, PLAY, TEARDOWN) costs {figure(cost)} ms of CPU a viewer (median)."


def machine(facts):
    return (f"Measured on {facts['date']}: Sluice {facts['version']}, {facts['cpu']}, {facts['cores']} cores, Linux {facts['kernel']}; "
            f"{facts['others']}.")


def fill(document, found):
    """The document with what stands between `<!-- name -->` and `<!-- end -->` replaced."""
    for name, text in found.items():
        document, count = re.subn(rf"(<!-- {name} -->\n).*?(<!-- end -->)", lambda match: f"{match[1]}{text}\n{match[2]}", document, flags=re.DOTALL)
        if count != 1:
            raise SystemExit(f"Scale.md has {count} places for {name}")
    return document
