"""The readers of the daily mail of an organization, and the last day on which it was made."""

from msgspec import Struct

from coterie.store.database import Tx

READERS_MAX = 10_000


class DigestReader(Struct, frozen=True):
    """A member who wants the mail. sent_on: YYYY-MM-DD, "" if never."""

    organization_id: int
    user_id: str
    time_zone: str
    sent_on: str


def list_readers(tx: Tx, limit: int = READERS_MAX) -> list[DigestReader]:
    """Members of any organization who want the mail."""
    rows = tx.all(
        "SELECT d.organization_id, d.user_id, u.time_zone, d.sent_on FROM digests d JOIN users u ON u.id = d.user_id"
        " JOIN memberships m ON m.organization_id = d.organization_id AND m.user_id = d.user_id"
        " ORDER BY d.organization_id, d.user_id LIMIT :limit",
        {"limit": limit},
    )
    return [DigestReader(*row) for row in rows]


def has_digest(tx: Tx, organization_id: int, user_id: str) -> bool:
    """Whether a user wants the mail."""
    row = tx.one(
        "SELECT 1 FROM digests WHERE organization_id = :organization_id AND user_id = :user_id",
        {"organization_id": organization_id, "user_id": user_id},
    )
    return row is not None


def save_digest(tx: Tx, organization_id: int, user_id: str, *, is_wanted: bool) -> None:
    """Switches the mail on or off."""
    bound = {"organization_id": organization_id, "user_id": user_id}
    if is_wanted:
        tx.insert_rows("digests", [bound | {"sent_on": ""}], skip_existing=True)
    else:
        tx.run("DELETE FROM digests WHERE organization_id = :organization_id AND user_id = :user_id", bound)


def claim_day(tx: Tx, organization_id: int, user_id: str, day: str) -> bool:
    """Whether the mail of a day is still to be made; afterwards it is not."""
    changed = tx.run(
        "UPDATE digests SET sent_on = :day WHERE organization_id = :organization_id AND user_id = :user_id"
        " AND sent_on < :day",
        {"organization_id": organization_id, "user_id": user_id, "day": day},
    )
    return changed == 1
