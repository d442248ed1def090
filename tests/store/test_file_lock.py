"""Processes that write to one SQLite file: they queue for the lock, nobody is refused, nothing is lost."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from coterie.settings import load_settings
from coterie.store.database import Database, open_database
from coterie.store.sqlite.lock import WriteLock

pytestmark = pytest.mark.slow

CLIENTS, TIMES, BATCHES = 32, 20, 60
# a web process: many clients, each adding one and then again
WEB = """
import asyncio, sys
from coterie.settings import load_settings
from coterie.store.database import open_database
database = open_database(load_settings({}, data=sys.argv[1]))

def add(tx):
    tx.run("UPDATE totals SET value = value + 1 WHERE name = 'web'")
    tx.run("INSERT INTO steps (process) VALUES (:process)", {"process": sys.argv[2]})

async def client():
    for _ in range(int(sys.argv[4])):
        await database.run_write(add)

async def main():
    await asyncio.gather(*[client() for _ in range(int(sys.argv[3]))])

asyncio.run(main())
database.close()
"""
# the worker: batches of some milliseconds, one after another
WORKER = """
import sys
from coterie.settings import load_settings
from coterie.store.database import open_database
database = open_database(load_settings({}, data=sys.argv[1]))
for _ in range(int(sys.argv[2])):
    with database.write() as tx:
        for _ in range(100):
            tx.run("UPDATE totals SET value = value + 1 WHERE name = 'worker'")
database.close()
"""

# holds the lock, again and again: each time until another writer waits
GREEDY = """
import sys, time
from pathlib import Path
from coterie.store.sqlite.lock import WriteLock
lock, turns = WriteLock(sys.argv[1]), Path(sys.argv[2])
while True:
    with lock.hold():
        with turns.open("a") as file:
            file.write("x")
        while not lock.is_waited_for():
            time.sleep(0.001)
"""


def test_64_writers_of_two_processes_beside_a_worker_lose_nothing_and_none_is_refused(tmp_path: Path) -> None:
    database = open_database(load_settings({}, data=str(tmp_path)))
    with database.write() as tx:
        tx.run("CREATE TABLE totals (name TEXT PRIMARY KEY, value BIGINT NOT NULL)")
        tx.run("CREATE TABLE steps (id INTEGER PRIMARY KEY, process TEXT NOT NULL)")
        tx.run("INSERT INTO totals VALUES ('web', 0), ('worker', 0)")
    web = [[WEB, str(tmp_path), name, str(CLIENTS), str(TIMES)] for name in ("a", "b")]
    processes = [
        subprocess.Popen([sys.executable, "-c", *arguments], stderr=subprocess.PIPE, text=True)
        for arguments in [*web, [WORKER, str(tmp_path), str(BATCHES)]]
    ]
    for process in processes:
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (0, "")
    with database.read() as tx:
        assert tx.all("SELECT name, value FROM totals ORDER BY name") == [
            ("web", 2 * CLIENTS * TIMES),
            ("worker", BATCHES * 100),
        ]
        assert tx.all("SELECT process, count(*) FROM steps GROUP BY process ORDER BY process") == [
            ("a", CLIENTS * TIMES),
            ("b", CLIENTS * TIMES),
        ]
    database.close()


def test_a_writer_that_is_killed_lets_the_others_on_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    database = open_database(load_settings({}, data=str(tmp_path)))
    with database.write() as tx:
        tx.run("CREATE TABLE totals (name TEXT PRIMARY KEY, value BIGINT NOT NULL)")
        tx.run("INSERT INTO totals VALUES ('worker', 0)")
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path), "100000"])
        before = _total(database)
        while _total(database) == before:
            time.sleep(0.01)
        process.kill()
        process.wait()
        with database.write() as tx:
            tx.run("UPDATE totals SET value = value + 0")
        assert _total(database) % 100 == 0
    database.close()


def test_a_holder_sees_that_another_process_waits_and_not_that_one_waited_before(tmp_path: Path) -> None:
    database = open_database(load_settings({}, data=str(tmp_path)))
    with database.write() as tx:
        tx.run("CREATE TABLE totals (name TEXT PRIMARY KEY, value BIGINT NOT NULL)")
        assert not tx.is_waited_for()
        process = subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path), "1"])
        until = time.monotonic() + 20
        while not tx.is_waited_for():
            assert time.monotonic() < until
            time.sleep(0.01)
    assert process.wait(timeout=20) == 0
    with database.write() as tx:
        assert not tx.is_waited_for()
    database.close()


@pytest.mark.parametrize("is_process", [True, False])
def test_a_writer_waits_for_one_transaction_of_a_greedy_one(tmp_path: Path, is_process: bool) -> None:
    path, turns = str(tmp_path / "lock"), tmp_path / "turns"
    turns.touch()
    lock = WriteLock(path)
    is_over = threading.Event()

    def hold_again_and_again() -> None:
        while not is_over.is_set():
            with lock.hold():
                with turns.open("a") as file:
                    file.write("x")
                while not (lock.is_waited_for() or is_over.is_set()):
                    time.sleep(0.001)

    process = subprocess.Popen([sys.executable, "-c", GREEDY, path, str(turns)]) if is_process else None
    thread = threading.Thread(target=hold_again_and_again)
    if not is_process:
        thread.start()
    try:
        for _ in range(20):
            while not turns.stat().st_size:
                time.sleep(0.01)
            before = turns.stat().st_size
            with lock.hold():
                # the one that was running, and one that began before this one waited
                assert turns.stat().st_size - before <= 2
    finally:
        is_over.set()
        if process:
            process.kill()
            process.wait()
        else:
            thread.join()
    lock.close()


@pytest.mark.parametrize("is_process", [True, False])
def test_no_wait_stays_unseen_by_a_holder_that_takes_the_lock_again_at_once(tmp_path: Path, is_process: bool) -> None:
    path = str(tmp_path / "lock")
    lock = WriteLock(path)
    # opened again, it is locked as by another process
    greedy = WriteLock(path) if is_process else lock
    is_over = threading.Event()

    def hold_again_and_again() -> None:
        while not is_over.is_set():
            with greedy.hold():
                while not (greedy.is_waited_for() or is_over.is_set()):
                    time.sleep(0.0001)

    def write() -> None:
        for _ in range(5_000):
            with lock.hold():
                pass

    threads = [threading.Thread(target=work) for work in (hold_again_and_again, write)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        threads[1].join(60)
        assert not threads[1].is_alive()
    finally:
        sys.setswitchinterval(interval)
        is_over.set()
        for thread in threads:
            thread.join()


def _total(database: Database) -> int:
    with database.read() as tx:
        return int((tx.one("SELECT value FROM totals") or (0,))[0])
