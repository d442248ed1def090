"""Writes that no response waits for: when a token, a session, a device or a calendar feed was last used."""

import asyncio
from contextlib import suppress

from coterie.errors import CoterieError
from coterie.store.database import Database, Work

STOP_SECONDS = 5.0
# a last use is saved once an hour: the first 13 characters of a moment
_HOUR = 13


def is_this_hour(used_at: str | None, now: str) -> bool:
    """Whether a last use was saved in the hour of a moment."""
    return used_at is not None and used_at[:_HOUR] == now[:_HOUR]


class BackgroundWrites:
    """The writes of one process. One that fails is skipped: no request fails for it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: set[str] = set()

    async def started(self) -> None:
        """Must be awaited once on the event loop of the application."""
        self._loop = asyncio.get_running_loop()

    async def stopped(self) -> None:
        """Waits up to 5 seconds for the writes that are running."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)

    def start(self, work: Work[None], key: str = "") -> None:
        """Starts a write, from any thread. With a key, only if no other of this key is running."""
        if key and key in self._running:
            return
        self._running.add(key)
        self._loop.call_soon_threadsafe(self._start, work, key)

    def _start(self, work: Work[None], key: str) -> None:
        task = self._loop.create_task(self._run(work, key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, work: Work[None], key: str) -> None:
        try:
            with suppress(CoterieError):
                await self._database.run_write(work)
        finally:
            self._running.discard(key)
