"""The door of calendar programs: GET of a secret address, without cookies or a login."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from coterie.actions.calendar_feeds import find_feed, is_seen_long_ago, save_last_read
from coterie.calendar.entries import Window, list_events
from coterie.calendar.icalendar import write_calendar
from coterie.errors import NotFound
from coterie.http.background import BackgroundWrites
from coterie.http.conditions import matches
from coterie.http.responses import base_url
from coterie.model.calendar_feeds import PATH, CalendarFeed
from coterie.model.time_zones import zone_of
from coterie.settings import Settings
from coterie.store.database import Database, Tx
from coterie.store.organizations import find_organization, find_user

__all__ = ["PATH", "calendar", "load_calendar"]
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")
# the address is the secret: neither a referrer nor a search engine may have it
_HEADERS = {"cache-control": "private, max-age=900", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}


class Calendar(Struct, frozen=True):
    """The data of a feed, ready to be sent."""

    organization_id: int
    feed: CalendarFeed
    body: bytes

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


def calendar(
    database: Database, settings: Settings, writes: BackgroundWrites
) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a feed."""

    async def send(request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return Response(status_code=405, headers={"allow": "GET, HEAD"})
        token = request.path_params["token"]
        if not _TOKEN.fullmatch(token):
            return _not_found()
        address = base_url(settings, request.scope, dict(request.headers.raw))
        try:
            found = await database.run_slow(lambda tx: load_calendar(tx, token, address))
        except NotFound:
            return _not_found()
        if is_seen_long_ago(found.feed):
            writes.start(lambda tx: save_last_read(tx, found.organization_id, found.feed.id), found.feed.id)
        headers = {**_HEADERS, "etag": found.etag}
        if matches(request.headers.get("if-none-match", ""), found.etag):
            return Response(status_code=304, headers=headers)
        return Response(found.body, media_type="text/calendar; charset=utf-8", headers=headers)

    return send


def load_calendar(tx: Tx, token: str, address: str, now: datetime | None = None) -> Calendar:
    """The calendar of a token. address: of this instance. Raises NotFound if the token is not one."""
    organization_id, feed = find_feed(tx, token)
    organization, user = find_organization(tx, organization_id), find_user(tx, feed.user_id)
    if organization is None or user is None:
        raise NotFound("Calendar feed not found")
    today = (now or datetime.now(UTC)).astimezone(zone_of(user.time_zone)).date()
    window = Window(today, urlsplit(address).hostname or "localhost", f"{address}/{organization_id}")
    body = write_calendar(f"{organization.name} (Coterie)", list_events(tx, organization_id, feed, window))
    return Calendar(organization_id, feed, body)


def _not_found() -> Response:
    # not 401: a calendar program would ask for a password
    return Response("There is no such calendar.\n", 404, headers=_HEADERS, media_type="text/plain")
