"""Interactions: what passed between a contact and the organization; and how many followers a contact had when."""

from datetime import date
from typing import Any

from msgspec import Struct

MESSAGE, COMMENT, MENTION = "message", "comment", "mention"
KINDS = (MESSAGE, COMMENT, MENTION)
INCOMING, OUTGOING = "incoming", "outgoing"
# Inrō's last_messages, last_comments and last_mentions hold so many each
RECENT_MAX = 10
GROWTH_DAYS = 30


class StoredInteraction(Struct):
    """The whole of one interaction, as it is being changed; is_new until it is stored."""

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


class FollowerSnapshot(Struct, frozen=True):
    """taken_on is a date; one a day is kept."""

    taken_on: str
    follower_count: int


def follower_growth(snapshots: list[FollowerSnapshot]) -> int | None:
    """The change between the newest snapshot and the one nearest to 30 days before it (of two equally near, the
    older); None with fewer than two (design, decision 6)."""
    if len(snapshots) < 2:
        return None
    newest = max(snapshots, key=lambda snapshot: snapshot.taken_on)
    last_day = date.fromisoformat(newest.taken_on)

    def distance(snapshot: FollowerSnapshot) -> tuple[int, str]:
        days = (last_day - date.fromisoformat(snapshot.taken_on)).days
        return abs(days - GROWTH_DAYS), snapshot.taken_on

    base = min((snapshot for snapshot in snapshots if snapshot is not newest), key=distance)
    return newest.follower_count - base.follower_count
