"""The load generator, `sluice load`, and what else the machine did meanwhile."""

import json
import os
import pathlib
import resource
import subprocess
import time


class Load:
    """Viewers at work. `finish` waits for their end and returns what `sluice load --json` says, with `machine` beside it."""

    def __init__(self, sluice, core, server, urls, clients, seconds, rate=50, tcp=False, inside=(), flags=()):
        command = [*inside, "taskset", "-c", core, sluice, "load", *urls, "--clients", clients, "--seconds", seconds,
                   "--start-rate", rate, "--json", "--pid", server.pid, *(["--tcp"] if tcp else []), *flags]
        self.server, self.deadline = server, clients / rate + seconds + 60
        self.phantoms = 0 if tcp else server.kind.phantoms
        self.before = Machine.now(server)
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, command)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self):
        try:
            output, errors = self.process.communicate(timeout=self.deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise RuntimeError("the load generator did not come to its end") from None
        # 1: a viewer failed or a packet was lost; the figures say so.
        if self.process.returncode not in (0, 1) or not output:
            raise RuntimeError(f"sluice load ended with {self.process.returncode}: {errors[-500:]}")
        report = json.loads(output)
        report["lost"] = max(0, report["lost"] - self.phantoms * report["viewers"]["completed"])
        report["machine"] = Machine.now(self.server).since(self.before)
        # The generator's own sockets, where it knows; else all of the machine.
        if report.get("dropped_at_generator") is None:
            report["dropped_at_generator"] = report["machine"]["receive_drops"]
        return report


class Machine:
    """Counters of the whole machine."""

    def __init__(self, time, busy, known, drops):
        self.time, self.busy, self.known, self.drops = time, busy, known, drops

    @classmethod
    def now(cls, server):
        ticks = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        busy = (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")
        own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        try:
            known = server.cpu() + sum(used.ru_utime + used.ru_stime for used in own)
        except FileNotFoundError:
            raise RuntimeError(f"{server.kind.name} has died") from None
        return cls(time.monotonic(), busy, known, dropped())

    def since(self, before):
        """`others`: cores' worth of CPU that neither server nor generator used; `receive_drops`: datagrams that receivers' sockets
        had no room for."""
        elapsed = self.time - before.time
        others = (self.busy - before.busy - (self.known - before.known)) / elapsed
        return {"seconds": round(elapsed, 1), "others": round(max(0, others), 3), "receive_drops": self.drops - before.drops}


def dropped():
    """RcvbufErrors of UDP over IPv4."""
    names, values = [line.split() for line in pathlib.Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Udp:")]
    return int(values[names.index("RcvbufErrors")])
