"""Builds the data sets: data folders with a filled database, stored in bench/data until the schema changes.

Rows are inserted directly, with the sort keys, search words and counters that coterie.actions would write, and the
indexes are built at the end: a million contacts take minutes, not an hour.
"""

import hashlib
import shutil
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import apsw
import msgspec
from msgspec import Struct

from bench.people import Person, make_people
from coterie.actions.organizations import create_organization
from coterie.actions.passwords import hash_password
from coterie.model.contacts import sort_keys
from coterie.model.handles import Handle
from coterie.model.words import with_words
from coterie.search import index_contacts, merge_index
from coterie.settings import Settings
from coterie.store.contacts import COLUMNS, SORT_COLUMNS
from coterie.store.database import open_database
from coterie.store.migrate import migrate, migrations_for
from coterie.store.sqlite.connection import SqliteTx
from coterie.store.statistics import save_statistics

VERSION = 2
FOLDER = Path(__file__).parent / "data"
BATCH = 10_000
OTHERS = 4
MERGED_PAGES = 1_000
MOMENT = "2025-06-01T12:00:00.000000Z"
FOLDERS = ("VIP", "Leads", "Press", "Friends", "Suppliers", "Wholesale", "Event 2025", "Newsletter", "Influencers",
           "Local", "Waiting", "Archive")  # fmt: skip
PROPERTIES = (("city", "text"), ("lifetime-value", "number"), ("newsletter", "boolean"), ("sizes", "list"))


class Data(Struct):
    """A built data set. contact_count: contacts of its large organization, which the token belongs to."""

    folder: str
    token: str
    organization_id: int
    contact_count: int
    stamp: str

    @property
    def file(self) -> str:
        return str(Path(self.folder) / "coterie.sqlite3")


def data_set(count: int, *, light: bool = False, folder: Path = FOLDER) -> Data:
    """The data set of this size. Builds it if it is missing or of another schema."""
    target = folder / f"{'light' if light else 'full'}_{count}"
    note = target / "bench.json"
    stamp = hashlib.sha256(repr((VERSION, migrations_for("sqlite"))).encode()).hexdigest()
    if note.exists():
        stored = msgspec.json.decode(note.read_bytes(), type=Data)
        if stored.stamp == stamp:
            stored.folder = str(target)
            return stored
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    built = _build(target, count, light=light, stamp=stamp)
    note.write_bytes(msgspec.json.encode(built))
    return built


