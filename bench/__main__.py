"""python -m bench [--quick] [NAME …]: runs the benches, all or those named, and writes docs/benchmarks.md after all.

--quick takes small data sets and short turns, and writes nothing. SIGTERM and Ctrl-C end every server first.
"""

import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import apsw

from bench import (
    attacks,
    carddav,
    filters,
    identity,
    imports,
    instagram,
    load,
    mcp,
    pages,
    recall,
    search,
    start,
    web_pages,
    webhooks,
    writes,
)
from bench.plan import QUICK, STANDARD, Plan
from bench.processes import end_by_exception
from bench.table import Row, markdown
from bench.wrk import require_wrk

# A bench is a function from a plan to rows of the table. Add yours here.
BENCHES: dict[str, Callable[[Plan], list[Row]]] = {
    "get": load.run_get,
    "lists": load.run_lists,
    "put": load.run_put,
    "includes": load.run_includes,
    "writes": writes.run,
    "pages": pages.run,
    "search": search.run,
    "web_pages": web_pages.run,
    "filters": filters.run,
    "start": start.run,
    "recall": recall.run,
    "identity": identity.run,
    "imports": imports.run,
    "instagram": instagram.run,
    "carddav": carddav.run,
    "mcp": mcp.run,
    "webhooks": webhooks.run,
    "attacks": attacks.run,
}
TABLE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def main(arguments: Sequence[str]) -> None:
    """Ends with 2 for an unknown name."""
    end_by_exception()
    is_quick = "--quick" in arguments
    names = [name for name in arguments if not name.startswith("-")] or list(BENCHES)
    if unknown := {*names} - {*BENCHES}:
        sys.stderr.write(f"bench: no such bench: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}\n")
        raise SystemExit(2)
    require_wrk()
    plan = QUICK if is_quick else STANDARD
    started = time.monotonic()
    text = measure(plan, names)
    print(f"{text}\n{time.monotonic() - started:.0f} s")
    if not is_quick and len(names) == len(BENCHES):
        # what people wrote below the table stays
        _, heading, remarks = TABLE.read_text("utf-8").partition("\n## ")
        TABLE.write_text(text + heading + remarks, "utf-8")


def measure(plan: Plan, names: Sequence[str]) -> str:
    """Runs these benches. Returns the page that shows their table."""
    rows: list[Row] = []
    for name in names:
        plan.say(f"{name} …")
        rows += BENCHES[name](plan)
    missed = [f"{row.group}: {row.name}" for row in rows if row.is_met is False]
    verdict = "Every bar is met." if not missed else f"Missed: {'; '.join(missed)}."
    return f"{_heading(plan)}\n\n{markdown(rows)}\n\n{verdict}\n"


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
        f"{plan.full_count:,} contacts with all their parts, and {plan.light_count:,} with few;"
        f" Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}, {os.cpu_count()} cores,\n"
        f"{time.strftime('%Y-%m-%d')}. Load average at the end: {os.getloadavg()[0]:.1f}."
    )


if __name__ == "__main__":
    main(sys.argv[1:])
