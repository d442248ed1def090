"""Starting: the time to the first response, and the memory of web and worker when idle."""

import os
import time
from contextlib import suppress
from pathlib import Path
from statistics import median

from bench.plan import Plan
from bench.processes import Server, serving_coterie
from bench.table import Row, at_most

START_BAR = 1.0
MEMORY_BAR = 100.0
STARTS = 10
SETTLE_SECONDS = 3.0


def run(plan: Plan) -> list[Row]:
    """The median of several starts over the large file; the memory of both processes when idle, and after some work."""
    seconds = [_start(plan) for _ in range(STARTS)]
    with serving_coterie(plan.full) as server:
        time.sleep(SETTLE_SECONDS)
        idle = memory(server)
        for contact_id in range(1, 200):
            server.call("GET", f"/api/v1/contact?id={contact_id}")
        used = memory(server)
    plan.say(f"start: {median(seconds):.2f} s, {idle[0]:.0f} MB")
    group = "start and memory"
    return [
        at_most(group, f"start to first response (median of {STARTS})", median(seconds), START_BAR, " s"),
        Row(group, "the slowest and the fastest start", f"{max(seconds):.1f} and {min(seconds):.1f} s"),
        at_most(group, "idle, web and worker: proportional (PSS)", idle[0], MEMORY_BAR, " MB"),
        Row(group, "idle, web and worker: resident (RSS), shared pages counted twice", f"{idle[1]:,.1f} MB"),
        Row(group, "after 200 requests: PSS", f"{used[0]:,.1f} MB"),
    ]


def _start(plan: Plan) -> float:
    data = plan.full
    started = time.perf_counter()
    with serving_coterie(data):
        return time.perf_counter() - started


def memory(server: Server) -> tuple[float, float]:
    """(PSS, RSS) in MB of a server and all processes it started; (nan, nan) on a system without /proc."""
    if not Path("/proc/self/smaps_rollup").exists():
        return float("nan"), float("nan")
    sums = {"Pss": 0, "Rss": 0}
    for process in family(server.process.pid):
        for line in _memory_lines(process):
            name = line.partition(":")[0]
            if name in sums:
                sums[name] += int(line.split()[1])
    return sums["Pss"] / 1024, sums["Rss"] / 1024


def anonymous_memory(server: Server) -> float:
    """The memory in MB of a server and all processes it started, without files that are mapped; nan without /proc."""
    if not Path("/proc/self/smaps_rollup").exists():
        return float("nan")
    lines = [line for each in family(server.process.pid) for line in _memory_lines(each)]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon")) / 1024


def _memory_lines(process: int) -> list[str]:
    return Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()


def cpu_seconds(server: Server) -> float:
    """The CPU seconds so far of a server and all processes it started; nan on a system without /proc."""
    if not Path("/proc/self/stat").exists():
        return float("nan")
    ticks = 0
    for process in family(server.process.pid):
        with suppress(OSError):  # it has just ended
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(process: int) -> list[int]:
    """The ids of a process and its descendants."""
    found = [process]
    children: set[int] = set()
    for file in Path(f"/proc/{process}/task").glob("*/children"):
        # a thread may end while its folder is read
        with suppress(FileNotFoundError, ProcessLookupError):
            children.update(map(int, file.read_text().split()))
    for child in children:
        found += family(child)
    return found
