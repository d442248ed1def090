"""Days for calendar feeds: those of contacts and of relationships, of contacts that are not deleted."""

from typing import Any

from msgspec import Struct

from coterie.store.database import Tx


class DatedContact(Struct, frozen=True):
    """A day of a contact. id: of the date or the relationship; on: YYYY-MM-DD or --MM-DD; other: of a relationship,
    who the contact is related to."""

    contact_id: int
    id: str
    label: str
    on: str
    other_id: int | None = None


# the columns hold YYYY-MM-DD or --MM-DD
_DAY_OF = "substr({0}, length({0}) - 4)"
_DATE_DAY, _ANNIVERSARY_DAY = _DAY_OF.format("d.occurs_on"), _DAY_OF.format("r.anniversary_on")


def _nearest(tx: Tx, sql: str, day: str, organization_id: int, *, today: str, limit: int) -> list[Any]:
    """Rows by their day of the year: up to limit from today on, and as many before it, each once.

    sql: a statement without an order, whose first two columns identify a row. day: the expression of its MM-DD; today:
    MM-DD. The year has no end: after 31 December comes 1 January.
    """
    bound = {"organization_id": organization_id, "today": today, "limit": limit}
    ahead = f"{sql} ORDER BY CASE WHEN {day} >= :today THEN 0 ELSE 1 END, {day}, 1, 2 LIMIT :limit"
    before = f"{sql} ORDER BY CASE WHEN {day} < :today THEN 0 ELSE 1 END, {day} DESC, 1, 2 LIMIT :limit"
    rows = tx.all(ahead, bound)
    if len(rows) == limit:  # else these are all
        rows = [*rows, *tx.all(before, bound)]
    return list({(row[0], row[1]): row for row in rows}.values())


def list_birthdays(tx: Tx, organization_id: int, *, today: str, limit: int) -> list[tuple[int, str]]:
    """(contact id, birthday) of the contacts with one: the nearest to a day (MM-DD), up to limit on each side of it."""
    sql = (
        "SELECT id, birthday FROM contacts WHERE organization_id = :organization_id AND birthday_day <> ''"
        " AND birthday IS NOT NULL AND deleted_at IS NULL"
    )
    rows = _nearest(tx, sql, "birthday_day", organization_id, today=today, limit=limit)
    return [(contact_id, birthday) for contact_id, birthday in rows]


def list_dates(tx: Tx, organization_id: int, *, today: str, limit: int) -> list[DatedContact]:
    """Important dates: the nearest to a day, as list_birthdays."""
    sql = (
        "SELECT d.contact_id, d.id, d.label, d.occurs_on FROM important_dates d JOIN contacts c"
        " ON c.organization_id = d.organization_id AND c.id = d.contact_id AND c.deleted_at IS NULL"
        " WHERE d.organization_id = :organization_id AND d.deleted_at IS NULL"
    )
    rows = _nearest(tx, sql, _DATE_DAY, organization_id, today=today, limit=limit)
    return [DatedContact(*row) for row in rows]


def list_anniversaries(tx: Tx, organization_id: int, *, today: str, limit: int) -> list[DatedContact]:
    """Anniversaries of relationships between contacts, one for both sides: the nearest to a day, as list_birthdays."""
    sql = (
        "SELECT r.first_contact_id, r.id, 'Anniversary', r.anniversary_on, r.second_contact_id"
        " FROM contact_relationships r"
        " JOIN contacts a ON a.organization_id = r.organization_id AND a.id = r.first_contact_id"
        " AND a.deleted_at IS NULL"
        " JOIN contacts b ON b.organization_id = r.organization_id AND b.id = r.second_contact_id"
        " AND b.deleted_at IS NULL"
        " WHERE r.organization_id = :organization_id AND r.deleted_at IS NULL AND r.anniversary_on IS NOT NULL"
        " AND r.first_contact_id < r.second_contact_id"
    )
    rows = _nearest(tx, sql, _ANNIVERSARY_DAY, organization_id, today=today, limit=limit)
    return [DatedContact(*row) for row in rows]
