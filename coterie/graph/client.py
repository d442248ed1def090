"""A small client of Meta's Graph API: people's profiles, the content of mentions, an account's own profile.

Guarantees. The access token is sent in a header. It never appears in a log line or an error, and in a URL only if the
server rejects the header. Every response is limited in size and time. Meta's rate limits are respected: a call that
hits or approaches one reports how long to wait.

Source: Meta, "Instagram User Profile API", "Mentions", "Rate limits" and "Handle errors" of the Graph API.
"""

import random
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from msgspec import Struct

from coterie import outgoing
from coterie.model.instagram import Profile
from coterie.model.instagram_values import clean_text, decode_json

RESPONSE_BYTES_MAX = 256 * 1024
ATTEMPTS = 2
# the least before the second one, and half of the spread, which divides the load
RETRY_SECONDS = 0.5
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
# for a whole response, because a slow trickle never exceeds the timeout between two chunks
RESPONSE_SECONDS_MAX = 30.0
PROFILE_FIELDS = "name,username,profile_pic,follower_count,is_user_follow_business"
ACCOUNT_FIELDS = "name,username,profile_picture_url"
# Meta's windows last an hour; if Meta does not say how long to wait, a quarter of it
PAUSE_SECONDS = 900.0
PAUSE_SECONDS_MAX = 86_400.0
USAGE_MAX = 95  # percent
_LIMITED = frozenset((4, 17, 32, 341, 613, 80000, 80001, 80002, 80003, 80004, 80005, 80006, 80008, 80009, 80014))
_TOKEN_INVALID = frozenset((102, 104, 190, 463, 467, 2500))
_TRANSIENT = frozenset((1, 2))
_CONSENT = 230
COUNT_MAX = 2**53


class GraphError(Exception):
    """The Graph API did not return the requested data. The message is Meta's and contains no token."""


class Refused(GraphError):
    """The person has not consented to sharing the profile."""


class Limited(GraphError):
    """Rate limit reached: wait for pause_seconds."""

    def __init__(self, message: str, pause_seconds: float) -> None:
        super().__init__(message)
        self.pause_seconds = pause_seconds


class TokenInvalid(GraphError):
    """The access token has expired, was revoked or is malformed: connect the account again."""


class Missing(GraphError):
    """It does not exist, or not for this account. Retrying does not help."""


class Unreachable(GraphError):
    """No response, or an unreadable one. Retrying later may help."""


class GraphResponse(Struct, frozen=True):
    """pause_seconds is greater than 0 if a rate limit is near."""

    body: dict[str, Any]
    pause_seconds: float = 0.0


def open_graph(graph_url: str, token: str) -> httpx.Client:
    """An HTTP client for one account. The caller closes it."""
    return httpx.Client(
        base_url=graph_url + "/",
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        timeout=TIMEOUT,
        follow_redirects=False,
        verify=outgoing.tls(trust_env=True),
    )


def find_profile(graph: httpx.Client, person_id: str) -> tuple[Profile, float]:
    """(the profile of an Instagram-scoped id, pause_seconds). Raises GraphError."""
    response = ask(graph, person_id, PROFILE_FIELDS)
    return read_profile(response.body), response.pause_seconds


def read_profile(body: dict[str, Any]) -> Profile:
    """A profile from a response. A field whose type is not the documented one counts as not reported."""
    count, follows = body.get("follower_count"), body.get("is_user_follow_business")
    is_count = isinstance(count, int) and not isinstance(count, bool) and 0 <= count < COUNT_MAX
    return Profile(
        name=clean_text(body.get("name"), 1000),
        username=clean_text(body.get("username"), 100),
        picture_url=clean_text(body.get("profile_pic") or body.get("profile_picture_url"), 4000),
        follower_count=count if is_count else None,
        is_follower=follows if isinstance(follows, bool) else None,
    )


def find_mention(
    graph: httpx.Client, account_id: str, *, media_id: str | None, comment_id: str | None
) -> tuple[dict[str, Any], float]:
    """({text, username, timestamp} of a mention in a comment or a caption, pause_seconds). Raises GraphError."""
    if comment_id:
        name, text = "mentioned_comment", "text"
        fields = f"mentioned_comment.comment_id({comment_id}){{text,username,timestamp}}"
    else:
        name, text = "mentioned_media", "caption"
        fields = f"mentioned_media.media_id({media_id}){{caption,username,timestamp}}"
    response = ask(graph, account_id, fields)
    part = response.body.get(name)
    part = part if isinstance(part, dict) else {}
    content = {"text": part.get(text), "username": part.get("username"), "timestamp": part.get("timestamp")}
    return {key: clean_text(value) for key, value in content.items()}, response.pause_seconds


