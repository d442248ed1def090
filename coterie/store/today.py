"""Birthdays and other dates of contacts by month and day, whatever their year."""

from collections.abc import Iterable

from coterie.model.contacts import Contact
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx


def list_birthdays(tx: Tx, organization_id: int, days: Iterable[str], *, limit: int) -> list[Contact]:
    """The contacts, not deleted, with a birthday on one of these days (MM-DD), by id."""
    rows = tx.all(
        "SELECT id FROM contacts WHERE organization_id = :organization_id AND birthday_day <> ''"
        f" AND deleted_at IS NULL AND birthday_day {tx.in_list('days')}"
        " ORDER BY id LIMIT :limit",
        {"organization_id": organization_id, "days": tx.list_param(days), "limit": limit},
    )
    return list_contacts_by_id(tx, organization_id, [row[0] for row in rows]) if rows else []


def list_dates_on(tx: Tx, organization_id: int, days: Iterable[str], *, limit: int) -> list[tuple[int, str, str]]:
    """(contact id, label, date) of the important dates on one of these days (MM-DD) of contacts not deleted."""
    rows = tx.all(
        "SELECT d.contact_id, d.label, d.occurs_on FROM important_dates d JOIN contacts c"
        " ON c.organization_id = d.organization_id AND c.id = d.contact_id"
        " WHERE d.organization_id = :organization_id AND d.deleted_at IS NULL AND c.deleted_at IS NULL"
        f" AND substr(d.occurs_on, length(d.occurs_on) - 4) {tx.in_list('days')}"
        " ORDER BY d.contact_id, d.id LIMIT :limit",
        {"organization_id": organization_id, "days": tx.list_param(days), "limit": limit},
    )
    return [(contact_id, label, occurs_on) for contact_id, label, occurs_on in rows]
