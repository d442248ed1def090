"""Who called within the last seconds: for writes, which check their credentials again in their own transaction.

After each write of any process, a connection that reads has to load its pages again: to look for the caller before the
transaction too would cost more than looking within it. What is here may have been revoked in the meantime, so nothing
may be shown or changed for it before the second look.
"""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

SECONDS, REMEMBERED_MAX = 10.0, 1_000
T = TypeVar("T")


class Recent(Generic[T]):
    """Callers by their credentials, of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # credentials -> (the caller, until when it is recent)
        self._found: dict[Hashable, tuple[T, float]] = {}

    def find(self, credentials: Hashable) -> T | None:
        """The caller that was found within the last 10 seconds."""
        entry = self._found.get(credentials)
        return entry[0] if entry is not None and self._clock() < entry[1] else None

    def remember(self, credentials: Hashable, caller: T) -> None:
        """Remembers a caller that was found just now."""
        if len(self._found) >= REMEMBERED_MAX:
            self._found.clear()
        self._found[credentials] = caller, self._clock() + SECONDS

    def forget(self, credentials: Hashable) -> None:
        """Forgets a caller whose credentials were not accepted again."""
        self._found.pop(credentials, None)
