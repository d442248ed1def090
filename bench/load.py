"""Reading and writing over HTTP: Coterie, its floor and its twin get the same requests in turns.

Each server runs on one core and the load generator on another. A turn takes a second or two, so what else the machine
does slows all servers alike; a ratio is taken within a turn, and the median of the ratios is given.
"""

import random
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

from bench.data import Data
from bench.parts import paths_with_parts
from bench.plan import Plan
from bench.processes import Server, serving_coterie, serving_module
from bench.table import Row, at_least
from bench.wrk import GET, LIST_20, LIST_100, PARTS, PUT, Load, middle, run_wrk

READ_BAR, WRITE_BAR, TWIN_BAR = 70.0, 60.0, 20.0
SAMPLES = 60
Turn = dict[str, Load]


def run_get(plan: Plan) -> list[Row]:
    """GET of one contact."""
    return _run(plan, GET)


def run_lists(plan: Plan) -> list[Row]:
    """Pages of 20 and of 100 contacts."""
    return _run(plan, LIST_20, LIST_100)


def run_put(plan: Plan) -> list[Row]:
    """PUT of one field."""
    return _run(plan, PUT)


def run_includes(plan: Plan) -> list[Row]:
    """GET of one contact of R0 with six includes; the twin has no such route."""
    data = plan.full
    paths = paths_with_parts(data)
    with ExitStack() as stack:
        coterie = stack.enter_context(serving_coterie(data, core=0))
        floor = stack.enter_context(serving_module("floor", data, core=0))
        check_parts(paths, coterie, floor)
        return _rows(PARTS, _take_turns(plan, PARTS, (coterie, floor), paths))


def _run(plan: Plan, *cells: str) -> list[Row]:
    data = plan.full
    with ExitStack() as stack:
        coterie = stack.enter_context(serving_coterie(data, core=0))
        floor = stack.enter_context(serving_module("floor", data, core=0))
        twin = stack.enter_context(serving_module("twin", data, core=0))
        check_bodies(data, coterie, [floor, twin])
        return [row for cell in cells for row in _rows(cell, _take_turns(plan, cell, (coterie, floor, twin)))]


def check_bodies(data: Data, coterie: Server, others: list[Server]) -> None:
    """Raises RuntimeError if another server responds differently from Coterie, to reads and to a write."""
    dice = random.Random(7)
    paths = [f"/api/v1/contact?id={dice.randint(1, data.contact_count)}" for _ in range(SAMPLES)]
    paths += ["/api/v1/contacts?per_page=20&page=3", "/api/v1/contacts?per_page=100&page=2"]
    for path in paths:
        expected = coterie.call("GET", path)
        if expected[0] != 200:
            raise RuntimeError(f"coterie: status {expected[0]} for {path}")
        for other in others:
            if (given := other.call("GET", path)) != expected:
                raise RuntimeError(f"{other.name}: {path}\n{given}\nis not\n{expected}")
    for other in (*others, coterie):
        path = f"/api/v1/contacts/{dice.randint(1, data.contact_count)}"
        status, given = other.call("PUT", path, {"contact": {"bio": f"checked {dice.random()}"}})
        expected = coterie.call("GET", path)
        if (status, given) != expected:
            raise RuntimeError(f"{other.name}: PUT {path} gave {given}, but it is {expected}")


def check_parts(paths: Sequence[str], coterie: Server, floor: Server) -> None:
    """Raises RuntimeError if the floor's contact with parts differs from Coterie's, or if a contact has no parts."""
    for path in random.Random(7).sample(paths, min(SAMPLES, len(paths))):
        expected, given = coterie.call("GET", path), floor.call("GET", path)
        if given != expected or expected[0] != 200:
            raise RuntimeError(f"floor: {path}\n{given}\nis not\n{expected}")
        if not all(expected[1][word] for word in ("tags", "pets", "locations", "expertise_tags")):
            raise RuntimeError(f"coterie: {path} lacks parts: {expected}")


def _take_turns(plan: Plan, cell: str, servers: tuple[Server, ...], paths: Sequence[str] = ()) -> list[Turn]:
    count = plan.full_count
    for server in servers:
        run_wrk(server, cell, count=count, seconds=1, core=1, paths=paths)
    turns = []
    for number in range(plan.rounds):
        turn = {}
        for server in servers:
            # fewer turns for the twin: its distance is many times the noise
            if server.name != "twin" or number % 2 == 0:
                turn[server.name] = run_wrk(server, cell, count=count, seconds=plan.seconds, core=1, paths=paths)
        turns.append(turn)
        plan.say(f"{cell}: " + ", ".join(f"{name} {load.rps:,.0f}/s" for name, load in turn.items()))
    return turns


def _rows(cell: str, turns: list[Turn]) -> list[Row]:
    loads = {name: middle([turn[name] for turn in turns if name in turn]) for name in turns[0]}
    of_floor = median(100 * turn["coterie"].rps / turn["floor"].rps for turn in turns)
    bar = WRITE_BAR if cell == PUT else READ_BAR
    detail = "; ".join(f"{name} {load.rps:,.0f}/s, p50 {load.p50:.2f}, p95 {load.p95:.2f} ms"
                       for name, load in loads.items())  # fmt: skip
    rows = [at_least(cell, "share of the floor", of_floor, bar, f"{of_floor:.0f} %", " %")]
    if "twin" in loads:
        of_twin = median(turn["coterie"].rps / turn["twin"].rps for turn in turns if "twin" in turn)
        shown = f"{of_twin:.0f} ×"
        rows.append(
            at_least(cell, "times the twin", of_twin, TWIN_BAR, shown, " ×")
            if cell == GET
            else Row(cell, "times the twin", shown)
        )
    failures = sum(_failures(turn) for turn in turns)
    return [*rows, Row(cell, "each", detail), Row(cell, "failed requests", str(failures), "0", failures == 0)]


def _failures(turn: dict[str, Any]) -> int:
    return sum(load.failures for name, load in turn.items() if name == "coterie")
