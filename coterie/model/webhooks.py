"""Webhooks: endpoints outside that receive events, as Standard Webhooks 1.0.0 describes.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from coterie.errors import invalid
from coterie.model.events import KINDS

WEBHOOKS_MAX = 100
USER_AGENT = "Coterie-Webhooks/1"
DESCRIPTION_LENGTH_MAX = 200
HEADERS_MAX, HEADER_LENGTH_MAX = 10, 1000
BODY_BYTES_MAX = 20_000
CONTACTS_MAX = 100
TEST_KIND = "webhook.test"
EVERY = "*"
FULL, THIN = "full", "thin"
PAYLOADS = (FULL, THIN)
# a delivery: waiting for its next attempt; done; failed for good; cancelled because what it was about was erased
WAITING, DONE, FAILED, CANCELLED = "waiting", "done", "failed", "cancelled"
STATUSES = (WAITING, DONE, FAILED, CANCELLED)

SECRET_PREFIX = "whsec_"  # noqa: S105 (the prefix of every secret)
_SECRET_BYTES = 32
# seconds before each attempt: 75 hours in all
DELAYS = (0.0, 5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
JITTER = 0.1
RETRY_AFTER_MAX = 86_400.0
# after so many failures in a row an endpoint gets one probe at a time instead of its whole backlog
PROBE_AFTER = 5
PROBE_SECONDS_MIN, PROBE_SECONDS_MAX = 30.0, 3600.0
DISABLE_AFTER_SECONDS = 5 * 86_400.0
DISABLED_BY_FAILURES, DISABLED_BY_RECEIVER, DISABLED_BY_FILTER = "failures", "gone", "filter"
# a message of an endpoint in order holds up those after it for so long at most
HOLD_SECONDS = 3600.0

# only their own user may see these (model.events)
_OF_ONE_USER = ("reminder", "user_relationship")
SENT_KINDS = {kind: text for kind, text in KINDS.items() if kind.partition(".")[0] not in _OF_ONE_USER}
_GROUPS = sorted({kind.partition(".")[0] for kind in SENT_KINDS})
# headers of the delivery itself, or of the connection
_RESERVED_HEADERS = frozenset(
    ("host", "content-length", "content-type", "transfer-encoding", "connection", "expect", "te", "trailer", "upgrade",
     "user-agent", "accept-encoding", "content-encoding", "keep-alive", "proxy-connection")
)  # fmt: skip
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")


class Webhook(Struct, frozen=True, kw_only=True):
    """An endpoint. kinds: kinds of events, groups such as contact.*, or *. last_event_id: up to where events are
    turned into deliveries. failing_since: the first of the failures since the last success. retry_at: nothing is sent
    before. include_bulk: whether events of imports and bulk updates are sent too. filter: as JSON; only events of
    contacts that match are sent. is_ordered: each message waits until the one before was accepted. The secrets and
    headers are sealed."""

    id: str
    url: str
    description: str | None = None
    kinds: tuple[str, ...] = (EVERY,)
    payload: str = FULL
    include_bulk: bool = False
    filter: str | None = None
    is_ordered: bool = False
    is_active: bool = True
    secret_sealed: str = ""
    previous_secret_sealed: str | None = None
    previous_until: str | None = None
    headers_sealed: str | None = None
    last_event_id: int = 0
    failure_count: int = 0
    failing_since: str | None = None
    retry_at: str | None = None
    disabled_reason: str | None = None
    created_at: str = ""
    updated_at: str = ""


class Delivery(Struct, frozen=True, kw_only=True):
    """One message to one endpoint. body: as it is sent, the same for each attempt; None once it is scrubbed.
    event_id: None for a test."""

    webhook_id: str
    id: str
    event_id: int | None = None
    kind: str
    body: str | None
    status: str
    attempt_count: int = 0
    next_attempt_at: str | None
    created_at: str
    finished_at: str | None = None


class Attempt(Struct, frozen=True, kw_only=True):
    """One attempt of a delivery. status: of the response, None if none came; error: None for a success; answer: the
    beginning of the response's body. retry_after: seconds the receiver asked for."""

    at: str
    milliseconds: int
    status: int | None = None
    error: str | None = None
    answer: str = ""
    retry_after: float | None = None

    @property
    def is_success(self) -> bool:
        return self.error is None


