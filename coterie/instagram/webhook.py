"""The endpoint that Meta calls: /instagram/webhook.

GET is the handshake by which Meta verifies the address. POST is a delivery: its signature (HMAC-SHA256 of the raw bytes
with the app's secret) is checked before it is parsed, one transaction stores it with a job for each account, and the
response follows at once. The worker does the rest.

Source: Meta, "Webhooks: getting started". After any status but 200 Meta repeats the delivery for 36 hours.
"""

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from coterie.actions.instagram import receive_delivery
from coterie.errors import CoterieError, TooLarge
from coterie.http.asgi import headers_of
from coterie.http.body import read_bytes
from coterie.http.body_budget import DELIVERIES, Busy
from coterie.http.errors import Disconnected
from coterie.model.instagram_deliveries import BYTES_MAX, decode_body
from coterie.settings import Settings
from coterie.store.database import Database

PATH = "/instagram/webhook"
CHALLENGE_LENGTH_MAX = 1000
BODY_SECONDS_MAX = 30.0
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
log = logging.getLogger(__name__)
Endpoint = Callable[[Request], Awaitable[Response]]


def webhook(database: Database, settings: Settings) -> Endpoint:
    """The endpoint at PATH: the handshake and the deliveries."""
    handshake, deliveries = _handshake(settings), _deliveries(database, settings)
    endpoints = {"GET": handshake, "HEAD": handshake, "POST": deliveries}

    async def respond(request: Request) -> Response:
        endpoint = endpoints.get(request.method)
        if endpoint is None:
            return PlainTextResponse("Method Not Allowed", 405, headers=_HEADERS | {"Allow": ", ".join(endpoints)})
        return await endpoint(request)

    return respond


def _plain(text: str, status: int = 200) -> Response:
    return PlainTextResponse(text, status, headers=_HEADERS)


def _handshake(settings: Settings) -> Endpoint:
    """200 with the challenge if the verify token is right, else 403."""

    async def handshake(request: Request) -> Response:
        if not settings.instagram_verify_token:
            return _plain("COTERIE_INSTAGRAM_VERIFY_TOKEN is not set", 503)
        given = request.query_params.get("hub.verify_token", "")
        challenge = request.query_params.get("hub.challenge", "")
        is_right = hmac.compare_digest(_bytes(given), _bytes(settings.instagram_verify_token))
        if not is_right or request.query_params.get("hub.mode") != "subscribe":
            return _plain("Forbidden", 403)
        if not 0 < len(challenge) <= CHALLENGE_LENGTH_MAX:
            return _plain("hub.challenge is missing or too long", 400)
        return _plain(challenge)

    return handshake


def _deliveries(database: Database, settings: Settings) -> Endpoint:
    """200 once the delivery is on disk."""

    async def deliveries(request: Request) -> Response:
        if not settings.instagram_app_secret:
            return _plain("COTERIE_INSTAGRAM_APP_SECRET is not set", 503)
        try:
            body = await read_bytes(
                headers_of(request.scope), request.receive, BYTES_MAX, seconds_max=BODY_SECONDS_MAX, budget=DELIVERIES
            )
        except Busy as error:
            return PlainTextResponse(error.message, 503, headers=_HEADERS | {"Retry-After": str(error.seconds)})
        except (TooLarge, Disconnected) as error:
            return _plain(error.message, 413 if isinstance(error, TooLarge) else 408)
        signature = request.headers.get("x-hub-signature-256", "")
        if not is_signed(body, signature, settings.instagram_app_secret):
            return _plain("The signature is missing or wrong", 403)
        try:
            # a raw NUL is invalid JSON, but a fast decoder may accept it
            entries = decode_body(body if b"\0" not in body else b"")
            text = body.decode()
        except ValueError as error:
            log.warning("instagram delivery unreadable", extra={"reason": str(error)[:200]})
            return _plain("The delivery cannot be read", 400)
        try:
            unknown = await database.run_write(lambda tx: receive_delivery(tx, entries, text))
        except CoterieError as error:
            log.error("instagram delivery not stored", extra={"reason": error.message})
            return _plain("Try again later", 503)
        if unknown:
            log.warning("instagram account not connected", extra={"accounts": [name[:60] for name in unknown[:10]]})
        return _plain("EVENT_RECEIVED")

    return deliveries


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether X-Hub-Signature-256 is the signature of these bytes; compared in constant time."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(_bytes(signature.strip().lower()), expected.encode())


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
