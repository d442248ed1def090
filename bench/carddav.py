"""CardDAV: writing card by card, syncs, a search and a first sync, next to Radicale and Xandikos on the same disk."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import apsw
from msgspec import Struct

from bench.books import fill_book
from bench.carddav_client import USER, Program, program_of, serving_other
from bench.import_files import Instance
from bench.plan import Plan
from bench.processes import Server, coterie_command, serving
from bench.start import anonymous_memory, cpu_seconds
from bench.table import Row, at_least, at_most

PUT_BAR, PUT_RATIO_BAR, LATE_BAR = 300.0, 10.0, 1.2
SYNC_BAR, QUERY_BAR, FIRST_BAR, GROWTH_BAR = 10.0, 20.0, 5.0, 20.0
STANDARD, QUICK = 1000, 100
MULTIGET_HREFS = 100
REPEATS = 20
COMMITS = 300
# on a busy machine a bench ends with fewer cards, within six minutes in all
TURN_SECONDS_MAX, PEER_SECONDS_MAX, LATE_SECONDS_MAX = 12.0, 6.0, 60.0


def run(plan: Plan) -> list[Row]:
    """A quick plan takes a tenth of the cards."""
    unit = STANDARD if plan.rounds > 3 else QUICK
    return [*_writes(plan, unit), *(row for size in (unit, 10 * unit, 100 * unit) for row in _reads(plan, size, unit))]


@contextmanager
def _coterie() -> Iterator[tuple[Program, Server]]:
    """A new instance, and a program that syncs its address book."""
    with _coterie_with(0) as (program, server, _):
        yield program, server


@contextmanager
def _coterie_with(count: int) -> Iterator[tuple[Program, Server, str]]:
    """The same with this many contacts, and the e-mail address of one of them."""
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name:
        instance = Instance(Path(name), None)
        email = fill_book(instance.data / "coterie.sqlite3", count) if count else ""
        device, _, _ = instance.run("device", "add", "bench", "--user", USER, "--json")
        with serving("coterie", "", lambda port: coterie_command(str(instance.data), port)) as server:
            yield program_of(server, str(device["password"])), server, email


# Writing --------------------------------------------------------------------------------------------------------------


class Turn(Struct, frozen=True):
    """What one program did: cards a second, and the CPU of the server for each, its worker included."""

    rate: float
    cpu_milliseconds: float


def _writes(plan: Plan, unit: int) -> list[Row]:
    """In turns, so that a busy disk is busy for all."""
    turns: dict[str, list[Turn]] = {"coterie": [], "radicale": [], "xandikos": []}
    group = f"PUT one by one, {unit:,} cards"
    for _ in range(3 if unit == STANDARD else 1):
        with _coterie() as (program, server):
            turns["coterie"].append(_turn(program, server, unit))
        for name in ("radicale", "xandikos"):
            turns[name].append(_others_turn(name, unit))
    rate, cpu = _medians(turns["coterie"])
    plan.say(f"{group}: {rate:,.0f}/s")
    return [
        at_least(group, "cards a second", rate, PUT_BAR, f"{rate:,.0f}/s", "/s"),
        Row(group, "CPU for each", f"{cpu:.1f} ms"),
        _against(group, "radicale", turns["coterie"], turns["radicale"]),
        _against(group, "xandikos", turns["coterie"], turns["xandikos"]),
        Row(group, "commits a second that the disk allows", f"{_commits():,.0f}/s"),
        *_late_writes(5 * unit),
    ]


def _others_turn(name: str, count: int) -> Turn:
    """The rate of another server while its book grows to this many cards: at half of them, where that can be."""
    with (
        tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder,
        serving_other(name, Path(folder), count // 2) as (program, server),
    ):
        return _turn(program, server, count, PEER_SECONDS_MAX)


def _against(group: str, name: str, ours: list[Turn], theirs: list[Turn]) -> Row:
    ratio = median(our.rate / their.rate for our, their in zip(ours, theirs, strict=True))
    rate, cpu = _medians(theirs)
    shown, title = f"{ratio:,.1f} × ({rate:,.1f}/s, CPU {cpu:.1f} ms)", f"against {name.capitalize()}"
    return at_least(group, title, ratio, PUT_RATIO_BAR, shown, " ×") if name == "radicale" else Row(group, title, shown)


def _medians(turns: list[Turn]) -> tuple[float, float]:
    return median(turn.rate for turn in turns), median(turn.cpu_milliseconds for turn in turns)


def _turn(program: Program, server: Server, count: int, seconds_max: float = TURN_SECONDS_MAX) -> Turn:
    """Writes this many cards, fewer if they take too long."""
    started, before, number = time.perf_counter(), cpu_seconds(server), 0
    while number < count and time.perf_counter() - started < seconds_max:
        program.put(number, If_None_Match="*")
        number += 1
    seconds = time.perf_counter() - started
    return Turn(number / seconds, (cpu_seconds(server) - before) * 1000 / number)


def _commits() -> float:
    """How many transactions of one row a second SQLite puts on this disk, as Coterie does: WAL, synchronous=FULL."""
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as folder:
        connection = apsw.Connection(str(Path(folder) / "commits.sqlite3"))
        for sql in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE numbers (number INTEGER)"):
            connection.execute(sql)
        started = time.perf_counter()
        for number in range(COMMITS):
            connection.execute("INSERT INTO numbers VALUES (?)", (number,))
        seconds = time.perf_counter() - started
        connection.close()
    return COMMITS / seconds


def _late_writes(count: int) -> list[Row]:
    """Whether writing into a large book takes longer: the last hundred against the first, without the very first."""
    with _coterie() as (program, server):
        program.put(count)
        before = cpu_seconds(server)
        seconds = _timed(lambda number: program.put(number), count, LATE_SECONDS_MAX)
        cpu = (cpu_seconds(server) - before) * 1000 / len(seconds)
        changes = _timed(lambda number: program.put(number, note="Met again."), len(seconds) // 5, TURN_SECONDS_MAX)
    rate, ratio = len(seconds) / sum(seconds), median(seconds[-100:]) / median(seconds[:100])
    group = f"PUT one by one, {len(seconds):,} cards"
    return [
        at_least(group, "cards a second", rate, PUT_BAR, f"{rate:,.0f}/s", "/s"),
        Row(group, "CPU for each", f"{cpu:.1f} ms"),
        _against(group, "radicale", [Turn(rate, cpu)], [_others_turn("radicale", count)]),
        at_most(group, "the last hundred against the first (medians)", ratio, LATE_BAR, " ×"),
        Row(group, "changes of cards a second", f"{len(changes) / sum(changes):,.0f}/s"),
    ]


def _timed(put: Callable[[int], float], count: int, seconds_max: float) -> list[float]:
    """The seconds of each of up to this many writes, which end after seconds_max."""
    deadline, seconds = time.perf_counter() + seconds_max, list[float]()
    while len(seconds) < count and time.perf_counter() < deadline:
        seconds.append(put(len(seconds)))
    return seconds


# Reading --------------------------------------------------------------------------------------------------------------


def _reads(plan: Plan, size: int, unit: int) -> list[Row]:
    group = f"address book of {size:,} cards"
    with _coterie_with(size) as (program, server, email):
        _, token = program.sync()
        unchanged = _milliseconds(lambda: program.sync(token))
        program.put(0)
        one = _milliseconds(lambda: program.sync(token))
        found = _milliseconds(lambda: program.find(email))
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
        before = anonymous_memory(server)
        started = time.perf_counter()
        hrefs, _ = program.sync()
        count = sum(
            program.multiget(hrefs[start : start + MULTIGET_HREFS]) for start in range(0, len(hrefs), MULTIGET_HREFS)
        )
        seconds, growth = time.perf_counter() - started, anonymous_memory(server) - before
    if count != len(hrefs):
        raise RuntimeError(f"{count} cards for {len(hrefs)} hrefs")
    return [
        at_most(group, "first sync: the list, then cards by 100", seconds, FIRST_BAR, " s"),
        at_most(
            group, "memory of the server after it, against before, without mapped files", growth, GROWTH_BAR, " MB"
        ),
    ]
