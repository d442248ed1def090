"""Sends one message to an endpoint: checked, signed, limited in time and size."""

import math
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from coterie import outgoing
from coterie.model import times
from coterie.model.webhooks import USER_AGENT, Attempt, Delivery, Webhook, sign
from coterie.store.secrets import unseal

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
# for the whole request, because a slow trickle never exceeds the timeout between two chunks
SECONDS_MAX = 20.0
ANSWER_BYTES_MAX = 65_536
ANSWER_LENGTH_KEPT = 1000


class Endpoint(Struct, frozen=True):
    """The parts of a webhook that sending needs, unsealed."""

    url: str
    secrets: tuple[str, ...]
    headers: dict[str, str]


def unsealed(webhook: Webhook, folder: Path) -> Endpoint:
    """The endpoint with its secrets: the previous one too, while it is valid. Raises Unavailable as unseal does."""
    sealed = [webhook.secret_sealed]
    if webhook.previous_secret_sealed and (webhook.previous_until or "") > times.now():
        sealed.append(webhook.previous_secret_sealed)
    headers = msgspec.json.decode(unseal(folder, webhook.headers_sealed)) if webhook.headers_sealed else {}
    return Endpoint(webhook.url, tuple(unseal(folder, each) for each in sealed), headers)


class Sender:
    """One connection to one endpoint, used by one thread at a time."""

    def __init__(self) -> None:
        self._client = httpx.Client(
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            verify=outgoing.tls(),
            limits=httpx.Limits(max_connections=1),
        )
        self._socket: Any = None
        self._is_late = False
        self.started: float | None = None

    def send(self, endpoint: Endpoint, delivery: Delivery, rules: outgoing.Rules) -> Attempt:
        """Sends a delivery; every failure is an Attempt too."""
        at, begin = times.now(), time.monotonic()
        self._is_late, self.started = False, begin
        try:
            status, answer, retry_after = self._post(endpoint, delivery, rules)
        except outgoing.NotAllowed as refusal:
            return _attempt(at, begin, error=str(refusal))
        except Exception as error:
            return _attempt(at, begin, error="no response in time" if self._is_late else _reason(error))
        finally:
            self.started = None
        problem = None if 200 <= status < 300 else f"status {status}"
        return _attempt(at, begin, status=status, error=problem, answer=answer, retry_after=retry_after)

    def end_if_late(self) -> None:
        """Ends a request that takes longer than 20 seconds, from another thread."""
        started = self.started
        if started is not None and time.monotonic() - started > SECONDS_MAX:
            self._is_late = True
            self.end()

    def end(self) -> None:
        """Ends the request in flight, from another thread."""
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it has already ended

    def close(self) -> None:
        self._client.close()

    def _post(self, endpoint: Endpoint, delivery: Delivery, rules: outgoing.Rules) -> tuple[int, str, float | None]:
        body, timestamp = (delivery.body or "").encode(), math.floor(time.time())
        headers = {
            **endpoint.headers,
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            "webhook-id": delivery.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": sign(endpoint.secrets, delivery.id, timestamp, body),
        }
        response = outgoing.send(
            self._client, "POST", endpoint.url, rules, headers=headers, content=body, trace=self._see
        )
        try:
            answer = b""
            for chunk in response.iter_raw():
                answer += chunk
                if len(answer) > ANSWER_BYTES_MAX:
                    break
        finally:
            response.close()
        text = answer[: 4 * ANSWER_LENGTH_KEPT].decode("utf-8", "replace")[:ANSWER_LENGTH_KEPT]
        return (
            response.status_code,
            text.replace("\0", ""),
            outgoing.read_retry_after(response.headers.get("retry-after")),
        )

    def _see(self, event: str, info: dict[str, Any]) -> None:
        """Remembers the socket of a new connection (httpcore's extension "trace")."""
        if event == "connection.connect_tcp.complete":
            self._socket = info["return_value"].get_extra_info("socket")


def _attempt(at: str, begin: float, **values: Any) -> Attempt:
    return Attempt(at=at, milliseconds=round((time.monotonic() - begin) * 1000), **values)


_REASONS: Sequence[tuple[type[Exception], str]] = (
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.TimeoutException, "no response in time"),
    (httpx.ConnectError, "no connection"),
    (httpx.RemoteProtocolError, "the response is not HTTP, or was cut off"),
    (httpx.TransportError, "the connection was cut off"),
)


def _reason(error: Exception) -> str:
    text = next((reason for kind, reason in _REASONS if isinstance(error, kind)), type(error).__name__)
    detail = str(error) if isinstance(error, httpx.ConnectError) else ""
    return f"{text}: {detail[:200]}" if detail else text
