"""Threads for costly work: a few in total and fewer per organization, so that it delays no other work."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from coterie.store.database import T


class Turns:
    """The threads for one kind of work in one process. The work of an organization waits for its turn."""

    def __init__(self, name: str, *, threads: int, organization_max: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._organization_max = organization_max
        # of organizations with running work only: the dictionary must not grow without limit
        self._turns: dict[int, asyncio.Semaphore] = {}
        self._users: dict[int, int] = {}

    async def run(self, organization_id: int, work: Callable[[], T]) -> T:
        """The result of work(), which runs in a thread once it is the organization's turn."""
        turn = self._turns.setdefault(organization_id, asyncio.Semaphore(self._organization_max))
        self._users[organization_id] = self._users.get(organization_id, 0) + 1
        try:
            async with turn:
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._users[organization_id] -= 1
            if not self._users[organization_id]:
                del self._turns[organization_id], self._users[organization_id]

    def close(self) -> None:
        """Waits for running work, then ends the threads."""
        self._threads.shutdown(wait=True)
