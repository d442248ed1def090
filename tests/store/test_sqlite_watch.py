"""What an operator does to an open SQLite database, and a stopped process to all others, is noticed and reported."""

import asyncio
import fcntl
import logging
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coterie.errors import DiskFull, Unavailable
from coterie.settings import load_settings
from coterie.store.database import Tx
from coterie.store.sqlite.database import SqliteDatabase

REQUEST_SECONDS = 0.3
# writes one transaction after another in its main thread, as a command does
WRITER = """
import sys
from coterie.settings import load_settings
from coterie.store.database import open_database
database = open_database(load_settings({}, data=sys.argv[1]))
print("ready", flush=True)
while True:
    with database.write() as tx:
        tx.run("UPDATE totals SET value = value + 1")
        for _ in range(50):
            tx.all("SELECT value FROM totals")
"""
HOLDER = """
import os, signal, sys
from coterie.settings import load_settings
from coterie.store.database import open_database
with open_database(load_settings({}, data=sys.argv[1])).write():
    print("ready", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
"""
# writes once; opening the database waits for the lock, too
WAITER = """
import sys
from coterie.settings import load_settings
from coterie.store.database import open_database
print("ready", flush=True)
with open_database(load_settings({}, data=sys.argv[1])).write() as tx:
    tx.run("UPDATE totals SET value = value + 1")
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    path = tmp_path / "coterie.sqlite3"
    database = SqliteDatabase(str(path), load_settings({}, data=str(tmp_path), request_seconds=REQUEST_SECONDS))
    with database.write() as tx:
        tx.run("CREATE TABLE totals (value BIGINT NOT NULL)")
        tx.run("INSERT INTO totals VALUES (0)")
    yield database
    database.close()


def add(tx: Tx) -> None:
    tx.run("UPDATE totals SET value = value + 1")


def total(database: SqliteDatabase) -> int:
    with database.read() as tx:
        return int((tx.one("SELECT value FROM totals") or (0,))[0])


def eventually(condition: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not (is_met := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return is_met


def messages(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [
        (record.getMessage(), str(getattr(record, "problem", "")))
        for record in caplog.records
        if record.name == "coterie.store.sqlite.watch"
    ]


def start(program: str, folder: Path) -> subprocess.Popen[str]:
    # a process group of its own, whose leader has its parent in the session: only such a one can be stopped by SIGTSTP
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True, process_group=0
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def has_turn(folder: Path) -> bool:
    """Whether a process has the turn, so that it waits for the lock."""
    with Path(f"{folder}/coterie.sqlite3-lock-turn").open("rb") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def is_stopped(process: subprocess.Popen[str]) -> bool:
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2][0] == "T"


@pytest.mark.slow
def test_a_stopped_process_that_holds_the_lock_is_named_and_requests_are_refused_in_time(
    tmp_path: Path, database: SqliteDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with start(HOLDER, tmp_path) as process:
        try:
            begin = time.monotonic()
            with pytest.raises(Unavailable):
                asyncio.run(database.run_write(add))
            assert REQUEST_SECONDS * 0.9 <= time.monotonic() - begin < 3
            expected = f"Process {process.pid} does not release the write lock of the database"
            assert eventually(lambda: messages(caplog) == [("the database cannot be written", expected)])
            assert database.problem() == expected
        finally:
            process.send_signal(signal.SIGCONT)
            process.wait()
    assert eventually(lambda: database.problem() is None)
    # what was refused is not written afterwards
    asyncio.run(database.run_write(add))
    assert total(database) == 1
    assert eventually(lambda: messages(caplog)[-1] == ("the database can be written again", expected))


@pytest.mark.slow
def test_a_process_that_is_stopped_while_it_waits_is_named_and_not_the_last_holder(
    tmp_path: Path, database: SqliteDatabase
) -> None:
    with database.write() as tx:
        process = start(WAITER, tmp_path)
        assert eventually(lambda: has_turn(tmp_path))
        process.send_signal(signal.SIGSTOP)
        assert eventually(lambda: is_stopped(process))
        add(tx)
    with process:
        try:
            with pytest.raises(Unavailable):
                asyncio.run(database.run_write(add))
            expected = f"Process {process.pid} is the next to write to the database, but does not continue"
            assert eventually(lambda: database.problem() == expected)
        finally:
            process.send_signal(signal.SIGCONT)
            process.wait()
    assert eventually(lambda: database.problem() is None)
    assert total(database) == 2


@pytest.mark.slow
def test_a_stopped_holder_is_named_and_not_the_process_that_waits_next(
    tmp_path: Path, database: SqliteDatabase
) -> None:
    with start(HOLDER, tmp_path) as holder, start(WAITER, tmp_path) as waiter:
        try:
            assert eventually(lambda: has_turn(tmp_path))
            with pytest.raises(Unavailable):
                asyncio.run(database.run_write(add))
            expected = f"Process {holder.pid} does not release the write lock of the database"
            assert eventually(lambda: database.problem() == expected)
            assert not is_stopped(waiter)
        finally:
            holder.send_signal(signal.SIGCONT)
            holder.wait()
            waiter.wait()
    assert eventually(lambda: database.problem() is None)
    assert total(database) == 1


@pytest.mark.slow
def test_ctrl_z_waits_for_the_end_of_a_transaction(tmp_path: Path, database: SqliteDatabase) -> None:
    with start(WRITER, tmp_path) as process, Path(f"{tmp_path}/coterie.sqlite3-lock").open("rb") as lock:
        try:
            for _ in range(15):
                time.sleep(random.uniform(0, 0.02))
                process.send_signal(signal.SIGTSTP)
                assert eventually(lambda: is_stopped(process))
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(lock, fcntl.LOCK_UN)
                process.send_signal(signal.SIGCONT)
        finally:
            process.kill()
    assert total(database) > 0


@pytest.mark.parametrize("name", ["coterie.sqlite3", "coterie.sqlite3-wal"])
@pytest.mark.parametrize("way", ["deleted", "moved", "replaced"])
def test_a_file_that_is_gone_stops_all_writing(
    tmp_path: Path, database: SqliteDatabase, caplog: pytest.LogCaptureFixture, name: str, way: str
) -> None:
    asyncio.run(database.run_write(add))
    file = tmp_path / name
    if way == "deleted":
        file.unlink()
    else:
        file.rename(tmp_path / "elsewhere")
    if way == "replaced":
        file.write_bytes((tmp_path / "elsewhere").read_bytes())
    assert eventually(lambda: database.problem() is not None)
    expected = f"{name} was deleted or replaced while the database was open: restart the instance"
    with pytest.raises(Unavailable, match="was deleted or replaced"):
        asyncio.run(database.run_write(add))
    with pytest.raises(Unavailable, match="was deleted or replaced"), database.write() as tx:
        add(tx)
    assert database.problem() == expected
    # the watcher refuses writes before it says so
    assert eventually(lambda: messages(caplog) != [])
    assert messages(caplog) == [("the database cannot be written", expected)]
    assert total(database) == 1  # what is there can still be read


def test_an_ordinary_life_has_no_problem(tmp_path: Path, database: SqliteDatabase) -> None:
    for _ in range(3):
        other = SqliteDatabase(str(tmp_path / "coterie.sqlite3"), database.settings)
        asyncio.run(other.run_write(add))
        other.close()
    with database.relaxed_durability(), database.write() as tx:
        add(tx)
    database._watch.check()
    assert database.problem() is None


def test_a_full_disk_is_a_problem_until_a_write_succeeds(database: SqliteDatabase) -> None:
    def fill(tx: Tx) -> None:
        tx.run("CREATE TABLE texts (text TEXT)")
        tx.run("INSERT INTO texts VALUES (:text)", {"text": "x" * 1_000_000})

    pages = database._writing_connection.apsw.execute("PRAGMA page_count").fetchall()[0][0]
    for attempt in (lambda: asyncio.run(database.run_write(fill)), lambda: _write(database, fill)):
        database._writing_connection.apsw.execute(f"PRAGMA max_page_count={pages + 2}")
        with pytest.raises(DiskFull):
            attempt()
        assert database.problem() == "The disk of the database is full or not writable"
        database._writing_connection.apsw.execute("PRAGMA max_page_count=1000000")
        asyncio.run(database.run_write(add))
        assert database.problem() is None


def _write(database: SqliteDatabase, work: Callable[[Tx], None]) -> None:
    with database.write() as tx:
        work(tx)
