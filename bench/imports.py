"""100,000 rows of Google's CSV into an empty book, and the same file again: seconds and memory of real processes.

    python -m bench.imports [--rows N] [--postgresql URL]

The floor is what the rows alone cost: the same contacts, handles and search words put into the same tables by apsw,
already normalized, in transactions of the same size, with nothing read, matched or recorded.
What a peer documents: Twenty imports 100,000 people in about 17 minutes.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import apsw

from bench.people import DOMAINS, EMPLOYERS, FIRST, LAST
from bench.plan import Plan
from bench.table import Row, at_most, markdown

ROWS = 100_000
HEADERS = (
    "First Name", "Middle Name", "Last Name", "Nickname", "Organization Name", "Organization Title", "Birthday",
    "Notes", "Labels", "E-mail 1 - Label", "E-mail 1 - Value", "E-mail 2 - Label", "E-mail 2 - Value",
    "Phone 1 - Label", "Phone 1 - Value", "Phone 2 - Label", "Phone 2 - Value", "Address 1 - Label",
    "Address 1 - Street", "Address 1 - City", "Address 1 - Postal Code", "Address 1 - Country",
)  # fmt: skip
TITLES = ("Engineer", "Nurse", "Teacher", "Baker", "")
CITIES = (("Lisboa", "1100-148", "Portugal"), ("Berlin", "10115", "Germany"), ("Springfield", "97477", "USA"))


def write_file(path: Path, count: int) -> None:
    """A Google Contacts export as people have them: most with a phone and an e-mail address, some with more."""
    rng = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(_row(rng, number) for number in range(count))


def _row(rng: random.Random, number: int) -> list[str]:
    first, last = rng.choice(FIRST), rng.choice(LAST)
    works, born, lives, noted = (rng.random() < share for share in (0.4, 0.3, 0.25, 0.1))
    city, postcode, country = rng.choice(CITIES)
    second_mail, second_phone = rng.random() < 0.15, rng.random() < 0.2
    digits = f"{2_000_000_000 + number * 61 % 7_999_999_999:010}"
    phone = rng.choice((f"+1{digits}", f"({digits[:3]}) {digits[3:6]}-{digits[6:]}", f"+49 30 {number:07}"))
    return [
        first,
        "",
        f"{last}{number % 997 or ''}",
        "",
        rng.choice(EMPLOYERS) if works else "",
        rng.choice(TITLES) if works else "",
        f"19{number % 60 + 40}-0{number % 9 + 1}-1{number % 10}" if born else "",
        "Met at the fair in Lisbon." if noted else "",
        "Friends ::: * myContacts" if number % 3 else "* myContacts",
        "* ", f"person{number}@{DOMAINS[number % len(DOMAINS)]}",
        "Work" if second_mail else "", f"p{number}@work.example" if second_mail else "",
        "Mobile", phone,
        "Work" if second_phone else "", f"+351 21 {number:07}" if second_phone else "",
        "Home" if lives else "", f"Main Street {number % 300}" if lives else "",
        city if lives else "", postcode if lives else "", country if lives else "",
    ]  # fmt: skip


class Instance:
    """An empty instance in a folder of its own, spoken to by its command."""

    def __init__(self, folder: Path, database_url: str | None) -> None:
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("COTERIE_")}
        self.environment["COTERIE_DATA"] = str(folder / "data")
        if database_url:
            self.environment["COTERIE_DATABASE_URL"] = database_url
        self.run("bootstrap", "--organization", "Bench", "--email", "b@example.org", "--password", "benchmark",
                 "--country", "US", "--json")  # fmt: skip

    def run(self, *arguments: str) -> tuple[dict[str, object], float, float]:
        """(its JSON, seconds, peak memory in MB) of one command in a process of its own."""
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "coterie", *arguments], env=self.environment, stdout=subprocess.PIPE
        )
        with ThreadPoolExecutor(1) as threads:
            peak = threads.submit(_watch_memory, process)
            output, _ = process.communicate()
            seconds = time.perf_counter() - started
            if process.returncode:
                raise SystemExit(f"coterie {arguments[0]} ended with {process.returncode}")
            return json.loads(output), seconds, peak.result()


def _watch_memory(process: "subprocess.Popen[bytes]") -> float:
    """The most resident memory a process and the ones it started had at one time, in MB; what they share counts
    twice."""
    peak = 0
    while process.poll() is None:
        with suppress(OSError, ValueError, IndexError):  # one that has just ended
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            sizes = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in (process.pid, *children)]
            peak = max(peak, sum(sizes))
        time.sleep(0.05)
    return peak * os.sysconf("SC_PAGE_SIZE") / 1_048_576


def floor_seconds(database: Path, target: Path) -> float:
    """How long the finished rows of a database take to be inserted into an empty one, 400 contacts at a time."""
    source, copy = apsw.Connection(str(database)), apsw.Connection(str(target))
    copy.execute("PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
    for (statement,) in source.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'contact_words_%'"
    ):
        copy.execute(statement)
    words = [(r, f"person{r} example com mobile{r} lisbon") for (r,) in source.execute("SELECT id FROM contacts")]
    tables = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in ("contacts", "handles")}
    started = time.perf_counter()
    for begin in range(0, len(words), 400):
        copy.execute("BEGIN IMMEDIATE")
        for table, rows in tables.items():
            share = len(rows) * 400 // len(words)
            at = begin // 400 * share
            chunk = rows[at : at + share] if begin + 400 < len(words) else rows[at:]
            if chunk:
                copy.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(chunk[0]))})", chunk)
        copy.executemany("INSERT INTO contact_words (rowid, words) VALUES (?, ?)", words[begin : begin + 400])
        copy.execute("COMMIT")
    return time.perf_counter() - started


def run(plan: Plan) -> list[Row]:
    """The rows of the table, for as many rows as the plan has contacts, at most 100,000."""
    peer = Row("import, as a peer documents it", "Twenty, 100,000 records", "about 17 minutes")
    return [*measure(min(ROWS, plan.full.contact_count)), peer]


def measure(count: int = ROWS, database_url: str | None = None) -> Iterator[Row]:
    """The rows of the table; the bars hold for 100,000 rows on 2 cores."""
    group = f"import of {count:,} rows, {'PostgreSQL' if database_url else 'SQLite'}"
    with tempfile.TemporaryDirectory(prefix="coterie-bench-") as name:
        folder = Path(name)
        write_file(folder / "google.csv", count)
        instance = Instance(folder, database_url)
        answer, seconds, memory = instance.run("import", str(folder / "google.csv"), "--apply", "--json")
        counts = {key: answer[key] for key in ("created", "updated", "unchanged", "matched", "rejected")}
        yield Row(group, "outcome", ", ".join(f"{value} {key}" for key, value in counts.items() if value))
        yield at_most(group, "first run", seconds, 20 * count / ROWS, " s")
        yield at_most(group, "memory of the first run", memory, 300, " MB")
        again, seconds_again, memory = instance.run("import", str(folder / "google.csv"), "--apply", "--json")
        yield Row(group, "second run creates and updates", f"{again['created']} and {again['updated']}")
        yield at_most(group, "second run", seconds_again, 10 * count / ROWS, " s")
        yield at_most(group, "memory of the second run", memory, 300, " MB")
        if not database_url:
            floor = floor_seconds(folder / "data" / "coterie.sqlite3", folder / "floor.sqlite3")
            yield Row(group, "insert only (contacts, handles, words)", f"{floor:,.1f} s")
            yield Row(group, "first run against insert only", f"{seconds / floor:,.1f} ×")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--postgresql", metavar="URL", help="an empty database to use instead of SQLite")
    arguments = parser.parse_args()
    print(markdown(list(measure(arguments.rows, arguments.postgresql))))


if __name__ == "__main__":
    main()
