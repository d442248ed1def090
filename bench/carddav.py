"""CardDAV: writing card by card, syncs, a search and a first sync, next to Radicale and Xandikos on the same disk."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.carddav_client import USER, Program, program_of, serving_other
from bench.import_files import Instance, write_file
from bench.plan import Plan
from bench.processes import Server, coterie_command, serving
from bench.start import memory
from bench.table import Row, at_least, at_most

PUT_BAR, PUT_RATIO_BAR, LATE_BAR = 300.0, 10.0, 1.2
SYNC_BAR, QUERY_BAR, FIRST_BAR, GROWTH_BAR = 10.0, 20.0, 5.0, 20.0
STANDARD, QUICK = 1000, 100
MULTIGET_HREFS = 100
REPEATS = 20


def run(plan: Plan) -> list[Row]:
    """A quick plan takes a tenth of the cards."""
    unit = STANDARD if plan.rounds > 3 else QUICK
    return [*_writes(plan, unit), *(row for size in (unit, 10 * unit, 100 * unit) for row in _reads(plan, size, unit))]


@contextmanager
def _coterie(count: int = 0) -> Iterator[tuple[Program, Server]]:
    """A new instance with this many imported contacts, and a program that syncs its address book."""
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name:
        folder = Path(name)
        instance = Instance(folder, None)
        if count:
            write_file(folder / "people.csv", count)
            instance.run("import", str(folder / "people.csv"), "--apply", "--json")
        device, _, _ = instance.run("device", "add", "bench", "--user", USER, "--json")
        with serving("coterie", "", lambda port: coterie_command(str(instance.data), port)) as server:
            yield program_of(server, str(device["password"])), server


# Writing --------------------------------------------------------------------------------------------------------------


def _writes(plan: Plan, unit: int) -> list[Row]:
    """In turns, so that a busy disk is busy for all."""
    rates: dict[str, list[float]] = {"coterie": [], "radicale": [], "xandikos": []}
    group = f"PUT one by one, {unit:,} cards"
    for _ in range(3 if unit == STANDARD else 1):
        with _coterie() as (program, _):
            rates["coterie"].append(_rate(program, unit))
        for name in ("radicale", "xandikos"):
            with (
                tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder,
                serving_other(name, Path(folder)) as program,
            ):
                rates[name].append(_rate(program, unit))
    rate = median(rates["coterie"])
    plan.say(f"{group}: {rate:,.0f}/s")
    rows = [at_least(group, "cards a second", rate, PUT_BAR, f"{rate:,.0f}/s", "/s")]
    for name, bar in (("radicale", PUT_RATIO_BAR), ("xandikos", None)):
        ratio = median(ours / theirs for ours, theirs in zip(rates["coterie"], rates[name], strict=True))
        shown = f"{ratio:,.1f} × ({median(rates[name]):,.0f}/s)"
        title = f"against {name.capitalize()}"
        rows.append(at_least(group, title, ratio, bar, shown, " ×") if bar else Row(group, title, shown))
    return [*rows, *_late_writes(5 * unit)]


def _rate(program: Program, count: int) -> float:
    started = time.perf_counter()
    for number in range(count):
        program.put(number, If_None_Match="*")
    return count / (time.perf_counter() - started)


def _late_writes(count: int) -> list[Row]:
    """Whether writing into a large book takes longer: the last hundred against the first, without the very first."""
    with _coterie() as (program, _):
        program.put(count)
        seconds = [program.put(number) for number in range(count)]
        changes = [program.put(number, note="Met again.") for number in range(count // 5)]
    ratio = median(seconds[-100:]) / median(seconds[:100])
    group = f"PUT one by one, {count:,} cards"
    rates = [len(each) / sum(each) for each in (seconds, changes)]
    return [
        at_least(group, "cards a second", rates[0], PUT_BAR, f"{rates[0]:,.0f}/s", "/s"),
        at_most(group, "the last hundred against the first (medians)", ratio, LATE_BAR, " ×"),
        Row(group, "changes of cards a second", f"{rates[1]:,.0f}/s"),
    ]


# Reading --------------------------------------------------------------------------------------------------------------


def _reads(plan: Plan, size: int, unit: int) -> list[Row]:
    group = f"address book of {size:,} cards"
    with _coterie(size) as (program, server):
        _, token = program.sync()
        unchanged = _milliseconds(lambda: program.sync(token))
        program.put(0)
        one = _milliseconds(lambda: program.sync(token))
        found = _milliseconds(lambda: program.find("person77@"))
        rows = [
            at_most(group, "sync, nothing changed (median)", unchanged, SYNC_BAR, " ms"),
            at_most(group, "sync, one card changed (median)", one, SYNC_BAR, " ms"),
            at_most(group, "search by e-mail address (median)", found, QUERY_BAR if size <= 10 * unit else None, " ms"),
        ]
        if size == 10 * unit:
            rows += _first_sync(group, program, server)
    plan.say(f"{group}: sync {unchanged:.1f} ms, {one:.1f} ms; search {found:.1f} ms")
    return rows


def _milliseconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return median(times)


def _first_sync(group: str, program: Program, server: Server) -> list[Row]:
    """The list, then the cards by a hundred. The first pass warms the server up, the second is measured."""
    for _ in range(2):
        before = memory(server)[0]
        started = time.perf_counter()
        hrefs, _ = program.sync()
        count = sum(
            program.multiget(hrefs[start : start + MULTIGET_HREFS]) for start in range(0, len(hrefs), MULTIGET_HREFS)
        )
        seconds, growth = time.perf_counter() - started, memory(server)[0] - before
    if count != len(hrefs):
        raise RuntimeError(f"{count} cards for {len(hrefs)} hrefs")
    return [
        at_most(group, "first sync: the list, then cards by 100", seconds, FIRST_BAR, " s"),
        at_most(group, "memory of the server after it, against before", growth, GROWTH_BAR, " MB"),
    ]
