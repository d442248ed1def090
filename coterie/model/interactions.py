"""Interactions between a contact and the organization, and snapshots of follower counts."""

from datetime import date
from typing import Any

from msgspec import Struct

MESSAGE, COMMENT, MENTION = "message", "comment", "mention"
KINDS = (MESSAGE, COMMENT, MENTION)
INCOMING, OUTGOING = "incoming", "outgoing"
# the length of Inrō's last_messages, last_comments and last_mentions
RECENT_MAX = 10
GROWTH_DAYS = 30


class StoredInteraction(Struct):
    """One interaction with everything that is stored of it.

    is_new: not stored yet. moved_from: the (kind, happened_at) it is stored under, if that changed.
    search_number: under which the search index has its words, if it has any.
    """

    external_id: str
    contact_id: int
    kind: str
    happened_at: str
    id: str
    direction: str
    text: str | None
    data: dict[str, Any]
    deleted_at: str | None
    is_new: bool = False
    moved_from: tuple[str, str] | None = None
    search_number: int | None = None


class FollowerSnapshot(Struct, frozen=True):
    """taken_on: a date; at most one snapshot a day is stored."""

    taken_on: str
    follower_count: int


def follower_growth(snapshots: list[FollowerSnapshot]) -> int | None:
    """The change between the newest snapshot and the one nearest to 30 days before it, or None with fewer than two.

    Of two snapshots equally near, the older counts.
    """
    if len(snapshots) < 2:
        return None
    newest = max(snapshots, key=lambda snapshot: snapshot.taken_on)
    last_day = date.fromisoformat(newest.taken_on)

    def distance(snapshot: FollowerSnapshot) -> tuple[int, str]:
        days = (last_day - date.fromisoformat(snapshot.taken_on)).days
        return abs(days - GROWTH_DAYS), snapshot.taken_on

    base = min((snapshot for snapshot in snapshots if snapshot is not newest), key=distance)
    return newest.follower_count - base.follower_count
