"""Threads for searches: few in all, fewer for one organization, so that costly searches delay no other work."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from coterie.store.database import T

THREADS = 3
ORGANIZATION_MAX = 2
# the deadline of a search
SECONDS = 2.0


class Searches:
    """The searches of one database in one process."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="search")
        # of the organizations that are searching now: the rest would grow without end
        self._turns: dict[int, asyncio.Semaphore] = {}
        self._users: dict[int, int] = {}

    async def run(self, organization_id: int, search: Callable[[], T]) -> T:
        """The result of search(), which runs in a thread once it is the organization's turn."""
        turn = self._turns.setdefault(organization_id, asyncio.Semaphore(ORGANIZATION_MAX))
        self._users[organization_id] = self._users.get(organization_id, 0) + 1
        try:
            async with turn:
                return await asyncio.get_running_loop().run_in_executor(self._threads, search)
        finally:
            self._users[organization_id] -= 1
            if not self._users[organization_id]:
                del self._turns[organization_id], self._users[organization_id]

    def close(self) -> None:
        """Waits for running searches, then ends the threads."""
        self._threads.shutdown(wait=True)
