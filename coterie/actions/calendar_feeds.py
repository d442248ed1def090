"""Calendar feeds of users: made, revoked, read."""

import secrets
from collections.abc import Iterable

from coterie.actions.events import record
from coterie.errors import NotFound, invalid
from coterie.model import times
from coterie.model.access_tokens import hash_token
from coterie.model.calendar_feeds import FEEDS_MAX, TOKEN_BYTES, CalendarFeed, parse_contents
from coterie.model.ids import new_id
from coterie.model.organizations import Caller
from coterie.store import calendar_feeds as store
from coterie.store.database import Tx
from coterie.store.organizations import find_membership, lock_organization

# a calendar program asks every few minutes to hours: the moment need not be finer
SEEN_SECONDS = 3600


def create_feed(tx: Tx, caller: Caller, user_id: str, contents: Iterable[str] = ()) -> tuple[CalendarFeed, str]:
    """(feed, token) of a new feed of a member; the token cannot be read again.

    Raises NotFound if the user is not a member; Invalid if a content does not exist, or the user has ten feeds.
    """
    if find_membership(tx, caller.organization_id, user_id) is None:
        raise NotFound("User not found")
    lock_organization(tx, caller.organization_id)
    if len(store.list_feeds(tx, caller.organization_id, user_id)) >= FEEDS_MAX:
        raise invalid("contents", f"cannot be added: the limit is {FEEDS_MAX} feeds; revoke one first")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = CalendarFeed(id=new_id(), user_id=user_id, contents=parse_contents(contents), created_at=times.now())
    store.insert_feed(tx, caller.organization_id, feed, hash_token(token))
    record(tx, caller, "calendar_feed.created", feed.id)
    return feed, token


def revoke_feed(tx: Tx, caller: Caller, user_id: str, feed_id: str) -> None:
    """Ends a feed: its address is unknown from then on. Raises NotFound if the user has no such feed."""
    if not store.delete_feed(tx, caller.organization_id, user_id, feed_id):
        raise NotFound("Calendar feed not found")
    record(tx, caller, "calendar_feed.revoked", feed_id)


def find_feed(tx: Tx, token: str) -> tuple[int, CalendarFeed]:
    """(organization id, feed) of a token whose user is still a member. Raises NotFound."""
    found = store.find_feed_by_token(tx, hash_token(token))
    if found is None or find_membership(tx, found[0], found[1].user_id) is None:
        raise NotFound("Calendar feed not found")
    return found


def save_last_read(tx: Tx, organization_id: int, feed_id: str) -> None:
    """Saves the time at which a calendar program read a feed. Records no event: only this time changes for users."""
    store.save_last_read(tx, organization_id, feed_id, times.now())


def is_seen_long_ago(feed: CalendarFeed) -> bool:
    """Whether a request should be noted as the last one."""
    return feed.last_read_at is None or times.after(feed.last_read_at, SEEN_SECONDS) < times.now()
