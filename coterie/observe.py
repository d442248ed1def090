"""What an operator sees: structured logs, a line for each request, Prometheus metrics.

No log line and no metric holds a path's parameters, a query, a body or a token: routes are named by their template.
A request's line and numbers are kept cheap (a list and a dictionary on the loop's thread), because a general logging
pipeline costs a fifth of the requests a process can answer.
"""

import asyncio
import itertools
import os
import sys
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from coterie.model import times

# structlog takes Rich along for coloured output, which is never used here: 5 MB and 60 ms of every process
_hides_rich = "structlog" not in sys.modules and "rich" not in sys.modules
if _hides_rich:
    sys.modules["rich"] = None  # type: ignore[assignment]
import structlog  # noqa: E402

if _hides_rich:
    del sys.modules["rich"]

if TYPE_CHECKING:
    from prometheus_client.core import Metric

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
FLUSH_SECONDS = 0.1
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
_numbers = itertools.count(1)
_process = os.urandom(5).hex()
log = structlog.get_logger()


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """One JSON object a line on standard error, from the given level up."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(
                serializer=lambda event, **_: msgspec.json.encode(event, enc_hook=str).decode()
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS.get(level, 20)),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def request_id_of(headers: Mapping[bytes, bytes]) -> str:
    """The id a request brought (up to 64 letters, digits and hyphens), or one unique to the process and counted in
    it."""
    given = headers.get(b"x-request-id", b"")
    if 0 < len(given) <= 64 and given.replace(b"-", b"").isalnum():
        return given.decode("ascii")
    return f"{_process}-{next(_numbers):x}"


class RequestLog:
    """The lines of requests, written together a few times a second."""

    def __init__(self, is_on: bool, stream: Any = None) -> None:
        self._is_on = is_on
        self._stream = stream or sys.stderr
        self._lines: list[dict[str, Any]] = []

    def add(self, line: dict[str, Any]) -> None:
        """One request; must be called on the event loop."""
        if not self._is_on:
            return
        if not self._lines:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        self._lines.append(line)

    def flush(self) -> None:
        """Write what is waiting."""
        lines, self._lines = self._lines, []
        if lines:
            self._stream.write("".join(msgspec.json.encode(line).decode() + "\n" for line in lines))
            self._stream.flush()


class RequestMetrics:
    """Counts and durations of requests, by method, route and status: a collector for prometheus_client's registry."""

    def __init__(self) -> None:
        # (method, route, status) -> [count in each bucket and beyond, …, sum of seconds]
        self._numbers: dict[tuple[str, str, int], list[float]] = {}

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request."""
        key = (method, route, status)
        numbers = self._numbers.get(key)
        if numbers is None:
            numbers = self._numbers[key] = [0.0] * (len(BUCKETS) + 2)
        numbers[bisect_left(BUCKETS, seconds)] += 1
        numbers[-1] += seconds

    def describe(self) -> list["Metric"]:
        """Nothing is known before there was a request."""
        return []

    def collect(self) -> Iterator["Metric"]:
        """The families prometheus_client asks for."""
        from prometheus_client.core import (  # lazy: 3 MB, and the worker has no use for it
            CounterMetricFamily,
            HistogramMetricFamily,
        )

        requests = CounterMetricFamily("coterie_requests", "Requests answered.", labels=("method", "route", "status"))
        seconds = HistogramMetricFamily(
            "coterie_request_seconds", "How long requests took.", labels=("method", "route", "status")
        )
        for (method, route, status), numbers in list(self._numbers.items()):
            labels = (method, route, str(status))
            requests.add_metric(labels, sum(numbers[:-1]))
            seconds.add_metric(labels, list(_cumulative(numbers[:-1])), numbers[-1])
        yield requests
        yield seconds


def note_request(
    requests: RequestLog,
    metrics: RequestMetrics,
    *,
    method: str,
    route: str,
    status: int,
    started: float,
    request_id: str,
) -> None:
    """One request that was answered: its line and its numbers. started: when it came, on the performance counter."""
    seconds = time.perf_counter() - started
    metrics.add(method, route, status, seconds)
    requests.add(
        {
            "event": "request",
            "method": method,
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 2),
            "request_id": request_id,
            "timestamp": times.now(),
        }
    )


class Observed:
    """An ASGI application of one route whose requests are logged and counted as those of the contracts are.

    An error it does not answer is logged under the request's id, which every answer names, and answered with 500.
    """

    def __init__(self, application: Application, route: str, requests: RequestLog, metrics: RequestMetrics) -> None:
        self._application = application
        self._route = route
        self._requests = requests
        self._metrics = metrics

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        started, status = time.perf_counter(), 0
        request_id = request_id_of(dict(scope["headers"]))

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._application(scope, receive, answer)
        except Exception as error:
            log.error("unexpected error", request_id=request_id, exc_info=error)
            if status:
                raise  # it began to answer: all that is left is to break off
            await answer({"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        finally:
            method = scope["method"] if scope["method"] in METHODS else "(other)"
            note_request(
                self._requests, self._metrics, method=method, route=self._route, status=status or 500,
                started=started, request_id=request_id,
            )  # fmt: skip


def _cumulative(counts: Iterable[float]) -> Iterator[tuple[str, float]]:
    bounds = [*map(str, BUCKETS), "+Inf"]
    return zip(bounds, itertools.accumulate(counts), strict=True)
