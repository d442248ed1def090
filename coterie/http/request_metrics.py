"""Counts and durations of requests, of all web processes of an instance together.

Each process writes its numbers to a file of their common folder, at most once a second, and adds those of the others
when it is asked. The file of a process that ended stays until `coterie serve` starts again: counters never go back.
"""

import asyncio
import itertools
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from prometheus_client.core import Metric

WRITE_SECONDS = 1.0
# upper bounds of the histogram, in seconds
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
Key = tuple[str, str, int]
_FILE = msgspec.json.Decoder(list[tuple[str, str, int, list[float]]])


class RequestMetrics:
    """Counts and durations by method, route and status: a collector for prometheus_client's registry.

    folder: of all web processes of the instance; None if this is the only one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        # the count of each bucket, of those above, and the sum of seconds
        self._numbers: dict[Key, list[float]] = {}
        self._file = folder / f"{os.getpid()}-{os.urandom(4).hex()}.json" if folder else None
        self._is_written = True

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts one request. With a folder, it must be called on the event loop."""
        key = (method, route, status)
        numbers = self._numbers.get(key)
        if numbers is None:
            numbers = self._numbers[key] = [0.0] * (len(BUCKETS) + 2)
        numbers[bisect_left(BUCKETS, seconds)] += 1
        numbers[-1] += seconds
        if self._file and self._is_written:
            self._is_written = False
            asyncio.get_running_loop().call_later(WRITE_SECONDS, self.flush)

    def flush(self) -> None:
        """Writes the counts since the last flush, for the other processes."""
        if self._file is None or self._is_written:
            return
        self._is_written = True
        part = self._file.with_suffix(".part")
        try:
            part.write_bytes(msgspec.json.encode([(*key, numbers) for key, numbers in self._numbers.items()]))
            part.replace(self._file)
        except OSError:  # a full disk, or a deleted folder: the next request tries again
            pass

    def describe(self) -> list["Metric"]:
        """Empty, so that prometheus_client does not call collect() when it registers this."""
        return []

    def collect(self) -> Iterator["Metric"]:
        """The two families of metrics."""
        from prometheus_client.core import (  # lazy: 3 MB that the worker does not need
            CounterMetricFamily,
            HistogramMetricFamily,
        )

        labels = ("method", "route", "status")
        requests = CounterMetricFamily("coterie_requests", "Requests answered.", labels=labels)
        durations = HistogramMetricFamily("coterie_request_seconds", "How long requests took.", labels=labels)
        for (method, route, status), numbers in self._all().items():
            values = (method, route, str(status))
            requests.add_metric(values, sum(numbers[:-1]))
            durations.add_metric(values, list(_cumulative(numbers[:-1])), numbers[-1])
        yield requests
        yield durations

    def _all(self) -> dict[Key, list[float]]:
        """The numbers of all processes, added up."""
        sums = {key: list(numbers) for key, numbers in list(self._numbers.items())}
        for path in self._file.parent.glob("*.json") if self._file else ():
            if path != self._file:
                for key, numbers in _read(path):
                    before = sums.get(key, [0.0] * len(numbers))
                    sums[key] = [one + other for one, other in zip(before, numbers, strict=True)]
        return sums


def _read(path: Path) -> list[tuple[Key, list[float]]]:
    try:
        rows = _FILE.decode(path.read_bytes())
    except (OSError, ValueError):
        return []
    return [((method, route, status), numbers) for method, route, status, numbers in rows]


def _cumulative(counts: Iterable[float]) -> Iterator[tuple[str, float]]:
    bounds = [*map(str, BUCKETS), "+Inf"]
    return zip(bounds, itertools.accumulate(counts), strict=True)
