"""Requests as an operator sees them: an id, a log line and Prometheus metrics for each.

No line and no metric holds a path's parameters, a query, a body or a token: a route is named by its template. Both are
a list and a dictionary on the event loop's thread, because the logging module would cost a fifth of the requests a
process can answer.
"""

import asyncio
import itertools
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO

import msgspec

from coterie.http.asgi import Application, Headers, Message, Receive, Scope, Send, client_of, headers_of
from coterie.http.request_metrics import RequestMetrics
from coterie.model import times

FLUSH_SECONDS = 0.1
# of a request that was cancelled before its response began, as nginx counts a client that left
CANCELLED = 499
REQUEST_ID_LENGTH_MAX = 64
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_numbers = itertools.count(1)
_process = os.urandom(5).hex()
log = logging.getLogger(__name__)


def read_request_id(headers: Headers) -> str:
    """The X-Request-Id of the client (up to 64 letters, digits and hyphens), or a new one: the process and a number."""
    given = headers.get(b"x-request-id", b"")
    if 0 < len(given) <= REQUEST_ID_LENGTH_MAX and given.replace(b"-", b"").isalnum():
        return given.decode("ascii")
    return f"{_process}-{next(_numbers):x}"


class RequestLog:
    """Collects the log lines of requests and writes them a few times a second."""

    def __init__(self, is_on: bool, stream: TextIO | None = None) -> None:
        self._is_on = is_on
        self._stream = stream or sys.stderr
        self._lines: list[dict[str, Any]] = []

    def add(self, line: dict[str, Any]) -> None:
        """Must be called on the event loop."""
        if not self._is_on:
            return
        if not self._lines:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        self._lines.append(line)

    def flush(self) -> None:
        """Writes the lines collected so far."""
        lines, self._lines = self._lines, []
        if lines:
            self._stream.write("".join(msgspec.json.encode(line).decode() + "\n" for line in lines))
            self._stream.flush()


class RequestRecorder:
    """Logs and counts every answered request. metrics_folder: as RequestMetrics."""

    def __init__(self, *, log_requests: bool, stream: TextIO | None = None, metrics_folder: Path | None = None) -> None:
        self.metrics = RequestMetrics(metrics_folder)
        self._log = RequestLog(log_requests, stream)

    def record(self, *, method: str, route: str, status: int, started: float, request_id: str, client: str) -> None:
        """started: time.perf_counter() when the request arrived. client: its network address. Must be called on the
        event loop."""
        seconds = time.perf_counter() - started
        self.metrics.add(method, route, status, seconds)
        self._log.add(
            {
                "event": "request",
                "method": method,
                "route": route,
                "status": status,
                "milliseconds": round(seconds * 1000, 2),
                "request_id": request_id,
                "client": client,
                "level": "info",
                "timestamp": times.now(),
            }
        )

    def flush(self) -> None:
        """Writes the log lines and numbers collected so far."""
        self._log.flush()
        self.metrics.flush()


class RecordedApp:
    """Wraps the ASGI application of one route: records its requests, adds X-Request-Id, answers its faults with 500.

    The application finds the id as scope["request_id"]. An exception of it is logged under the id. If the response has
    already begun, the exception is raised again and the server closes the connection.
    """

    def __init__(self, application: Application, route: str, recorder: RequestRecorder) -> None:
        self._application = application
        self._route = route
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status = time.perf_counter(), 0
        request_id = scope["request_id"] = read_request_id(headers_of(scope))

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._application(scope, receive, send_with_id)
        except asyncio.CancelledError:
            status = status or CANCELLED
            raise
        except Exception as error:
            log.error("unexpected error", extra={"request_id": request_id}, exc_info=error)
            if status:
                raise
            await send_with_id({"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        finally:
            method = scope["method"] if scope["method"] in METHODS else "(other)"
            self._recorder.record(
                method=method,
                route=self._route,
                status=status or 500,
                started=started,
                request_id=request_id,
                client=client_of(scope),
            )
