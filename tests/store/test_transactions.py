"""What both engines promise of a transaction: all or nothing, one view, a deadline, errors in our own words."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from coterie.errors import Conflict, Invalid, TooSlow, Unavailable, invalid
from coterie.settings import Settings
from coterie.store.database import Database, Tx, open_database

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def database(fresh_settings: Settings) -> Iterator[Database]:
    """Deadlines as short as a test needs them; one table."""
    yield from _with_things(msgspec.structs.replace(fresh_settings, request_seconds=0.3, slow_seconds=1))


@pytest.fixture
def patient(fresh_settings: Settings) -> Iterator[Database]:
    """The same with the usual deadlines: a busy machine meets them."""
    yield from _with_things(fresh_settings)


def _with_things(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    with database.write() as tx:
        tx.run("CREATE TABLE things (id BIGINT NOT NULL PRIMARY KEY, value BIGINT NOT NULL, note TEXT)")
        tx.execute_many(
            "INSERT INTO things (id, value) VALUES (:id, 0)", [{"id": number} for number in range(10)]
        )  # fmt: skip
    yield database
    database.close()


def values(database: Database) -> list[int]:
    with database.read() as tx:
        return [row[0] for row in tx.all("SELECT value FROM things ORDER BY id")]


def increment(tx: Tx, key: int = 0) -> None:
    tx.run("UPDATE things SET value = value + 1 WHERE id = :id", {"id": key})


def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(LookupError), database.write() as tx:
        increment(tx)
        raise LookupError
    assert values(database) == [0] * 10


def test_a_part_that_is_taken_back_leaves_the_rest(database: Database) -> None:
    with database.write() as tx:
        increment(tx, 1)
        with pytest.raises(LookupError), tx.savepoint():
            increment(tx, 2)
            with tx.savepoint():
                increment(tx, 3)
            with pytest.raises(Invalid), tx.savepoint():
                increment(tx, 4)
                raise invalid("x", "y")
            raise LookupError
        with tx.savepoint():
            increment(tx, 5)
    assert values(database) == [0, 1, 0, 0, 0, 1, 0, 0, 0, 0]


def test_after_a_contradiction_in_a_part_the_rest_goes_on(database: Database) -> None:
    with database.write() as tx:
        with pytest.raises(Conflict), tx.savepoint():
            tx.run("INSERT INTO things (id, value) VALUES (1, 1)")
        increment(tx)
    assert values(database)[0] == 1


@pytest.mark.parametrize("sql", ["INSERT INTO things (id, value) VALUES (1, 1)", "UPDATE things SET value = NULL"])
def test_a_contradiction_is_a_conflict(database: Database, sql: str) -> None:
    with pytest.raises(Conflict), database.write() as tx:
        tx.run(sql)
    with pytest.raises(Conflict):
        asyncio.run(database.run_write(lambda tx: tx.run(sql)))


@pytest.mark.parametrize("value", [2**63, -(2**70), 10**400])
def test_a_number_beyond_the_database_is_refused(database: Database, value: int) -> None:
    with pytest.raises(Invalid), database.write() as tx:
        tx.run("UPDATE things SET value = :value", {"value": value})
    assert values(database) == [0] * 10


def test_a_lone_surrogate_is_refused(database: Database) -> None:
    with pytest.raises(Invalid), database.write() as tx:
        tx.run("UPDATE things SET note = :note", {"note": "\ud800"})


@pytest.mark.parametrize(
    "text", ["", "☃ 👩‍👩‍👧", "שלום עולם", "a\u202eb", "'; DROP TABLE things; --", "100 % :id", "\n\t\\"]
)
def test_any_text_comes_back_as_it_was(database: Database, text: str) -> None:
    with database.write() as tx:
        tx.run("UPDATE things SET note = :note WHERE id = 1", {"note": text})
    with database.read() as tx:
        assert tx.one("SELECT note FROM things WHERE id = 1") == (text,)
        assert tx.all(f"SELECT id FROM things WHERE note {tx.in_list('notes')}", {"notes": tx.list_param([text])}) == [
            (1,)
        ]


def test_a_list_that_is_empty_matches_nothing(database: Database) -> None:
    with database.read() as tx:
        assert tx.all(f"SELECT id FROM things WHERE id {tx.in_list('ids')}", {"ids": tx.list_param([])}) == []


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as tx:
        before = tx.one("SELECT sum(value) FROM things")
        with database.write() as other:
            increment(other)
        assert tx.one("SELECT sum(value) FROM things") == before
    assert values(database)[0] == 1


def test_a_request_that_reads_sees_one_moment(database: Database) -> None:
    def work(tx: Tx) -> tuple[Any, Any]:
        before = tx.one("SELECT sum(value) FROM things")
        writer = threading.Thread(target=lambda: _write(database))
        writer.start()
        writer.join()
        return before, tx.one("SELECT sum(value) FROM things")

    before, after = asyncio.run(database.run_read(work))
    assert before == after
    assert values(database)[0] == 1


def _write(database: Database) -> None:
    with database.write() as tx:
        increment(tx)


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"read|Unavailable|disk"), database.read() as tx:
        increment(tx)
    assert values(database) == [0] * 10


@pytest.mark.slow
def test_every_way_to_a_statement_has_a_deadline(database: Database) -> None:
    for run in (database.run_read, database.run_slow, database.run_write):
        with pytest.raises(TooSlow):
            asyncio.run(run(lambda tx: tx.all(ENDLESS)))
    for block in (database.read, database.write):
        with pytest.raises(TooSlow), block() as tx:
            tx.all(ENDLESS)
    with pytest.raises(TooSlow), database.write(seconds=0.1) as tx:
        increment(tx)
        tx.all(ENDLESS)
    assert values(database) == [0] * 10


def test_rows_can_be_read_one_after_another(database: Database) -> None:
    with database.write() as tx:
        tx.execute_many(
            "INSERT INTO things (id, value) VALUES (:id, 0)", [{"id": number} for number in range(10, 2500)]
        )
    with database.read() as tx:
        assert [row[0] for row in tx.stream("SELECT id FROM things ORDER BY id")] == list(range(2500))


def test_threads_that_add_lose_nothing(patient: Database) -> None:
    async def scene() -> None:
        await asyncio.gather(*[patient.run_write(increment) for _ in range(200)])

    threads = [threading.Thread(target=lambda: [_write(patient) for _ in range(25)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    asyncio.run(scene())
    for thread in threads:
        thread.join()
    assert values(patient)[0] == 300


def test_a_long_transaction_learns_that_another_writer_waits(patient: Database) -> None:
    waiting = threading.Thread(target=_write, args=(patient,))
    with patient.write() as tx:
        increment(tx)
        assert not tx.is_waited_for()
        waiting.start()
        until = time.monotonic() + 20
        while not tx.is_waited_for():
            assert time.monotonic() < until
            time.sleep(0.005)
    waiting.join()
    with patient.write() as tx:
        increment(tx)
        assert not tx.is_waited_for()


def test_units_that_lock_each_other_out_are_tried_again(patient: Database) -> None:
    """On PostgreSQL these are deadlocks; on SQLite there is one writer, and they cannot be."""

    def crossing(first: int, second: int) -> Any:
        def work(tx: Tx) -> None:
            increment(tx, first)
            threading.Event().wait(0.002)
            increment(tx, second)

        return work

    async def scene() -> list[Any]:
        works = [patient.run_write(crossing(*pair)) for pair in [(0, 1), (1, 0)] * 3]
        return list(await asyncio.gather(*works, return_exceptions=True))

    results = asyncio.run(scene())
    saved = results.count(None)
    assert [r for r in results if r is not None and not isinstance(r, Unavailable | TooSlow)] == []
    assert saved >= 1
    assert values(patient)[:2] == [saved, saved]


def test_a_closed_database_is_unavailable(database: Database) -> None:
    database.close()
    for run in (database.run_read, database.run_slow, database.run_write):
        with pytest.raises(Unavailable):
            asyncio.run(run(lambda tx: tx.one("SELECT 1")))
    for block in (database.read, database.write):
        with pytest.raises(Unavailable), block() as tx:
            tx.one("SELECT 1")


def test_who_is_not_alone_is_told_so(database: Database, fresh_settings: Settings) -> None:
    with database.exclusive():
        pass
    other = open_database(fresh_settings)
    for one in (database, other):
        with pytest.raises(Unavailable, match="running"), one.exclusive():
            pass
    other.close()
    with database.exclusive():
        increment_count = values(database)
    assert len(increment_count) == 10


def test_an_address_nobody_answers_at_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.store.postgres.database.OPEN_SECONDS", 0.5)
    settings = Settings(data=str(tmp_path), database_url=f"postgresql://nobody:s3cret@/x?host={tmp_path}")
    with pytest.raises(Unavailable, match="PostgreSQL") as refused:
        open_database(settings)
    assert "s3cret" not in str(refused.value)
    with pytest.raises(Unavailable, match="sqlite"):
        open_database(Settings(database_url="mysql://x"))
