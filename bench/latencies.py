"""Latencies of requests in milliseconds, and their percentiles."""

import http.client
import time
from collections.abc import Sequence

from bench.processes import Server
from bench.table import Row, at_most


class TimedClient:
    """One kept-alive connection; requests go out one after another."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._headers = server.headers

    def milliseconds(self, path: str) -> float:
        """The time from a GET to the end of its response. Raises RuntimeError for any status but 200."""
        started = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"status {response.status} for {path}")
        return (time.perf_counter() - started) * 1000

    def close(self) -> None:
        self._connection.close()


def percentile(latencies: Sequence[float], percent: int) -> float:
    """The smallest latency that this share of all does not exceed."""
    ordered = sorted(latencies)
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]


def latency_rows(group: str, name: str, latencies: Sequence[float], bar: float | None = None) -> list[Row]:
    """The rows of p50 and p95; the bar is for p95."""
    p50, p95 = percentile(latencies, 50), percentile(latencies, 95)
    median = Row(group, f"{name}: p50 of {len(latencies):,}", f"{p50:,.1f} ms")
    return [median, at_most(group, f"{name}: p95", p95, bar, " ms")]
