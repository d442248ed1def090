"""Requests to one server of address books.

Guarantees. Every request goes through the guard of outgoing requests. The password goes to the host of the user's URL
and to no other; redirects are followed within that host alone. Every response is limited in size and time.
"""

import base64
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from urllib.parse import urljoin, urlsplit

import httpx
from msgspec import Struct

from coterie import outgoing
from coterie.remote.errors import BUSY, RemoteError, TooMuch
from coterie.remote.xml import Multistatus, Reader

USER_AGENT = "Coterie-Subscriptions/1"
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
# for a whole response, because a slow trickle never exceeds the timeout between two pieces
RESPONSE_SECONDS_MAX = 120.0
RESPONSE_BYTES_MAX = 32 * 1024 * 1024
CARD_BYTES_MAX = 12 * 1024 * 1024
REDIRECTS_MAX = 5
XML = "application/xml; charset=utf-8"
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 500, 502, 503, 504, 507)


class Reply(Struct, frozen=True):
    """url: of the resource that responded, after redirects. body: read up to the limit."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    multistatus: Multistatus | None = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def etag(self) -> str | None:
        return self.headers.get("etag") or None


def other_host(url: str) -> RemoteError:
    """The error for a URL that the server names and that is not on its host."""
    return RemoteError(
        "other_host",
        f"The server refers to another host, and the password is not sent there: {url[:500]} . If that"
        " address is right, add a subscription with it",
        is_lasting=True,
    )


class Client:
    """The connection to the host of a URL. Use it as a context manager; one thread at a time.

    should_stop: asked while a response arrives, so that a worker can end.
    """

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        rules: outgoing.Rules,
        *,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.url = url
        credentials = base64.b64encode(f"{username}:{password}".encode()).decode()
        self._authorization = {"Authorization": f"Basic {credentials}"} if username else {}
        self.rules, self.should_stop = rules, should_stop
        self._http = httpx.Client(
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            verify=outgoing.tls(),
            limits=httpx.Limits(max_connections=1),
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        bytes_max: int = RESPONSE_BYTES_MAX,
    ) -> Reply:
        """The response to a request, its redirects followed. url: absolute, or a path of this host.

        Raises RemoteError if there is none, the password is rejected, the server is busy, or a limit is exceeded.
        """
        target = urljoin(self.url, url)
        for _ in range(REDIRECTS_MAX + 1):
            if origin_of(target) != origin_of(self.url):
                raise other_host(target)
            reply = self._send(method, target, body, dict(headers or {}), bytes_max)
            location = reply.headers.get("location")
            if reply.status not in _REDIRECTS or not location:
                return _checked(reply)
            target = urljoin(target, location)
        raise RemoteError("redirects", f"The server redirects more than {REDIRECTS_MAX} times", is_lasting=True)

    def multistatus(self, method: str, url: str, body: bytes, depth: str) -> Reply:
        """The response to a PROPFIND or REPORT. Its status may be any; only a 207 has a multistatus."""
        return self.request(method, url, body=body, headers={"Depth": depth, "Content-Type": XML})

    def _send(self, method: str, url: str, body: bytes, headers: dict[str, str], bytes_max: int) -> Reply:
        headers |= {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **self._authorization}
        try:
            response = outgoing.send(self._http, method, url, self.rules, headers=headers, content=body)
            try:
                return self._read(response, url, bytes_max)
            finally:
                response.close()
        except outgoing.NotAllowed as error:
            message = (
                f"This server may not be called: {error}. Public https:// addresses may; the operator allows others"
            )
            raise RemoteError("not_allowed", f"{message} with COTERIE_OUTGOING_ALLOWED", is_lasting=True) from None
        except httpx.TimeoutException:
            raise RemoteError("unreachable", "The server did not respond in time") from None
        except httpx.HTTPError as error:
            raise RemoteError("unreachable", f"The server cannot be reached: {str(error)[:200]}") from None

    def _read(self, response: httpx.Response, url: str, bytes_max: int) -> Reply:
        if response.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
            raise RemoteError("bad_response", "The server compresses its response although it must not")
        reader = Reader() if response.status_code in (207, 403, 409, 507) else None
        pieces: list[bytes] = []
        count, deadline = 0, time.monotonic() + RESPONSE_SECONDS_MAX
        for piece in response.iter_raw():
            count += len(piece)
            if count > bytes_max:
                raise TooMuch("too_large", f"The server's response is larger than {bytes_max >> 20} MiB")
            if time.monotonic() > deadline or self.should_stop():
                raise RemoteError("too_slow", "The server's response takes too long")
            if response.status_code == 207 and reader is not None:
                reader.feed(piece)
            else:
                pieces.append(piece)
        body = b"".join(pieces)
        result = None
        if response.status_code == 207 and reader is not None:
            result = reader.finish()
        elif reader is not None:
            result = _error_of(reader, body)
        return Reply(response.status_code, url, response.headers, body, result)


def _error_of(reader: Reader, body: bytes) -> Multistatus | None:
    """The elements of an error, if the body has one."""
    try:
        reader.feed(body)
        return reader.finish()
    except RemoteError:
        return None


def _checked(reply: Reply) -> Reply:
    if reply.status == 401:
        raise RemoteError(
            "unauthorized", "The server rejects the user name or password; many servers need an app password",
            is_lasting=True,
        )  # fmt: skip
    if reply.status in _BUSY and not (reply.multistatus and reply.multistatus.error.names):
        seconds = outgoing.read_retry_after(reply.headers.get("retry-after"))
        raise RemoteError(BUSY, f"The server is busy or failing (status {reply.status})", seconds=seconds)
    return reply


def origin_of(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, port
