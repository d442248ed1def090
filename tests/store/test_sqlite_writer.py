"""The writer thread of SQLite: many units of work in one transaction, and what happens when one of them misbehaves."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from coterie.errors import Conflict, Invalid, TooSlow, Unavailable
from coterie.settings import load_settings
from coterie.store.database import Tx
from coterie.store.sqlite.database import SqliteDatabase
from coterie.store.sqlite.writer import GROUP_MAX

# more steps than any deadline allows
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "coterie.sqlite3")


@pytest.fixture
def database(path: str) -> Iterator[SqliteDatabase]:
    settings = load_settings({}, data=str(Path(path).parent), request_seconds=0.15, slow_seconds=5)
    database = SqliteDatabase(path, settings)
    with database.write() as tx:
        tx.run("CREATE TABLE things (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)")
    yield database
    database.close()


def add(text: str) -> Callable[[Tx], str]:
    def work(tx: Tx) -> str:
        tx.run("INSERT INTO things (text) VALUES (:text)", {"text": text})
        return text

    return work


def texts(database: SqliteDatabase) -> list[str]:
    with database.read() as tx:
        return [row[0] for row in tx.all("SELECT text FROM things ORDER BY id")]


class Group:
    """Holds the writer back so that the units that arrive until then become one group."""

    def __init__(self, database: SqliteDatabase) -> None:
        self.database = database
        self.let_go = threading.Event()

    async def run(self, *works: Callable[[Tx], Any]) -> list[Any]:
        started = threading.Event()

        def hold(tx: Tx) -> None:
            started.set()
            self.let_go.wait(5)

        held = asyncio.ensure_future(self.database.run_write(hold))
        while not started.is_set():
            await asyncio.sleep(0.001)
        waiting = [asyncio.ensure_future(self.database.run_write(work)) for work in works]
        await asyncio.sleep(0.01)
        self.let_go.set()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        await held
        return results


def test_units_that_wait_are_written_in_one_transaction(database: SqliteDatabase) -> None:
    seen: list[int] = []

    def work(tx: Tx) -> int:
        seen.append(int((tx.one("SELECT count(*) FROM things") or (0,))[0]))
        tx.run("INSERT INTO things (text) VALUES (:text)", {"text": f"t{len(seen)}"})
        # another connection sees nothing of the group before all of it is there
        return len(texts(database))

    results = asyncio.run(Group(database).run(*[work] * 10))
    assert seen == list(range(10))
    assert results == [0] * 10
    assert len(texts(database)) == 10


def test_more_units_than_a_group_takes_are_all_written_in_their_order(database: SqliteDatabase) -> None:
    wanted = [f"t{number:03}" for number in range(GROUP_MAX * 3 + 5)]
    assert asyncio.run(Group(database).run(*map(add, wanted))) == wanted
    assert texts(database) == wanted


def test_a_unit_that_raises_takes_back_only_itself(database: SqliteDatabase) -> None:
    def broken(tx: Tx) -> None:
        add("of the broken one")(tx)
        raise Invalid()

    first, second, third = asyncio.run(Group(database).run(add("first"), broken, add("third")))
    assert (first, type(second), third) == ("first", Invalid, "third")
    assert texts(database) == ["first", "third"]


def test_an_error_nobody_thought_of_reaches_only_its_caller(database: SqliteDatabase) -> None:
    results = asyncio.run(Group(database).run(add("first"), lambda tx: 1 / 0, add("third")))
    assert isinstance(results[1], ZeroDivisionError)
    assert texts(database) == ["first", "third"]


def test_a_contradiction_is_a_conflict_of_its_unit_alone(database: SqliteDatabase) -> None:
    results = asyncio.run(Group(database).run(add("same"), add("same"), add("other")))
    assert isinstance(results[1], Conflict)
    assert texts(database) == ["same", "other"]


@pytest.mark.parametrize(
    "endless",
    [
        f"INSERT INTO things (text) {ENDLESS} SELECT 'x' || i FROM n",  # SQLite rolls everything back by itself
        f"{ENDLESS} SELECT count(*) FROM n",  # and here it does not
    ],
)
def test_a_unit_that_meets_its_deadline_loses_only_itself(database: SqliteDatabase, endless: str) -> None:
    def slow(tx: Tx) -> None:
        add("of the slow one")(tx)
        tx.all(endless)

    results = asyncio.run(Group(database).run(add("first"), slow, add("third"), add("fourth")))
    assert isinstance(results[1], TooSlow)
    assert results[0] == "first"
    assert texts(database) == ["first", "third", "fourth"]


def test_two_slow_units_of_a_group_each_lose_only_themselves(database: SqliteDatabase) -> None:
    def slow(tx: Tx) -> None:
        tx.run(f"INSERT INTO things (text) {ENDLESS} SELECT 'x' || i FROM n")

    results = asyncio.run(Group(database).run(slow, add("a"), slow, add("b")))
    assert [type(result) for result in results] == [TooSlow, str, TooSlow, str]
    assert texts(database) == ["a", "b"]


def test_a_unit_that_hides_that_its_transaction_ended_is_not_told_that_it_is_saved(database: SqliteDatabase) -> None:
    def careless(tx: Tx) -> str:
        try:
            tx.run(f"INSERT INTO things (text) {ENDLESS} SELECT 'x' || i FROM n")
        except Exception:
            return "all is well"
        return "never"

    results = asyncio.run(Group(database).run(add("a"), careless, add("b")))
    assert isinstance(results[1], Exception)
    assert texts(database) == ["a", "b"]


def test_a_commit_that_fails_fails_every_unit_and_nothing_is_saved(database: SqliteDatabase) -> None:
    def late(tx: Tx) -> str:
        # a foreign key that is only looked at when the transaction ends
        add("late")(tx)
        tx.run("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
        tx.run("CREATE TABLE children (id INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)")
        tx.run("INSERT INTO children VALUES (7)")
        return "late"

    results = asyncio.run(Group(database).run(add("first"), late, add("third")))
    assert [type(result) for result in results] == [Conflict] * 3
    assert texts(database) == []
    assert asyncio.run(database.run_write(add("afterwards"))) == "afterwards"


def test_a_full_disk_is_unavailable_and_leaves_nothing_half_written(database: SqliteDatabase) -> None:
    asyncio.run(database.run_write(add("before")))
    pages = database._writing_connection.apsw.execute("PRAGMA page_count").fetchall()[0][0]
    database._writing_connection.apsw.execute(f"PRAGMA max_page_count={pages + 4}")

    def large(tx: Tx) -> None:
        add("small part")(tx)
        add("x" * 200_000)(tx)

    results = asyncio.run(Group(database).run(add("first"), large, add("third")))
    assert isinstance(results[1], Unavailable)
    assert (results[0], results[2]) == ("first", "third")
    assert texts(database) == ["before", "first", "third"]
    with pytest.raises(Unavailable), database.write() as tx:
        large(tx)
    with pytest.raises(Unavailable), database.write() as tx:
        add("of the outer one")(tx)
        with tx.savepoint():
            large(tx)
    assert texts(database) == ["before", "first", "third"]
    database._writing_connection.apsw.execute("PRAGMA max_page_count=1000000")
    with database.write() as tx:
        large(tx)
    assert len(texts(database)) == 5


def test_a_cancelled_request_harms_nobody(database: SqliteDatabase) -> None:
    async def scene() -> str:
        group = Group(database)
        running = asyncio.ensure_future(group.run(add("first"), add("second")))
        await asyncio.sleep(0.02)
        doomed = asyncio.ensure_future(database.run_write(add("third")))
        await asyncio.sleep(0)
        doomed.cancel()
        await running
        return await database.run_write(add("last"))

    assert asyncio.run(scene()) == "last"
    assert texts(database)[-1] == "last"


def test_closing_writes_what_waits_and_refuses_what_comes_later(path: str, database: SqliteDatabase) -> None:
    async def scene() -> list[Any]:
        waiting = [asyncio.ensure_future(database.run_write(add(f"t{number}"))) for number in range(200)]
        await asyncio.sleep(0)
        await asyncio.to_thread(database.close)
        results: list[Any] = await asyncio.gather(*waiting, return_exceptions=True)
        later: list[Awaitable[Any]] = [
            database.run_write(add("late")), database.run_read(lambda tx: 1), database.run_slow(lambda tx: 1)
        ]  # fmt: skip
        return results + await asyncio.gather(*later, return_exceptions=True)

    results = asyncio.run(scene())
    assert results[:200] == [f"t{number}" for number in range(200)]
    assert [type(result) for result in results[200:]] == [Unavailable] * 3
    reopened = SqliteDatabase(path, load_settings({}, data=str(Path(path).parent)))
    assert len(texts(reopened)) == 200
    reopened.close()
    database.close()  # once more is no matter


def test_a_loop_that_is_gone_does_not_end_the_writer(database: SqliteDatabase) -> None:
    async def leave() -> None:
        started = asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(tx: Tx) -> None:
            loop.call_soon_threadsafe(started.set)
            threading.Event().wait(0.05)
            add("left behind")(tx)

        task = asyncio.ensure_future(database.run_write(work))
        await started.wait()
        task.cancel()

    asyncio.run(leave())
    assert asyncio.run(database.run_write(add("next"))) == "next"
    assert texts(database) == ["left behind", "next"]


def test_only_the_owner_may_read_what_is_kept(path: str, database: SqliteDatabase) -> None:
    asyncio.run(database.run_write(add("secret")))
    modes = {file.name: file.stat().st_mode & 0o077 for file in Path(path).parent.iterdir()}
    assert len(modes) == 6
    assert set(modes.values()) == {0}


def test_a_database_is_private_before_anything_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "coterie.sqlite3"
    modes: list[int] = []
    monkeypatch.setattr(apsw, "Connection", lambda name, **_: modes.append(Path(name).stat().st_mode & 0o777) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        SqliteDatabase(str(path), load_settings({}, data=str(tmp_path)))
    assert modes == [0o600]
    monkeypatch.undo()
    # it was killed before its first page: the next start makes it what it should have been
    database = SqliteDatabase(str(path), load_settings({}, data=str(tmp_path)))
    with database.read() as tx:
        assert tx.one("PRAGMA page_size") == (8192,)
    database.close()


@pytest.mark.parametrize("kind", ["folder", "rubbish", "below a file"])
def test_what_is_no_database_is_refused_in_a_sentence(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "thing"
    if kind == "folder":
        target.mkdir()
    else:
        target.write_bytes(b"no database at all " * 1000)
    path = target / "below.sqlite3" if kind == "below a file" else target
    with pytest.raises(Unavailable, match="cannot be opened"):
        SqliteDatabase(str(path), load_settings({}, data=str(tmp_path)))
