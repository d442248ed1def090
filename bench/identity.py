"""Matching: how right and how complete the duplicates of a scan are, and how long scans and checks take.

    python -m bench.identity [--quick]

Each data set is a book of its own in SQLite; keys are computed and the book is scanned as the worker does. Times are
CPU seconds of this process, because they depend least on what else the machine does.
"""

import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from bench.households import Entry, make_book
from bench.instance import make_instance
from bench.latencies import percentile
from bench.plan import QUICK, STANDARD, Plan
from bench.samples import FEBRL, missing_samples, read_febrl
from bench.table import Row, at_least, at_most, markdown
from coterie.actions.duplicates import check_contact
from coterie.actions.new_contacts import create_contacts
from coterie.drafts.normalize import normalize_draft
from coterie.identity.keeping import key_changes
from coterie.identity.scan import scan_batches
from coterie.model.duplicates import LEVELS, Level
from coterie.model.organizations import Caller
from coterie.store.batches import run_batches
from coterie.store.database import Database
from coterie.store.duplicates import list_duplicates

GROUP = "duplicates"
KEYED_AT_ONCE, CREATED_AT_ONCE = 500, 1_000
SCAN_BARS = {10_000: 5.0, 100_000: 60.0}
CHECK_BAR, MEMORY_BAR = 5.0, 300.0


class Quality(Struct, frozen=True):
    """Of the pairs of a level and above: the part that is right, and the part of the right ones that is found."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def run(plan: Plan) -> list[Row]:
    """The quality on febrl's sets and on books of households, and the times."""
    rows = missing_samples(GROUP)
    for name in () if rows else FEBRL:
        rows += _quality_rows(plan, name, read_febrl(name), bars=(0.98, 0.995, 0.75))
    for count in (plan.full_count // 20, plan.full_count // 2):
        rows += _measure_book(plan, count)
    return rows


@contextmanager
def _filled(entries: Sequence[Entry]) -> Iterator[tuple[Database, Caller, dict[int, int]]]:
    """A database with a contact of each entry, and the person of each contact."""
    with TemporaryDirectory() as folder:
        database, caller = make_instance(Path(folder))
        people: dict[int, int] = {}
        for start in range(0, len(entries), CREATED_AT_ONCE):
            some = entries[start : start + CREATED_AT_ONCE]
            with database.write() as tx:
                ids = create_contacts(tx, caller, [normalize_draft(entry.draft, "US") for entry in some])
            people |= {contact_id: entry.person for contact_id, entry in zip(ids, some, strict=True)}
        yield database, caller, people
        database.close()


def _key(database: Database, caller: Caller) -> float:
    """CPU seconds to compute the keys of all contacts."""
    started = time.process_time()
    while True:
        with database.write() as tx:
            if not key_changes(tx, caller.organization_id, limit=KEYED_AT_ONCE):
                return time.process_time() - started


def _scan(database: Database, caller: Caller) -> float:
    """CPU seconds to scan the whole book."""
    started = time.process_time()
    run_batches(database.write, scan_batches(caller.organization_id, database.read, is_whole=True))
    return time.process_time() - started


def _quality(database: Database, caller: Caller, people: dict[int, int], levels: Sequence[Level]) -> Quality:
    with database.read() as tx:
        pairs = [p for each in levels for p in list_duplicates(tx, caller.organization_id, each, limit=10_000_000)]
    right = sum(people[pair.first_contact_id] == people[pair.second_contact_id] for pair in pairs)
    expected = sum(count * (count - 1) // 2 for count in Counter(people.values()).values())
    return Quality(right / len(pairs) if pairs else 1.0, right / expected)


def _quality_rows(
    plan: Plan, name: str, entries: Sequence[Entry], *, bars: tuple[float, float, float] | None = None
) -> list[Row]:
    with _filled(entries) as (database, caller, people):
        _key(database, caller)
        _scan(database, caller)
        rows = _rows_of(name, database, caller, people, bars)
    plan.say("; ".join(f"{row.name} {row.value}" for row in rows))
    return rows


def _rows_of(
    name: str, database: Database, caller: Caller, people: dict[int, int], bars: tuple[float, float, float] | None
) -> list[Row]:
    suggested = _quality(database, caller, people, LEVELS[:1])
    possible = _quality(database, caller, people, LEVELS)
    figures = (
        ("possible, F1", possible.f1),
        ("suggested, precision", suggested.precision),
        ("suggested, recall", suggested.recall),
    )
    if bars is None:
        both = f"{possible.precision:.3f} / {possible.recall:.3f}"
        rows = [Row(GROUP, f"{name}: {what}", f"{value:.3f}") for what, value in figures[1:]]
        return [*rows, Row(GROUP, f"{name}: possible, precision / recall", both)]
    return [
        at_least(GROUP, f"{name}: {what}", value, bar, f"{value:.3f}")
        for (what, value), bar in zip(figures, bars, strict=True)
    ]


def _measure_book(plan: Plan, count: int) -> list[Row]:
    """A book of households: quality, and the time of keys, of a scan, and of checks of one contact."""
    name = f"{count:,} contacts in households"
    with _filled(make_book(count)) as (database, caller, people):
        keyed = _key(database, caller)
        scanned = _scan(database, caller)
        rows = _rows_of(name, database, caller, people, None)
        checks = _checks(plan, database, caller, list(people))
    rows += [
        at_most(GROUP, f"{name}: keys, CPU", keyed, None, " s"),
        at_most(GROUP, f"{name}: scan, CPU", scanned, SCAN_BARS.get(count), " s"),
        at_most(GROUP, f"{name}: memory, peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, None, " MB"),
        at_most(GROUP, f"{name}: check of one contact, p95", percentile(checks, 95), CHECK_BAR, " ms"),
    ]
    plan.say("; ".join(f"{row.name} {row.value}" for row in rows))
    return rows


def _checks(plan: Plan, database: Database, caller: Caller, contact_ids: list[int]) -> list[float]:
    """Milliseconds of each check."""
    durations = []
    for contact_id in random.Random(7).choices(contact_ids, k=plan.requests):
        with database.write() as tx:
            started = time.process_time()
            check_contact(tx, caller.organization_id, contact_id)
            durations.append(1000 * (time.process_time() - started))
    return durations


if __name__ == "__main__":
    sys.stdout.write(markdown(run(QUICK if "--quick" in sys.argv else STANDARD)) + "\n")
