"""Writes that no response waits for: once at a time by their key, none fails a request, and a stop waits for them."""

import asyncio
import threading

from coterie.errors import Unavailable
from coterie.http.background import BackgroundWrites, is_this_hour
from coterie.store.database import Database, Tx


def test_a_write_of_a_key_runs_once_at_a_time_and_a_stop_waits_for_it(database: Database) -> None:
    done: list[str] = []
    begun = threading.Event()

    def save(tx: Tx) -> None:
        begun.wait(5)
        done.append("saved")

    async def run() -> None:
        writes = BackgroundWrites(database)
        await writes.started()
        await writes.stopped()
        for _ in range(3):
            writes.start(save, "token")
            await asyncio.sleep(0)
        begun.set()
        await writes.stopped()
        assert done == ["saved"]
        writes.start(save, "token")
        await asyncio.sleep(0)
        await writes.stopped()

    asyncio.run(run())
    assert done == ["saved", "saved"]


def test_a_write_that_fails_is_skipped(database: Database) -> None:
    done: list[str] = []

    def fail(tx: Tx) -> None:
        raise Unavailable("The disk is full")

    async def run() -> None:
        writes = BackgroundWrites(database)
        await writes.started()
        for work in (fail, fail, lambda tx: done.append("saved")):
            writes.start(work, "device")
            await asyncio.sleep(0)
            await writes.stopped()

    asyncio.run(run())
    assert done == ["saved"]


def test_a_last_use_is_saved_once_an_hour() -> None:
    now = "2026-11-30T09:59:59.000000Z"
    assert is_this_hour("2026-11-30T09:00:00.000000Z", now)
    assert not is_this_hour("2026-11-30T08:59:59.999999Z", now)
    assert not is_this_hour(None, now)