def ask(graph: httpx.Client, path: str, fields: str) -> GraphResponse:
    """GETs these fields of an object. Retries once if the failure may be temporary. Raises GraphError."""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(RETRY_SECONDS * random.uniform(1, 3))  # noqa: S311 (spreads the load)
        try:
            return _ask(graph, path, fields)
        except Unreachable as error:
            failure = error
    raise failure


def _ask(graph: httpx.Client, path: str, fields: str) -> GraphResponse:
    parameters = {"fields": fields}
    try:
        return _read(*_fetch(graph, path, parameters))
    except TokenInvalid:
        # some calls are documented with the token as a parameter only
        token = graph.headers["Authorization"].removeprefix("Bearer ")
        return _read(*_fetch(graph, path, parameters | {"access_token": token}))


def _fetch(graph: httpx.Client, path: str, parameters: dict[str, str]) -> tuple[int, httpx.Headers, bytes]:
    deadline = time.monotonic() + RESPONSE_SECONDS_MAX
    try:
        with graph.stream("GET", quote(path, safe=""), params=parameters) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > RESPONSE_BYTES_MAX:
                    raise Missing("the response is too large")
                if time.monotonic() > deadline:
                    raise Unreachable("the Graph API does not respond in time")
            return response.status_code, response.headers, bytes(body)
    except httpx.HTTPError as error:
        raise Unreachable(f"the Graph API does not respond: {type(error).__name__}") from None


def _read(status: int, headers: httpx.Headers, body: bytes) -> GraphResponse:
    try:
        decoded = decode_json(body)
    except ValueError:
        decoded = None
    error = decoded.get("error") if isinstance(decoded, dict) else None
    if status == 200 and isinstance(decoded, dict) and error is None:
        return GraphResponse(decoded, _pause(headers, otherwise=0.0))
    error = error if isinstance(error, dict) else {}
    code = error["code"] if isinstance(error.get("code"), int) else None
    message = f"{status}, code {code}: {(clean_text(error.get('message'), 300) or 'no reason given')}"
    if code == _CONSENT or "user consent is required" in message.lower():
        raise Refused(message)
    if status == 429 or code in _LIMITED:
        raise Limited(message, _pause(headers, otherwise=PAUSE_SECONDS))
    if status == 401 or code in _TOKEN_INVALID:
        raise TokenInvalid(message)
    if status >= 500 or code in _TRANSIENT or error.get("is_transient") is True or status == 200:
        raise Unreachable(message)
    raise Missing(message)


def _pause(headers: httpx.Headers, *, otherwise: float) -> float:
    """Seconds to wait, from Retry-After and Meta's usage headers."""
    pauses = list(_usage(headers))
    after = outgoing.read_retry_after(headers.get("retry-after"))
    if after is not None:
        pauses.append(after)
    return min(max(pauses, default=otherwise), PAUSE_SECONDS_MAX)


def _usage(headers: httpx.Headers) -> Iterator[float]:
    """Seconds to wait for each usage that is nearly exhausted, or for which Meta gives the minutes to wait."""
    for name in ("x-app-usage", "x-business-use-case-usage"):
        try:
            decoded = msgspec.json.decode(headers.get(name, "{}"))
        except (msgspec.MsgspecError, RecursionError):
            continue
        for usage in _usages(decoded):
            minutes = usage.get("estimated_time_to_regain_access")
            if isinstance(minutes, int | float) and minutes > 0:
                yield float(minutes) * 60
            elif any(_is_exhausted(usage.get(key)) for key in ("call_count", "total_time", "total_cputime")):
                yield PAUSE_SECONDS


def _usages(decoded: Any) -> Iterator[dict[str, Any]]:
    if isinstance(decoded, dict):
        if "call_count" in decoded:
            yield decoded
        for value in decoded.values():
            if isinstance(value, list):
                yield from (entry for entry in value if isinstance(entry, dict))


def _is_exhausted(value: Any) -> bool:
    return isinstance(value, int | float) and value >= USAGE_MAX
