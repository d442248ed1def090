"""Checks passwords in separate threads, a few at a time and without a database connection.

A check takes a tenth of a second of a core and 64 MB of memory, and anyone on the network can request one. So it must
not use the threads of the database, its queue has a limit, and its threads have a low priority.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from coterie.errors import TooOften

T = TypeVar("T")
THREADS = 2
# beyond these, the last in the queue would wait longer than a second
QUEUE_MAX = 12
RETRY_SECONDS = 2
# the niceness of these threads: while guesses keep them busy, other work gets nearly all of a core it needs
NICENESS = 15


def _lower_priority() -> None:
    """Linux has a niceness for each thread; the threads that argon2 starts inherit it. Elsewhere it would be that of
    the whole process, so it stays. A sandbox may forbid it: passwords are checked all the same."""
    if sys.platform != "linux":
        return
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="passwords", initializer=_lower_priority)
_running = 0


def require_room() -> None:
    """Raises TooOften if too many checks are waiting. Called before anything is read for a check: a flood of guesses
    must not reach the database, and who is turned away has not failed to log in."""
    if _running >= QUEUE_MAX:
        raise TooOften(f"Too many logins at once; try again in {RETRY_SECONDS} seconds", RETRY_SECONDS)


async def check_in_thread(check: Callable[[], T]) -> T:
    """The result of check(). Raises TooOften if too many checks are waiting. Called on one event loop only."""
    global _running
    require_room()
    _running += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool, check)
    finally:
        _running -= 1
