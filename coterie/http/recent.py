"""Callers of the last seconds: for writes, which check their credentials again in their own transaction.

After each write of any process, a connection that reads has to load its pages again: to look for the caller before the
transaction too would cost more than looking within it. What is here may have been revoked in the meantime, so nothing
may be shown or changed for it before the second look.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

SECONDS, REMEMBERED_MAX = 10.0, 1_000
T = TypeVar("T")


class Recent(Generic[T]):
    """Callers by a hash of their credentials, of one process. Any thread may use it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # credentials -> (the caller, until when it is recent), in the order of these moments
        self._found: dict[Hashable, tuple[T, float]] = {}

    def find(self, credentials: Hashable) -> T | None:
        """The caller that was found within the last 10 seconds."""
        with self._lock:
            self._drop_stale()
            entry = self._found.get(credentials)
        return entry[0] if entry is not None else None

    def remember(self, credentials: Hashable, caller: T) -> None:
        """Remembers a caller that was found just now."""
        with self._lock:
            self._drop_stale()
            self._found.pop(credentials, None)
            if len(self._found) >= REMEMBERED_MAX:
                self._found.clear()
            self._found[credentials] = caller, self._clock() + SECONDS

    def forget(self, credentials: Hashable) -> None:
        """Forgets a caller whose credentials were not accepted again."""
        with self._lock:
            self._found.pop(credentials, None)

    def __len__(self) -> int:
        return len(self._found)

    def _drop_stale(self) -> None:
        now = self._clock()
        while self._found:
            oldest = next(iter(self._found))
            if now < self._found[oldest][1]:
                break
            del self._found[oldest]
