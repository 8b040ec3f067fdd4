"""Does the server's memory grow? Viewers of a two-hour title who come, seek, pause, stop reading, play to the end, and leave by TEARDOWN or
without a word, half over UDP and half over TCP, for half an hour.

    python3 Benchmarks/soak SLUICE      SLUICE is a release build of the executable; `make soak` makes one

Environment: MINUTES (30); VIEWERS at once (200); SEED of all that is random (a new one, printed); FLAGS, more flags of `sluice serve`;
SHARED, the path of a timeline that all share ("long.mp4?loop"), on which nobody seeks.

Server and viewers have cores of their own. .build-bench/soak.csv has a line for every 10 s, soak-server.log is the server's log. Exits with 1
if memory grew by more than 10 MB from minute 5 to the end, an answer was unexpected, a packet was lost, or a socket is left over.
"""

import asyncio
import gc
import os
import pathlib
import random
import re
import signal
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "bars"))

import client  # noqa: E402
import generator  # noqa: E402
import media  # noqa: E402
import servers  # noqa: E402
import viewers  # noqa: E402
import watch  # noqa: E402

INTERVAL = 10
# Seconds of the title, which is two hours long.
DURATION = 7200
GROWTH = 10
# After the last viewer, s: until the sessions that show no life have ended (--session-timeout).
FAREWELL = 75


async def soak(server, seed, count, seconds, samples, shared):
    """Viewers for so many seconds, of the title or of the path `shared`; fills `samples` and returns the tally."""
    tally, datagrams = viewers.Tally(), client.Datagrams()
    url = f"rtsp://{server.host}:{server.port}/{shared}" if shared else server.url("long")
    title, duration = (server.host, server.port, url), None if shared else DURATION
    slots = [viewers.Slot(number, seed, title, datagrams, tally, duration) for number in range(count)]
    tasks = [asyncio.create_task(datagrams.run())]
    # They come within 10 s.
    tasks += [asyncio.create_task(slot.run(10 * number / count)) for number, slot in enumerate(slots)]
    began = time.monotonic()
    before = watch.sample(server, tally, 0)
    interval = min(INTERVAL, seconds / 12)
    while (elapsed := time.monotonic() - began) < seconds:
        await asyncio.sleep(min(interval, max(0.1, seconds - elapsed)))
        for task in tasks:
            if task.done():
                task.result()
        samples.append(watch.sample(server, tally, time.monotonic() - began))
        print(watch.line(samples[-1], before), flush=True)
        while tally.losses:
            print(f"lost: {tally.losses.pop()}", flush=True)
        before = samples[-1]
    await end([*tasks, *(task for slot in slots for task in slot.aside)])
    return tally


async def end(tasks):
    """Cancels them, again if need be: before Python 3.12, wait_for loses a cancellation that meets the result."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=1)


def verdict(samples, tally, dropped, before, after, log):
    """Prints what was found; whether all of it is as it should be."""
    memory = watch.Memory(samples)
    left = sum("reason=server shutdown" in line for line in log)
    warnings = [line for line in log if re.search(" (warning|error|critical) ", line)]
    lost = tally.lost["tcp"] + max(0, tally.lost["udp"] - dropped)
    checks = [
        (memory.at_end - memory.settled <= GROWTH,
         f"memory: {memory.settled:.1f} MB at minute {memory.settled_at:.0f}, {memory.at_end:.1f} MB at the end; over the last two thirds "
         f"{memory.slope:+.1f} kB a minute; peak {memory.first_peak:.1f} MB in the first third, {memory.last_peak:.1f} MB in the last"),
        (not tally.unexpected, "unexpected: " + ("; ".join(f"{what} ({count})" for what, count in tally.unexpected.most_common()) or "none")),
        (lost == 0, f"packets: {tally.packets} counted, {lost} lost; {dropped} dropped for want of room in a viewer's socket"),
        (after["socket"] <= before["socket"], f"open when idle: {described(before)} before, {described(after)} after"),
        (left == 0, f"sessions that have not ended by themselves: {left}"),
        (not warnings, f"warnings and errors in the server's log: {len(warnings)}" + "".join("\n    " + line for line in warnings[:5])),
    ]
    print("viewers: " + ", ".join(f"{count} {what}" for what, count in sorted(tally.events.items())))
    for held, text in checks:
        print(f"{'held  ' if held else 'MISSED'}  {text}")
    return all(held for held, _ in checks)


def described(opened):
    return ", ".join(f"{count} {kind}" for kind, count in sorted(opened.items()))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    # So that the server goes too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    environment = os.environ
    seed = environment.get("SEED") or random.SystemRandom().randrange(1_000_000)
    count, seconds = int(environment.get("VIEWERS", 200)), 60 * float(environment.get("MINUTES", 30))
    directory = media.ROOT / ".build-bench"
    (directory / "media").mkdir(parents=True, exist_ok=True)
    media.once(directory / "media" / "long.mp4", media.long)
    cores = sorted(os.sched_getaffinity(0))
    kind, log = servers.kinds(pathlib.Path(sys.argv[1]).resolve(), None, {})[0], directory / "soak-server.log"
    print(f"{count} viewers for {seconds / 60:g} minutes, SEED={seed}", flush=True)
    samples = []
    with servers.running(kind, directory / "media", log, cores[0], options=environment.get("FLAGS", "").split()) as server:
        os.sched_setaffinity(0, cores[1:] or cores)
        # What lives long is looked at once.
        gc.freeze()
        time.sleep(1)
        before, drops = server.descriptors(), generator.dropped()
        try:
            tally = asyncio.run(soak(server, seed, count, seconds, samples, environment.get("SHARED")))
        finally:
            watch.write(directory / "soak.csv", samples)
        drops = generator.dropped() - drops
        print(f"no viewers for {FAREWELL} s", flush=True)
        time.sleep(FAREWELL)
        after = server.descriptors()
        print(f"idle: {server.resident() / 1e6:.1f} MB, peak {server.peak() / 1e6:.1f} MB")
    sys.exit(not verdict(samples, tally, drops, before, after, log.read_text(errors="replace").splitlines()))


if __name__ == "__main__":
    main()
