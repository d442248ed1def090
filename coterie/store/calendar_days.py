"""Days for calendar feeds: those of contacts and of relationships, of contacts that are not deleted."""

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


def list_birthdays(tx: Tx, organization_id: int, *, limit: int) -> list[tuple[int, str]]:
    """(contact id, birthday) of the contacts with one."""
    rows = tx.all(
        "SELECT id, birthday FROM contacts WHERE organization_id = :organization_id AND birthday IS NOT NULL"
        " AND deleted_at IS NULL ORDER BY id LIMIT :limit",
        {"organization_id": organization_id, "limit": limit},
    )
    return [(contact_id, birthday) for contact_id, birthday in rows]


def list_dates(tx: Tx, organization_id: int, *, limit: int) -> list[DatedContact]:
    """Important dates."""
    rows = tx.all(
        "SELECT d.contact_id, d.id, d.label, d.occurs_on FROM important_dates d JOIN contacts c"
        " ON c.organization_id = d.organization_id AND c.id = d.contact_id AND c.deleted_at IS NULL"
        " WHERE d.organization_id = :organization_id AND d.deleted_at IS NULL ORDER BY d.contact_id, d.id LIMIT :limit",
        {"organization_id": organization_id, "limit": limit},
    )
    return [DatedContact(*row) for row in rows]


def list_anniversaries(tx: Tx, organization_id: int, *, limit: int) -> list[DatedContact]:
    """Anniversaries of relationships between contacts, one for both sides."""
    rows = tx.all(
        "SELECT r.first_contact_id, r.id, 'Anniversary', r.anniversary_on, r.second_contact_id"
        " FROM contact_relationships r"
        " JOIN contacts a ON a.organization_id = r.organization_id AND a.id = r.first_contact_id"
        " AND a.deleted_at IS NULL"
        " JOIN contacts b ON b.organization_id = r.organization_id AND b.id = r.second_contact_id"
        " AND b.deleted_at IS NULL"
        " WHERE r.organization_id = :organization_id AND r.deleted_at IS NULL AND r.anniversary_on IS NOT NULL"
        " AND r.first_contact_id < r.second_contact_id ORDER BY r.first_contact_id, r.id LIMIT :limit",
        {"organization_id": organization_id, "limit": limit},
    )
    return [DatedContact(*row) for row in rows]