def parse_kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds without repetitions. Raises Invalid for one that is not a kind, a group.* or *."""
    chosen = tuple(dict.fromkeys(kinds))
    if not chosen:
        raise invalid("kinds", "must have at least one kind of event, or *", kind="blank")
    groups = [f"{group}.*" for group in _GROUPS]
    for kind in chosen:
        if kind != EVERY and kind not in SENT_KINDS and kind not in groups:
            raise invalid(
                "kinds", f"{kind[:100]!r} is not a kind of event; groups are {', '.join(groups)}", kind="choice"
            )
    return chosen


def is_chosen(kinds: Collection[str], kind: str) -> bool:
    """Whether an event of this kind is sent to an endpoint with these kinds."""
    return kind in SENT_KINDS and (EVERY in kinds or kind in kinds or f"{kind.partition('.')[0]}.*" in kinds)


def parse_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers of an endpoint's own, such as Authorization. Raises Invalid if one is malformed or reserved."""
    if len(headers) > HEADERS_MAX:
        raise invalid("headers", f"are more than {HEADERS_MAX}")
    for name, value in headers.items():
        if not name or not _TOKEN.issuperset(name.lower()) or len(name) > HEADER_LENGTH_MAX:
            raise invalid("headers", f"{name[:100]!r} is not the name of a header")
        if name.lower() in _RESERVED_HEADERS or name.lower().startswith("webhook-"):
            raise invalid("headers", f"{name} is set by Coterie")
        if len(value) > HEADER_LENGTH_MAX or not value.isascii() or not value.isprintable():
            raise invalid("headers", f"the value of {name} must be up to {HEADER_LENGTH_MAX} printable characters")
        if value != value.strip():
            raise invalid("headers", f"the value of {name} must not begin or end with a space")
    return dict(headers)


def new_secret() -> str:
    """whsec_ and 32 random bytes in base64."""
    return SECRET_PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign(secrets_: Iterable[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The header webhook-signature: a signature for each secret. timestamp: seconds since 1970 of this attempt."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(
        "v1," + b64encode(hmac.digest(b64decode(secret.removeprefix(SECRET_PREFIX)), signed, hashlib.sha256)).decode()
        for secret in secrets_
    )


def encode_body(kind: str, timestamp: str, data: dict[str, Any]) -> str:
    """The body of a message. Above 20 kB it has ids only, and says so."""
    body = msgspec.json.encode({"type": kind, "timestamp": timestamp, "data": data})
    if len(body) > BODY_BYTES_MAX:
        thin = {**data, "contact_ids": data.get("contact_ids", [])[:CONTACTS_MAX], "cut": True}
        thin.pop("changes", None)
        body = msgspec.json.encode({"type": kind, "timestamp": timestamp, "data": thin})
    return body.decode()


def delay_before(attempt: int, *, chance: float, retry_after: float | None = None) -> float | None:
    """Seconds before the attempt with this number (from 1), None if there is none. chance: 0 to 1, for the jitter."""
    if attempt > len(DELAYS):
        return None
    delay = DELAYS[attempt - 1] * (1 - JITTER + 2 * JITTER * chance)
    return max(delay, min(retry_after or 0.0, RETRY_AFTER_MAX))


def probe_delay(failure_count: int) -> float:
    """Seconds until the next probe of an endpoint after so many failures in a row."""
    return float(min(PROBE_SECONDS_MIN * 2 ** max(0, failure_count - PROBE_AFTER), PROBE_SECONDS_MAX))
