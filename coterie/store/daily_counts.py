"""Numbers of each day, and who wrote most or went quiet."""

from collections.abc import Iterable

from coterie.model.contacts import OPTOUT
from coterie.store.database import Tx

# (name, subject, day, value); subject: the id of a folder or a segment, otherwise ""
DailyCount = tuple[str, str, str, int]


def save_counts(tx: Tx, organization_id: int, counts: Iterable[DailyCount]) -> None:
    """Stores numbers; those of the same day are replaced."""
    rows = [
        {"organization_id": organization_id, "name": name, "subject": subject, "counted_on": day, "value": value}
        for name, subject, day, value in counts
    ]
    tx.insert_rows("daily_counts", rows, replace_on=("organization_id", "name", "subject", "counted_on"))


def list_counts(tx: Tx, organization_id: int, name: str, *, since: str, until: str) -> list[tuple[str, str, int]]:
    """(subject, day, value) between two days, by subject and day. A clock ahead may have counted later days."""
    rows = tx.all(
        "SELECT subject, counted_on, value FROM daily_counts WHERE organization_id = :organization_id AND name = :name"
        " AND counted_on >= :since AND counted_on <= :until ORDER BY subject, counted_on",
        {"organization_id": organization_id, "name": name, "since": since, "until": until},
    )
    return [(row[0], row[1], row[2]) for row in rows]


def first_day(tx: Tx, organization_id: int) -> str | None:
    """The first day on which contacts were counted."""
    row = tx.one(
        "SELECT min(counted_on) FROM daily_counts WHERE organization_id = :organization_id AND name = 'contacts'",
        {"organization_id": organization_id},
    )
    return row[0] if row else None


def count_followers(tx: Tx, organization_id: int) -> int:
    """Contacts that follow the Instagram account."""
    row = tx.one(
        "SELECT count(*) FROM contacts WHERE organization_id = :organization_id AND is_follower AND deleted_at IS NULL",
        {"organization_id": organization_id},
    )
    return int(row[0]) if row else 0


def count_optouts(tx: Tx, organization_id: int) -> int:
    """Contacts that opted out of messages."""
    row = tx.one(
        "SELECT count(*) FROM contacts WHERE organization_id = :organization_id AND status = :status"
        " AND deleted_at IS NULL",
        {"organization_id": organization_id, "status": OPTOUT},
    )
    return int(row[0]) if row else 0


def count_messages_by_day(tx: Tx, organization_id: int, *, since: str) -> list[tuple[str, str, int]]:
    """(day, direction, number of messages) from a day on."""
    rows = tx.all(
        "SELECT substr(happened_at, 1, 10), direction, count(*) FROM interactions"
        " WHERE organization_id = :organization_id AND kind = 'message' AND deleted_at IS NULL"
        " AND happened_at >= :since"
        " GROUP BY substr(happened_at, 1, 10), direction",
        {"organization_id": organization_id, "since": since},
    )
    return [(row[0], row[1], int(row[2])) for row in rows]


def list_writers(tx: Tx, organization_id: int, *, since: str, limit: int) -> list[tuple[int, int]]:
    """(contact id, number of messages) of those who wrote most from a day on."""
    rows = tx.all(
        "SELECT i.contact_id, count(*) FROM interactions i JOIN contacts c"
        " ON c.organization_id = i.organization_id AND c.id = i.contact_id"
        " WHERE i.organization_id = :organization_id AND i.kind = 'message' AND i.direction = 'incoming'"
        " AND i.deleted_at IS NULL AND i.happened_at >= :since AND c.deleted_at IS NULL"
        " GROUP BY i.contact_id ORDER BY count(*) DESC, i.contact_id LIMIT :limit",
        {"organization_id": organization_id, "since": since, "limit": limit},
    )
    return [(row[0], int(row[1])) for row in rows]


def list_quiet(tx: Tx, organization_id: int, *, since: str, least: int, limit: int) -> list[tuple[int, int, str]]:
    """(contact id, number of messages, newest) of those who wrote at least so often, and nothing from a day on."""
    rows = tx.all(
        "SELECT i.contact_id, count(*), max(i.happened_at) FROM interactions i JOIN contacts c"
        " ON c.organization_id = i.organization_id AND c.id = i.contact_id"
        " WHERE i.organization_id = :organization_id AND i.kind = 'message' AND i.direction = 'incoming'"
        " AND i.deleted_at IS NULL AND c.deleted_at IS NULL GROUP BY i.contact_id"
        " HAVING count(*) >= :least AND max(i.happened_at) < :since"
        " ORDER BY count(*) DESC, i.contact_id LIMIT :limit",
        {"organization_id": organization_id, "since": since, "least": least, "limit": limit},
    )
    return [(row[0], int(row[1]), row[2]) for row in rows]
