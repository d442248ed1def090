"""An import of 100,000 rows of Google CSV into an empty instance, then of the same file again: time and memory.

    python -m bench.imports [--rows N] [--postgresql URL]

The floor is the bare insertion: the same contacts, handles and search words, already normalized, are inserted into the
same tables by apsw in transactions of 400 contacts. Nothing is read, matched or recorded. It runs before and after the
import, since the speed of a shared machine changes, and the import is compared to the mean.
A peer's documentation: Twenty imports 100,000 records in about 17 minutes.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import apsw

from bench.import_files import Instance, cpu_of_children, write_file
from bench.plan import Plan
from bench.table import Row, at_most, markdown

ROWS = 100_000
BATCH = 400
INSERTIONS_BAR = 2.5
TWENTY_SECONDS = 17 * 60
TWENTY_SHARE = 20
AGAIN_SECONDS_BAR = 10.0
MEMORY_BAR = 300.0
INSERTED = ("contacts", "handles", "contact_words (rowid, words)")


def run(plan: Plan) -> list[Row]:
    """For as many rows as the plan has contacts, at most 100,000."""
    return list(measure(min(ROWS, plan.full_count)))


def measure(count: int = ROWS, database_url: str | None = None) -> Iterator[Row]:
    """The bars hold for 100,000 rows on 2 cores; the bare insertion is SQLite's."""
    group = f"import of {count:,} rows, {'PostgreSQL' if database_url else 'SQLite'}"
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name:
        folder = Path(name)
        write_file(folder / "google.csv", count)
        instance = Instance(folder, database_url)
        command = ("import", str(folder / "google.csv"), "--apply", "--json")
        used = cpu_of_children()
        result, seconds, memory = instance.run(*command)
        used = cpu_of_children() - used
        counts = {key: result[key] for key in ("created", "updated", "unchanged", "matched", "rejected")}
        yield Row(group, "outcome", ", ".join(f"{value} {key}" for key, value in counts.items() if value))
        bar = TWENTY_SECONDS / TWENTY_SHARE * count / ROWS
        yield at_most(group, f"first run (Twenty's 17 minutes by {TWENTY_SHARE})", seconds, bar, " s")
        yield at_most(group, "first run: memory", memory, MEMORY_BAR, " MB")
        yield Row(group, "first run: CPU", f"{used:,.1f} s")
        if not database_url:
            yield from _against_insertion(group, instance.data / "coterie.sqlite3", folder, seconds)
        used = cpu_of_children()
        again, seconds, memory = instance.run(*command)
        used = cpu_of_children() - used
        yield Row(group, "second run creates and updates", f"{again['created']} and {again['updated']}")
        yield at_most(group, "second run", seconds, AGAIN_SECONDS_BAR * count / ROWS, " s")
        yield at_most(group, "second run: memory", memory, MEMORY_BAR, " MB")
        yield Row(group, "second run: CPU", f"{used:,.1f} s")


def _against_insertion(group: str, database: Path, folder: Path, seconds: float) -> Iterator[Row]:
    used = time.process_time()
    insertions = [insertion_seconds(database, folder / f"insertion-{number}.sqlite3") for number in (1, 2)]
    used = (time.process_time() - used) / 2
    mean = sum(insertions) / len(insertions)
    yield Row(group, "bare insertion, twice", " and ".join(f"{each:,.1f}" for each in insertions) + " s")
    yield Row(group, "bare insertion with its reading: CPU", f"{used:,.1f} s")
    yield at_most(group, "first run in bare insertions", seconds / mean, INSERTIONS_BAR, " ×")


def insertion_seconds(database: Path, target: Path) -> float:
    """How long the rows of an imported database take to be inserted into an empty one."""
    source, copy = apsw.Connection(str(database)), apsw.Connection(str(target))
    copy.execute("PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
    for (statement,) in source.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'contact_words_%' AND name NOT LIKE 'message_words_%'"
    ):
        copy.execute(statement)
    ids = [number for (number,) in source.execute("SELECT id FROM contacts")]
    count = len(ids)
    rows = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in INSERTED[:2]}
    rows[INSERTED[2]] = [(number, f"person{number} example com mobile{number} lisbon") for number in ids]
    started = time.perf_counter()
    for begin in range(0, count, BATCH):
        copy.execute("BEGIN IMMEDIATE")
        for table in INSERTED:
            # the handles of a contact may be inserted in the next transaction: nothing here looks them up
            chunk = rows[table][begin * len(rows[table]) // count : (begin + BATCH) * len(rows[table]) // count]
            if chunk:
                copy.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(chunk[0]))})", chunk)
        copy.execute("COMMIT")
    return time.perf_counter() - started


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--postgresql", metavar="URL", help="an empty database to use instead of SQLite")
    arguments = parser.parse_args()
    print(markdown(list(measure(arguments.rows, arguments.postgresql))))


if __name__ == "__main__":
    main()
