"""python -m bench [--quick] [NAME …]: run the benches and write their table to docs/benchmarks.md.

--quick takes small data sets and short turns, and writes nothing; names run only those benches.
"""

import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import apsw

from bench import imports, instagram, load, pages, start, writes
from bench.data import data_set
from bench.plan import Plan
from bench.table import Row, markdown
from bench.wrk import require_wrk

# A bench is a module with run(plan) -> rows. Add yours here.
BENCHES: dict[str, Callable[[Plan], list[Row]]] = {
    "load": load.run,
    "writes": writes.run,
    "pages": pages.run,
    "start": start.run,
    "imports": imports.run,
    "instagram": instagram.run,
}
TABLE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def main(arguments: list[str]) -> None:
    """Measure, print, write."""
    is_quick = "--quick" in arguments
    names = [name for name in arguments if not name.startswith("-")] or list(BENCHES)
    if unknown := {*names} - {*BENCHES}:
        sys.exit(f"bench: no such bench: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    require_wrk()
    plan = (
        Plan(data_set(20_000), data_set(50_000, light=True), rounds=3, seconds=1, requests=20)
        if is_quick
        else Plan(data_set(200_000), data_set(1_000_000, light=True), rounds=7, seconds=2, requests=40)
    )
    started = time.monotonic()
    rows: list[Row] = []
    for name in names:
        plan.say(f"{name} …")
        rows += BENCHES[name](plan)
    text = f"{_heading(plan)}\n\n{markdown(rows)}\n"
    print(text)
    missed = [f"{row.group}: {row.name}" for row in rows if row.is_met is False]
    print(f"{time.monotonic() - started:.0f} s; " + (f"missed: {'; '.join(missed)}" if missed else "every bar is met"))
    if not is_quick and len(names) == len(BENCHES):
        TABLE.write_text(text, "utf-8")


def _heading(plan: Plan) -> str:
    return (
        "# Benchmarks\n\n"
        "`make bench` builds its data sets, starts every server as a process on loopback and drives the servers in\n"
        "turns with wrk; ratios are medians over the turns. Response bodies are compared before anything is measured.\n"
        "Two servers give the scale:\n\n"
        "* the **floor** (`bench/floor.py`): a bare ASGI application over apsw with the same queries and bodies, the\n"
        "  least a server can do;\n"
        "* the **twin** (`bench/twin.py`): FastAPI with SQLAlchemy's ORM on the same file, the usual way to build\n"
        "  one.\n\n"
        "A **bar** is a goal set in advance. Absolute figures depend on the machine; read the ratios.\n\n"
        f"{plan.full.contact_count:,} contacts with all their parts, and {plan.light.contact_count:,} with few;"
        f" Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}, {os.cpu_count()} cores,"
        f" {time.strftime('%Y-%m-%d')}. Load average at the end: {os.getloadavg()[0]:.1f}."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
