"""Queries of `coterie check` about events and tombstones."""

from collections.abc import Iterable

from coterie.model.events import KINDS
from coterie.store.database import Tx
from coterie.store.events import find_last_event

EVENTS = 10_000
# Events of these nouns name a contact. Those of notes, addresses and others may concern none.
_NAMING = ("contact", "contact_relationship", "gift", "pet", "date", "attachment")
_KINDS = "', '".join(kind for kind in KINDS if kind.partition(".")[0] in _NAMING)
# noun of an event -> the table in which its subject is, and the columns that name contacts there
_SUBJECTS = {
    "gift": ("gifts", ("contact_id",)),
    "pet": ("pets", ("contact_id", "second_owner_id")),
    "date": ("important_dates", ("contact_id",)),
    "attachment": ("attachments", ("contact_id",)),
    "contact_relationship": ("contact_relationships", ("first_contact_id", "second_contact_id")),
    "handle": ("handles", ("contact_id",)),
}
_CONTACT_IS_SUBJECT = frozenset(f"contact.{verb}" for verb in ("created", "updated", "deleted", "restored", "erased"))


def list_events_without_contacts(tx: Tx, organization_id: int, after: int) -> list[tuple[int, str, str]]:
    """(id, kind, subject id) of the events that must name a contact and name none, in the next 10,000 ids."""
    rows = tx.all(
        "SELECT e.id, e.kind, e.subject_id FROM events e WHERE e.organization_id = :organization_id"
        f" AND e.id > :after AND e.id <= :last AND e.kind IN ('{_KINDS}') AND NOT EXISTS"
        " (SELECT 1 FROM event_contacts ec"
        " WHERE ec.organization_id = e.organization_id AND ec.event_id = e.id) ORDER BY e.id",
        {"organization_id": organization_id, "after": after, "last": after + EVENTS},
    )
    return [(event_id, kind, subject_id) for event_id, kind, subject_id in rows]


def is_last_page(tx: Tx, organization_id: int, after: int) -> bool:
    """Whether no event follows the page of 10,000 ids after an id."""
    return after + EVENTS >= find_last_event(tx, organization_id)


def find_contacts_of_subject(tx: Tx, organization_id: int, kind: str, subject_id: str) -> list[int]:
    """The contacts that an event concerns, as far as its subject still tells; else nothing."""
    if kind in _CONTACT_IS_SUBJECT:
        return [int(subject_id)] if subject_id.isdigit() else []
    noun = "handle" if kind.startswith("contact.handle_") else kind.partition(".")[0]
    if noun not in _SUBJECTS:
        return []
    table, columns = _SUBJECTS[noun]
    row = tx.one(
        f"SELECT {', '.join(columns)} FROM {table} WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": subject_id},
    )
    return [contact_id for contact_id in row or () if contact_id is not None]


def insert_event_contacts(tx: Tx, organization_id: int, event_id: int, contact_ids: Iterable[int]) -> None:
    """Makes an event name these contacts."""
    rows = [
        {"organization_id": organization_id, "event_id": event_id, "contact_id": contact_id}
        for contact_id in sorted(set(contact_ids))
    ]
    tx.insert_rows("event_contacts", rows, skip_existing=True)


def list_tombstones_of_contacts(tx: Tx, organization_id: int, *, limit: int) -> list[str]:
    """The uuids of tombstones whose contact exists."""
    rows = tx.all(
        "SELECT t.uuid FROM contact_tombstones t JOIN contacts c ON c.organization_id = t.organization_id"
        " AND c.uuid = t.uuid WHERE t.organization_id = :organization_id ORDER BY t.uuid LIMIT :limit",
        {"organization_id": organization_id, "limit": limit},
    )
    return [uuid for (uuid,) in rows]


def list_shared_revisions(tx: Tx, organization_id: int, *, limit: int) -> list[int]:
    """The ids of contacts whose revision a tombstone or another contact has too, or that have none."""
    rows = tx.all(
        "SELECT c.id FROM contacts c LEFT JOIN contact_tombstones t ON t.organization_id = c.organization_id"
        " AND t.revision = c.revision WHERE c.organization_id = :organization_id"
        " AND (t.uuid IS NOT NULL OR c.revision <= 0 OR EXISTS (SELECT 1 FROM contacts other"
        " WHERE other.organization_id = c.organization_id AND other.revision = c.revision AND other.id <> c.id))"
        " ORDER BY c.id LIMIT :limit",
        {"organization_id": organization_id, "limit": limit},
    )
    return [contact_id for (contact_id,) in rows]
