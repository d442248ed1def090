"""/calendar_feeds: secret addresses from which a calendar program reads the days of the caller."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from coterie.actions import calendar_feeds as actions
from coterie.api.hub.ids import part_id
from coterie.api.hub.pages import Page
from coterie.api.hub.scopes import READ
from coterie.api.route import Request
from coterie.errors import Forbidden
from coterie.model.calendar_feeds import CONTENTS, CalendarFeed, path_of
from coterie.model.organizations import Caller
from coterie.store.calendar_feeds import list_feeds
from coterie.store.database import Tx

Content = Literal[CONTENTS]  # type: ignore[valid-type]


class CalendarFeedEntity(Struct, kw_only=True):
    id: str
    contents: Annotated[list[Content], Meta(description="What is in it.")]
    created_at: str
    last_read_at: Annotated[str | None, Meta(description="To the hour.")]


class NewCalendarFeedEntity(CalendarFeedEntity, kw_only=True):
    url: Annotated[str, Meta(description="The address. Shown only once. Anyone with this address can read the feed.")]


class CalendarFeedPage(Page, kw_only=True):
    items: list[CalendarFeedEntity]


class CalendarFeedBody(Struct, forbid_unknown_fields=True):
    contents: Annotated[list[Content], Meta(max_length=len(CONTENTS), description="By default all.")] = []


def list_(tx: Tx, caller: Caller, request: Request) -> CalendarFeedPage:
    found = list_feeds(tx, caller.organization_id, caller.user_id or "")
    return CalendarFeedPage(items=[CalendarFeedEntity(**_values(each)) for each in found], next_cursor=None)


def create(tx: Tx, caller: Caller, request: Request) -> NewCalendarFeedEntity:
    """The feed shows contacts, so the token must be allowed to read them."""
    if not caller.may(READ):
        raise Forbidden(f"Your token lacks {READ}, which a calendar feed shows")
    feed, token = actions.create_feed(tx, caller, caller.user_id or "", request.body.contents)
    return NewCalendarFeedEntity(**_values(feed), url=request.base_url + path_of(token))


def revoke(tx: Tx, caller: Caller, request: Request) -> None:
    feed_id = part_id(request, "feed_id", "Calendar feed")
    actions.revoke_feed(tx, caller, caller.user_id or "", feed_id)


def _values(feed: CalendarFeed) -> dict[str, Any]:
    return {
        "id": feed.id, "contents": list(feed.contents), "created_at": feed.created_at,
        "last_read_at": feed.last_read_at,
    }  # fmt: skip
