"""Limits the requests of each token, and says so in headers (draft-ietf-httpapi-ratelimit-headers).

A bucket for each token and process: it holds the requests of a minute and is refilled steadily. Used on one event loop.
"""

import time
from collections.abc import Callable
from math import ceil

from coterie.errors import TooOften
from coterie.http.asgi import HeaderList
from coterie.model.plurals import count

WINDOW_SECONDS = 60
# full buckets are deleted when there are more
BUCKETS_MAX = 10_000


class RateLimits:
    """The buckets of one process. per_minute: the requests of a token."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = per_minute
        self._per_second = per_minute / WINDOW_SECONDS
        self._clock = clock
        # token hash -> (requests left, at the moment of the last request)
        self._buckets: dict[str, tuple[float, float]] = {}
        self._policy = f'"default";q={per_minute};w={WINDOW_SECONDS}'.encode()

    def take(self, token: str, headers: HeaderList) -> None:
        """Counts a request of a token and adds the headers of its response. Raises TooOften if none is left.

        A request that is refused is not counted, so a client that waits for Retry-After is never refused again.
        """
        now = self._clock()
        left, before = self._buckets.get(token, (float(self._most), now))
        left = min(self._most, left + (now - before) * self._per_second)
        is_refused = left < 1
        if not is_refused:
            left -= 1
        self._buckets[token] = left, now
        wait = max(1, ceil((1 - left) / self._per_second))
        # of a refused one, the moment of Retry-After
        seconds = wait if is_refused else ceil((self._most - left) / self._per_second)
        headers.append((b"ratelimit-policy", self._policy))
        headers.append((b"ratelimit", b'"default";r=%d;t=%d' % (left, seconds)))
        if len(self._buckets) > BUCKETS_MAX:
            self._delete_full(now)
        if is_refused:
            when = count(wait, "second")
            raise TooOften(f"More than {self._most:,} requests in a minute; try again in {when}", wait)

    def _delete_full(self, now: float) -> None:
        """Deletes the buckets that have filled up; if that is not enough, those used longest ago."""
        full = [token for token, (left, at) in self._buckets.items()
                if left + (now - at) * self._per_second >= self._most]  # fmt: skip
        for token in full or sorted(self._buckets, key=lambda token: self._buckets[token][1])[: BUCKETS_MAX // 2]:
            del self._buckets[token]
