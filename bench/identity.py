"""Matching: how right and how complete the duplicates of a scan are, and how long scans and checks take.

    python -m bench.identity [--quick]

Each data set is a book of its own in SQLite; keys are computed as the worker does. A book of households is scanned by
`coterie duplicates scan`, whose CPU and memory are those of a process without the data of this bench. Times are CPU
seconds, because they depend least on what else the machine does.
"""

import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from bench.households import Entry, make_book
from bench.import_files import cpu_of_children, run_command
from bench.instance import make_instance
from bench.latencies import percentile
from bench.plan import QUICK, STANDARD, Plan
from bench.processes import coterie_environment
from bench.samples import FEBRL, missing_samples, read_febrl
from bench.table import Row, at_least, at_most, markdown
from coterie.actions.duplicates import check_contact
from coterie.actions.new_contacts import create_contacts
from coterie.drafts.normalize import normalize_draft
from coterie.identity.keeping import key_changes
from coterie.identity.settling import Pair
from coterie.model.duplicates import LEVELS, Level
from coterie.model.imports import ContactDraft
from coterie.model.organizations import Caller
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
        rows += _quality_rows(plan, name, read_febrl(name))
    for count in (plan.full_count // 20, plan.full_count // 2):
        rows += _measure_book(plan, count)
    return rows


class Book(Struct, frozen=True):
    """A book in a database of its own in a folder, and the entry of each contact."""

    folder: str
    database: Database
    caller: Caller
    entries: Mapping[int, Entry]


@contextmanager
def _filled(entries: Sequence[Entry]) -> Iterator[Book]:
    """A book with a contact of each entry."""
    with TemporaryDirectory() as folder:
        database, caller = make_instance(Path(folder))
        created: dict[int, Entry] = {}
        for start in range(0, len(entries), CREATED_AT_ONCE):
            some = entries[start : start + CREATED_AT_ONCE]
            with database.write() as tx:
                ids = create_contacts(tx, caller, [normalize_draft(entry.draft, "US") for entry in some])
            created |= zip(ids, some, strict=True)
        yield Book(folder, database, caller, created)
        database.close()


def _key(book: Book) -> float:
    """CPU seconds to compute the keys of all contacts."""
    started = time.process_time()
    while True:
        with book.database.write() as tx:
            if not key_changes(tx, book.caller.organization_id, limit=KEYED_AT_ONCE):
                return time.process_time() - started


def _scan(book: Book) -> tuple[float, float]:
    """(CPU seconds, peak memory in MB) of the command that scans the whole book, its start included."""
    used = cpu_of_children()
    _, _, memory = run_command(coterie_environment(data=book.folder), "duplicates", "scan", "--all", "--json")
    return cpu_of_children() - used, memory


def _found(book: Book, levels: Sequence[Level]) -> set[Pair]:
    with book.database.read() as tx:
        pairs = [p for each in levels for p in list_duplicates(tx, book.caller.organization_id, each, limit=10_000_000)]
    return {(pair.first_contact_id, pair.second_contact_id) for pair in pairs}


def _expected(book: Book) -> set[Pair]:
    """The pairs of contacts of one person."""
    contacts: dict[int, list[int]] = {}
    for contact_id, entry in sorted(book.entries.items()):
        contacts.setdefault(entry.person, []).append(contact_id)
    return {pair for ids in contacts.values() for pair in combinations(ids, 2)}


def _quality(found: set[Pair], expected: set[Pair]) -> Quality:
    right = len(found & expected)
    return Quality(right / len(found) if found else 1.0, right / len(expected))


def _share_more_than_names(one: ContactDraft, other: ContactDraft) -> bool:
    """Whether two drafts have one handle, employer, address or day of birth."""
    return (
        not {(h.channel, h.normalized) for h in one.handles}.isdisjoint(
            (h.channel, h.normalized) for h in other.handles
        )
        or bool(one.employer and one.employer == other.employer)
        or any(address in other.addresses for address in one.addresses)
        or bool(one.birthday and other.birthday and one.birthday[-5:] == other.birthday[-5:])
    )


def _quality_rows(plan: Plan, name: str, entries: Sequence[Entry]) -> list[Row]:
    """The quality on a data set that has bars."""
    with _filled(entries) as book:
        _key(book)
        _scan(book)
        expected = _expected(book)
        suggested, possible = _quality(_found(book, LEVELS[:1]), expected), _quality(_found(book, LEVELS), expected)
    rows = [
        at_least(GROUP, f"{name}: {what}", value, bar, f"{value:.3f}")
        for what, value, bar in (
            ("possible, F1", possible.f1, 0.98),
            ("suggested, precision", suggested.precision, 0.995),
            ("suggested, recall", suggested.recall, 0.75),
        )
    ]
    plan.say("; ".join(f"{row.name} {row.value}" for row in rows))
    return rows


def _quality_of_households(name: str, book: Book) -> list[Row]:
    expected = _expected(book)
    found = _found(book, LEVELS[:1])
    suggested, possible = _quality(found, expected), _quality(_found(book, LEVELS), expected)
    more = {pair for pair in expected if _share_more_than_names(*(book.entries[each].draft for each in pair))}
    of_more = _quality(found, more).recall
    return [
        Row(GROUP, f"{name}: suggested, precision", f"{suggested.precision:.3f}"),
        Row(GROUP, f"{name}: suggested, recall", f"{suggested.recall:.3f}"),
        Row(GROUP, f"{name}: the same of those that share more than a name", f"{of_more:.3f}"),
        Row(GROUP, f"{name}: possible, precision / recall", f"{possible.precision:.3f} / {possible.recall:.3f}"),
    ]


def _measure_book(plan: Plan, count: int) -> list[Row]:
    """A book of households: quality, and the time of keys, of a scan, and of checks of one contact."""
    name = f"{count:,} contacts in households"
    with _filled(make_book(count)) as book:
        keyed = _key(book)
        scanned, memory = _scan(book)
        rows = _quality_of_households(name, book)
        checks = _checks(plan, book)
    rows += [
        at_most(GROUP, f"{name}: keys, CPU", keyed, None, " s"),
        at_most(GROUP, f"{name}: scan, CPU", scanned, SCAN_BARS.get(count), " s"),
        at_most(GROUP, f"{name}: scan, peak memory", memory, MEMORY_BAR, " MB"),
        at_most(GROUP, f"{name}: check of one contact, p95", percentile(checks, 95), CHECK_BAR, " ms"),
    ]
    plan.say("; ".join(f"{row.name} {row.value}" for row in rows))
    return rows


def _checks(plan: Plan, book: Book) -> list[float]:
    """Milliseconds of each check."""
    durations = []
    for contact_id in random.Random(7).choices(list(book.entries), k=plan.requests):
        with book.database.write() as tx:
            started = time.process_time()
            check_contact(tx, book.caller.organization_id, contact_id)
            durations.append(1000 * (time.process_time() - started))
    return durations


if __name__ == "__main__":
    sys.stdout.write(markdown(run(QUICK if "--quick" in sys.argv else STANDARD)) + "\n")
