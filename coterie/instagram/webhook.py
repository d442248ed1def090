"""The endpoint Meta calls: /instagram/webhook.

GET is the handshake with which Meta makes sure that the address is ours. POST brings a delivery: its signature
(HMAC-SHA256 of the raw bytes with the app's secret) is checked before anything is read, the delivery is kept with a
job for each account in one transaction, and answered at once; the worker does the rest.

Source: Meta, "Webhooks: getting started". An answer other than 200 makes Meta deliver again for 36 hours.
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
    """The handshake and the deliveries, by the method; to be reached at PATH."""
    handshake, deliveries = _handshake(settings), _deliveries(database, settings)
    ways = {"GET": handshake, "HEAD": handshake, "POST": deliveries}

    async def answer(request: Request) -> Response:
        way = ways.get(request.method)
        if way is None:
            return PlainTextResponse("Method Not Allowed", 405, headers=_HEADERS | {"Allow": ", ".join(ways)})
        return await way(request)

    return answer


def _answer(text: str, status: int = 200) -> Response:
    return PlainTextResponse(text, status, headers=_HEADERS)


def _handshake(settings: Settings) -> Endpoint:
    """200 with the bare challenge for whoever knows the verify token, 403 for others."""

    async def handshake(request: Request) -> Response:
        if not settings.instagram_verify_token:
            return _answer("COTERIE_INSTAGRAM_VERIFY_TOKEN is not set", 503)
        given = request.query_params.get("hub.verify_token", "")
        challenge = request.query_params.get("hub.challenge", "")
        is_known = hmac.compare_digest(_bytes(given), _bytes(settings.instagram_verify_token))
        if not is_known or request.query_params.get("hub.mode") != "subscribe":
            return _answer("Forbidden", 403)
        if not 0 < len(challenge) <= CHALLENGE_LENGTH_MAX:
            return _answer("hub.challenge is missing or too long", 400)
        return _answer(challenge)

    return handshake


def _deliveries(database: Database, settings: Settings) -> Endpoint:
    """200 once the delivery is on the disk."""

    async def deliveries(request: Request) -> Response:
        if not settings.instagram_app_secret:
            return _answer("COTERIE_INSTAGRAM_APP_SECRET is not set", 503)
        try:
            body = await read_bytes(headers_of(request.scope), request.receive, BYTES_MAX, seconds_max=BODY_SECONDS_MAX)
        except (TooLarge, Disconnected) as error:
            return _answer(error.message, 413 if isinstance(error, TooLarge) else 408)
        signature = request.headers.get("x-hub-signature-256", "")
        if not is_signed(body, signature, settings.instagram_app_secret):
            return _answer("The signature is missing or wrong", 403)
        try:
            # a raw NUL is no JSON, but a fast decoder may pass over it
            entries = decode_body(body if b"\0" not in body else b"")
            text = body.decode()
        except ValueError as error:
            log.warning("instagram delivery unreadable", extra={"reason": str(error)[:200]})
            return _answer("The delivery cannot be read", 400)
        try:
            unknown = await database.run_write(lambda tx: receive_delivery(tx, entries, text))
        except CoterieError as error:
            log.error("instagram delivery not kept", extra={"reason": error.message})
            return _answer("Try again later", 503)
        if unknown:
            log.warning("instagram account not connected", extra={"accounts": [name[:60] for name in unknown[:10]]})
        return _answer("EVENT_RECEIVED")

    return deliveries


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether X-Hub-Signature-256 is that of these bytes; compared in constant time."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(_bytes(signature.strip().lower()), expected.encode())


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
