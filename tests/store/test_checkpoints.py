"""The WAL of SQLite is checkpointed in the background, and stays short."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coterie.settings import load_settings
from coterie.store.sqlite.checkpoints import PAGES, PAGES_MAX
from coterie.store.sqlite.database import SqliteDatabase

PAGE = 8192
# one row of it fills a page
TEXT = "x" * 7_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "coterie.sqlite3"


@pytest.fixture
def database(path: Path) -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(str(path), load_settings({}, data=str(path.parent)))
    with database.write() as tx:
        tx.run("CREATE TABLE things (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
    yield database
    database.close()


def fill(database: SqliteDatabase, pages: int) -> None:
    """So many pages, a hundred in each transaction."""
    for _ in range(pages // 100):
        with database.write() as tx:
            tx.execute_many("INSERT INTO things (text) VALUES (:text)", [{"text": TEXT}] * 100)


@contextmanager
def at_a_checkpoint(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the lock of SQLite's checkpoints, a byte of the -shm file, while the block runs."""
    hold = "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX, 1, 121); print(1)"
    command = [sys.executable, "-c", f"{hold}; sys.stdout.flush(); sys.stdin.read()", f"{path}-shm"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "1\n"
        try:
            yield other
        finally:
            other.kill()


def pages_of(path: Path) -> int:
    return path.stat().st_size // PAGE


def log_of(path: Path) -> int:
    return pages_of(path.with_name(path.name + "-wal"))


def test_a_log_of_a_thousand_pages_is_carried_over_without_another_commit(path: Path, database: SqliteDatabase) -> None:
    fill(database, PAGES + 200)
    until = time.monotonic() + 10
    while pages_of(path) < PAGES - 200:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_log_is_not_carried_over_early_while_much_is_written(path: Path, database: SqliteDatabase) -> None:
    with database.relaxed_durability():
        fill(database, PAGES_MAX - 1000)
        time.sleep(0.2)
        assert pages_of(path) < 10
    assert pages_of(path) > PAGES_MAX - 1000


@pytest.mark.parametrize("is_bulk", [False, True])
def test_a_log_does_not_grow_beyond_its_most(path: Path, database: SqliteDatabase, is_bulk: bool) -> None:
    if is_bulk:
        with database.relaxed_durability():
            fill(database, PAGES_MAX * 2)
    else:
        fill(database, PAGES_MAX * 2)
    assert log_of(path) < PAGES_MAX * 1.2


def test_a_reader_who_stays_keeps_the_log_and_nobody_from_writing(path: Path, database: SqliteDatabase) -> None:
    with database.read() as tx:
        assert tx.one("SELECT count(*) FROM things") == (0,)
        fill(database, PAGES_MAX)
        assert log_of(path) >= PAGES_MAX
        assert tx.one("SELECT count(*) FROM things") == (0,)
    fill(database, PAGES_MAX)
    assert log_of(path) < PAGES_MAX * 1.5
    with database.read() as tx:
        assert tx.one("SELECT count(*) FROM things") == (PAGES_MAX * 2,)


@pytest.mark.slow
def test_commits_succeed_while_another_process_is_at_a_checkpoint(path: Path, database: SqliteDatabase) -> None:
    with at_a_checkpoint(path):
        fill(database, PAGES_MAX + 500)
        assert log_of(path) > PAGES_MAX
        assert pages_of(path) < 10
    fill(database, 200)
    assert log_of(path) < PAGES_MAX * 1.5
    with database.read() as tx:
        assert tx.one("SELECT count(*) FROM things") == (PAGES_MAX + 700,)


@pytest.mark.slow
def test_the_end_of_much_writing_waits_for_another_process_at_a_checkpoint(
    path: Path, database: SqliteDatabase
) -> None:
    with at_a_checkpoint(path) as other:
        threading.Timer(0.3, other.kill).start()
        with database.relaxed_durability():
            fill(database, 100)
        assert other.wait(5) is not None
        assert pages_of(path) > 100


def test_a_database_that_closed_leaves_no_log(path: Path, database: SqliteDatabase) -> None:
    fill(database, PAGES * 2)
    database.close()
    assert not path.with_name(path.name + "-wal").exists()
    assert pages_of(path) > PAGES * 2


FULL = """
import resource, signal, sys
from coterie.errors import Unavailable
from coterie.settings import load_settings
from coterie.store.sqlite.database import SqliteDatabase
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database = SqliteDatabase(sys.argv[1], load_settings({}, data=sys.argv[2]))
try:
    with database.relaxed_durability():
        for _ in range(20):
            with database.write() as tx:
                tx.execute_many("INSERT INTO things (text) VALUES (:text)", [{"text": "x" * 7_000}] * 50)
        # files of this process may no longer grow, as on a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
except Unavailable as error:
    print(error.message)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
with database.read() as tx:
    print(tx.one("SELECT count(*) FROM things")[0])
"""


@pytest.mark.slow
def test_a_disk_that_is_full_at_the_end_of_bulk_work_is_said_and_loses_nothing(
    path: Path, database: SqliteDatabase
) -> None:
    command = [sys.executable, "-c", FULL, str(path), str(path.parent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["The disk is full or not writable", "1000"], done.stderr
    with database.read() as tx:
        assert tx.one("SELECT count(*) FROM things") == (1000,)


def test_an_emptied_log_holds_nothing_and_a_reader_prevents_it(path: Path, database: SqliteDatabase) -> None:
    log = Path(f"{path}-wal")
    fill(database, 100)
    began = time.monotonic()
    with database.read() as tx:
        tx.one("SELECT 1 FROM things")
        with database.write() as writing:
            writing.run("DELETE FROM things WHERE id = 1")
        assert database.empty_log() is False
    assert time.monotonic() - began < 5, "writers would have waited for the reader"
    assert log.stat().st_size > 0
    assert database.empty_log() is True
    assert log.stat().st_size == 0
    fill(database, 100)
    with database.read() as tx:
        assert tx.one("SELECT count(*) FROM things") == (199,)