def _build(target: Path, count: int, *, light: bool, stamp: str) -> Data:
    started = time.monotonic()
    file = target / "coterie.sqlite3"
    database = open_database(Settings(data=str(target), database_url=f"sqlite:///{file.absolute()}"))
    migrate(database)
    password_hash = hash_password("correct horse")
    tokens: dict[int, str] = {}
    with database.write() as tx:
        for number in range(1 + OTHERS):
            organization, _, token = create_organization(
                tx, name=f"Bench {number}", email=f"owner-{number}@example.org", password_hash=password_hash,
                username=None, country="US",
            )  # fmt: skip
            tokens[organization.id] = token
    database.close()
    # other organizations come before and after the large one in every index
    large = sorted(tokens)[len(tokens) // 2]
    connection = apsw.Connection(str(file))
    for pragma in ("synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    indexes = _drop_indexes(connection)
    for organization_id in sorted(tokens):
        _fill(connection, organization_id, count if organization_id == large else count // 40, light=light)
    for sql in indexes:
        connection.execute(sql)
        _say(f"{_seconds(started)} {' '.join(sql.split()).split(' ON ')[0]}")
    tx = SqliteTx(connection, lambda: False)
    # SQLite has removed the statistics of the indexes that were dropped
    save_statistics(tx)
    _merge_index(tx)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    _say(f"{_seconds(started)} built {count:,} contacts", end="\n")
    return Data(str(target), tokens[large], large, count, stamp)


def _merge_index(tx: SqliteTx) -> None:
    """Leaves the search index in one piece, as the worker does once a day."""
    is_more = merge_index(tx, MERGED_PAGES, is_first=True)
    while is_more:
        is_more = merge_index(tx, MERGED_PAGES, is_first=False)


def _drop_indexes(connection: apsw.Connection) -> list[str]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for name, _ in rows:
        connection.execute(f"DROP INDEX {name}")
    return [str(sql) for _, sql in rows]


def _fill(connection: apsw.Connection, organization_id: int, count: int, *, light: bool) -> None:
    started = time.monotonic()
    with connection:
        _definitions(connection, organization_id)
    people = make_people(count, light=light, seed=organization_id)
    done = 0
    while batch := list(islice(people, BATCH)):
        with connection:
            _insert(connection, organization_id, batch)
        done += len(batch)
        _say(f"{_seconds(started)} {done:,} of {count:,} contacts")
    with connection:
        _count(connection, organization_id, count)


def _definitions(connection: apsw.Connection, organization_id: int) -> None:
    connection.executemany(
        "INSERT INTO folders (organization_id, id, name, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
        [(organization_id, number, name, MOMENT, MOMENT) for number, name in enumerate(FOLDERS, 1)],
    )
    connection.executemany(
        "INSERT INTO property_definitions (organization_id, slug, title, property_type, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(organization_id, slug, slug.capitalize(), kind, MOMENT, MOMENT) for slug, kind in PROPERTIES],
    )


def _insert(connection: apsw.Connection, organization_id: int, people: list[Person]) -> None:
    names = ("organization_id", *COLUMNS, *SORT_COLUMNS)
    for table, columns, rows in (
        ("contacts", names, _contact_rows(organization_id, people)),
        (
            "handles",
            ("organization_id", *Handle.__struct_fields__),
            ((organization_id, *msgspec.structs.astuple(h)) for person in people for h in person.handles),
        ),
        (
            "contact_folders",
            ("organization_id", "contact_id", "folder_id"),
            ((organization_id, person.contact.id, number) for person in people for number in person.folders),
        ),
        (
            "property_values",
            ("organization_id", "contact_id", "slug", "value", "value_words", "value_number"),
            (
                (organization_id, person.contact.id, slug, *with_words("property_values", {"value": value}).values())
                for person in people
                for slug, value in sorted(person.values)
            ),
        ),
        ("interactions", _INTERACTIONS, _interaction_rows(organization_id, people)),
    ):
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
    index_contacts(SqliteTx(connection, lambda: False), organization_id, [person.contact.id for person in people])


_INTERACTIONS = ("organization_id", "contact_id", "kind", "happened_at", "id", "direction", "text", "is_recent",
                 "created_at", "updated_at")  # fmt: skip


def _contact_rows(organization_id: int, people: list[Person]) -> Iterator[tuple[object, ...]]:
    for person in people:
        keys = sort_keys(person.contact)
        yield (
            organization_id,
            *msgspec.structs.astuple(person.contact),
            *(keys[name] for name in SORT_COLUMNS),
        )


def _interaction_rows(organization_id: int, people: list[Person]) -> Iterator[tuple[object, ...]]:
    for person in people:
        for row in person.interactions:
            yield (organization_id, person.contact.id, *row, row[1], row[1])


def _count(connection: apsw.Connection, organization_id: int, count: int) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO counters (organization_id, name, value) VALUES (?, ?, ?)",
        [
            (organization_id, "contact_id", count),
            (organization_id, "event_id", count),
            (organization_id, "folder_id", len(FOLDERS)),
            (organization_id, "contacts", count),
            (organization_id, "folders", len(FOLDERS)),
            (organization_id, "property_definitions", len(PROPERTIES)),
        ],
    )
    connection.execute(
        "UPDATE folders SET contact_count = (SELECT count(*) FROM contact_folders cf WHERE"
        " cf.organization_id = folders.organization_id AND cf.folder_id = folders.id) WHERE organization_id = ?",
        (organization_id,),
    )


def _seconds(started: float) -> str:
    return f"{time.monotonic() - started:6.1f} s"


def _say(text: str, end: str = "") -> None:
    """Prints progress on a terminal, elsewhere only the result."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[Kdata: {text}{end}")
    elif end:
        sys.stderr.write(f"data: {text}{end}")
