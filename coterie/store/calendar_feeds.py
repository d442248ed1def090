"""Calendar feeds. Their tokens are stored as hashes."""

from coterie.model.calendar_feeds import CalendarFeed
from coterie.store.database import Row, Tx

_SELECT = "id, user_id, contents, created_at, last_read_at"


def _feed(row: Row) -> CalendarFeed:
    id_, user_id, contents, created_at, last_read_at = row
    return CalendarFeed(
        id=id_, user_id=user_id, contents=tuple(contents.split()), created_at=created_at, last_read_at=last_read_at
    )


def find_feed_by_token(tx: Tx, token_hash: str) -> tuple[int, CalendarFeed] | None:
    """(organization id, feed) of a token."""
    row = tx.one(
        f"SELECT organization_id, {_SELECT} FROM calendar_feeds WHERE token_hash = :token_hash",
        {"token_hash": token_hash},
    )
    return (row[0], _feed(row[1:])) if row else None


def list_feeds(tx: Tx, organization_id: int, user_id: str) -> list[CalendarFeed]:
    """The feeds of a user, at most ten, oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM calendar_feeds WHERE organization_id = :organization_id AND user_id = :user_id"
        " ORDER BY id",
        {"organization_id": organization_id, "user_id": user_id},
    )
    return [_feed(row) for row in rows]


def insert_feed(tx: Tx, organization_id: int, feed: CalendarFeed, token_hash: str) -> None:
    row = {
        "organization_id": organization_id, "id": feed.id, "user_id": feed.user_id, "token_hash": token_hash,
        "contents": " ".join(feed.contents), "created_at": feed.created_at, "last_read_at": feed.last_read_at,
    }  # fmt: skip
    tx.insert_rows("calendar_feeds", [row])


def delete_feed(tx: Tx, organization_id: int, user_id: str, feed_id: str) -> bool:
    """Deletes a feed of a user; False if there is none."""
    return bool(
        tx.run(
            "DELETE FROM calendar_feeds WHERE organization_id = :organization_id AND user_id = :user_id AND id = :id",
            {"organization_id": organization_id, "user_id": user_id, "id": feed_id},
        )
    )


def delete_feeds_of_user(tx: Tx, organization_id: int, user_id: str) -> None:
    """Deletes the feeds of a member who leaves."""
    tx.run(
        "DELETE FROM calendar_feeds WHERE organization_id = :organization_id AND user_id = :user_id",
        {"organization_id": organization_id, "user_id": user_id},
    )


def save_last_read(tx: Tx, organization_id: int, feed_id: str, now: str) -> None:
    tx.run(
        "UPDATE calendar_feeds SET last_read_at = :now WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": feed_id, "now": now},
    )
