"""Passwords are checked a few at a time, beside the database."""

import asyncio
import os
import subprocess
import sys
import threading

import pytest

from coterie.errors import TooOften
from coterie.http.password_checks import NICENESS, QUEUE_MAX, THREADS, check_in_thread
from coterie.store.database import Database


def test_beyond_a_short_queue_logins_are_refused_at_once_and_the_database_stays_free(database: Database) -> None:
    continued = threading.Event()
    running: list[int] = []

    def check() -> bool:
        running.append(1)
        return continued.wait(20)

    async def scene() -> list[bool | BaseException]:
        checks = [asyncio.ensure_future(check_in_thread(check)) for _ in range(QUEUE_MAX + 30)]
        while len(running) < THREADS:
            await asyncio.sleep(0.01)
        refused = [each for each in checks if each.done()]
        assert len(refused) == 30
        assert len(running) == THREADS
        # more of them at once than the database has threads
        reads = [database.run_slow(lambda tx: tx.one("SELECT 1")) for _ in range(10)]
        assert await asyncio.wait_for(asyncio.gather(*reads), 10) == [(1,)] * 10
        continued.set()
        return await asyncio.gather(*checks, return_exceptions=True)

    results = asyncio.run(scene())
    assert results.count(True) == QUEUE_MAX
    assert [type(result) for result in results if result is not True] == [TooOften] * 30
    assert asyncio.run(check_in_thread(lambda: True))


def test_a_check_gives_way_to_other_work() -> None:
    def check() -> bool:
        niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        return niceness == NICENESS if sys.platform == "linux" else True

    assert asyncio.run(check_in_thread(check))
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) < NICENESS


SANDBOX = """
import asyncio, ctypes, os, platform
from coterie.http.password_checks import check_in_thread

# https://docs.kernel.org/userspace-api/seccomp_filter.html: setpriority gets EPERM, as below a unit of systemd
CALL = {"x86_64": 141, "aarch64": 140}[platform.machine()]
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2

class Step(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint)]

class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.POINTER(Step))]

steps = (Step * 4)((0x20, 0, 0, 0), (0x15, 0, 1, CALL), (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000))
prctl = ctypes.CDLL(None, use_errno=True).prctl
assert prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
assert prctl(SET_SECCOMP, FILTER, ctypes.byref(Program(4, steps)), 0, 0) == 0
try:
    os.setpriority(os.PRIO_PROCESS, 0, 1)
except PermissionError:
    print(asyncio.run(check_in_thread(lambda: "checked")))
"""


@pytest.mark.slow
def test_a_sandbox_that_forbids_a_lower_priority_lets_people_sign_in() -> None:
    done = subprocess.run([sys.executable, "-c", SANDBOX], check=False, capture_output=True, text=True)
    assert done.stdout == "checked\n", done.stderr
