"""A connection of a web process: uvicorn's, with limits of what a client may send and how long it may take.

uvicorn bounds neither headers nor time, and its limit_concurrency rejects new clients in favor of idle ones. Here:

- The head of a request has 64 KB and 10 seconds.
- Beyond the limit of connections, a new one takes the place of the one that has waited for its client for longest.
  If none waits, the new one is answered with 503.
- A client that reads less than 1 KB/s of a response is disconnected.

http/body.py limits bodies.
"""

import asyncio
import resource
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 65_536
HEAD_SECONDS_MAX = 10.0
# what a client may send between two pieces of a body: sizes of chunks, trailers
FRAMING_BYTES_MAX = 65_536
# after a response that did not wait for the whole body
REST_SECONDS_MAX = 30.0
SEND_SECONDS = 30.0
SEND_BYTES_MIN = 30 * 1024
CONNECTIONS_MAX = 1000
# file descriptors for everything but connections
OTHER_FILES = 100
RETRY_SECONDS = 5
_STATUSES = {400: b"400 Bad Request", 431: b"431 Request Header Fields Too Large", 503: b"503 Service Unavailable"}


class _HeadTooLarge(Exception):
    pass


class Protocol(HttpToolsProtocol):
    """One connection."""

    connections_max = CONNECTIONS_MAX

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._is_in_head = True
        self._head_bytes = 0
        self._framing_bytes = 0
        self._is_too_large = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._send_timer: asyncio.TimerHandle | None = None
        self._begun_at = self.loop.time()
        self._idle_since: float | None = self._begun_at

    # Connections --------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.connections_max and not self._evict():
            self._respond(503, "Too many connections; try again later")
            return
        self._start_head_timer(HEAD_SECONDS_MAX)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        self._stop_send_timer()
        super().connection_lost(exc)

    def _evict(self) -> bool:
        """Ends the connection that has waited for its client for longest; whether there is one."""
        others = [each for each in self.connections if isinstance(each, Protocol) and not each.transport.is_closing()]
        waiting = [(since, id(each), each) for each in others if (since := each.waiting_since()) is not None]
        waiting = [entry for entry in waiting if entry[2] is not self]
        if not waiting:
            return False
        oldest = min(waiting)[2]
        oldest.transport.abort()
        self.connections.discard(oldest)
        return True

    def waiting_since(self) -> float | None:
        """Since when it waits for a request, or for over 10 seconds for the rest of a body; None if it does not."""
        if self._idle_since is not None:
            return self._idle_since
        is_slow = self.cycle is not None and self.cycle.more_body and self.loop.time() - self._begun_at > 10.0
        return self._begun_at if is_slow else None

    # Requests -----------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._framing_bytes += len(data)
        if self._is_in_head:
            self._head_bytes += len(data)
        if self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._start_head_timer(HEAD_SECONDS_MAX if self._is_in_head else REST_SECONDS_MAX)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._is_in_head and self._head_bytes > HEAD_BYTES_MAX:
            self._is_too_large = bool(self.headers)
            self.send_400_response("Invalid HTTP request received.")
        elif not self._is_in_head and self._framing_bytes > FRAMING_BYTES_MAX:
            self.send_400_response("Invalid HTTP request received.")

    def on_headers_complete(self) -> None:
        # _head_bytes includes what came in one piece with the head, such as a body
        if self._head_bytes > HEAD_BYTES_MAX and sum(len(n) + len(v) for n, v in self.headers) > HEAD_BYTES_MAX:
            self._is_too_large = True
            # the parser turns it into its own error, for which uvicorn calls send_400_response
            raise _HeadTooLarge
        self._stop_head_timer()
        self._is_in_head, self._head_bytes, self._framing_bytes = False, 0, 0
        self._idle_since, self._begun_at = None, self.loop.time()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._framing_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_in_head, self._head_bytes, self._framing_bytes = True, 0, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.pipeline and (self.cycle is None or self.cycle.response_complete):
            self._idle_since = self.loop.time()

    def _start_head_timer(self, seconds: float) -> None:
        self._head_timer = self.loop.call_later(seconds, self.transport.abort)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    # Responses ----------------------------------------------------------------------------------------------------

    def send_400_response(self, msg: str) -> None:
        """Called for anything that is not HTTP/1.1, has a URL of more than 64 KB, or a head that is too large."""
        if self._is_too_large:
            self._respond(431, f"The headers are larger than {HEAD_BYTES_MAX} bytes")
        else:
            self._respond(400, msg)

    def _respond(self, status: int, message: str) -> None:
        """In the error format that all contracts share; then the connection ends."""
        body = msgspec.json.encode({"error": message})
        retry = b"retry-after: %d\r\n" % RETRY_SECONDS if status == 503 else b""
        self.transport.write(
            b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%bconnection: close\r\n\r\n%b"
            % (_STATUSES[status], len(body), retry, body)
        )
        self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._start_send_timer(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._stop_send_timer()
        super().resume_writing()

    def _start_send_timer(self, unsent: int) -> None:
        self._stop_send_timer()
        self._send_timer = self.loop.call_later(SEND_SECONDS, self._check_sending, unsent)

    def _check_sending(self, unsent: int) -> None:
        """Ends the connection if the client has read too little since `unsent` bytes were left."""
        now_unsent = self.transport.get_write_buffer_size()
        if unsent - now_unsent < SEND_BYTES_MIN:
            self.transport.abort()
        else:
            self._start_send_timer(now_unsent)

    def _stop_send_timer(self) -> None:
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None


def limit_connections(maximum: int) -> None:
    """Sets the limit of this process, at most what its limit of open files allows, which is raised as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = maximum + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        maximum = max(min(maximum, soft - OTHER_FILES), 1)
    Protocol.connections_max = maximum
