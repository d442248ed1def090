"""Notes, whom they are about, which one is pinned."""

from collections.abc import Iterable

from coterie.model.notes import Note
from coterie.store.database import Row, Tx

_SELECT = "id, author_id, text, is_personal, is_pinned, created_at, updated_at, deleted_at"
_OF_CONTACT = ", ".join(f"n.{name}" for name in _SELECT.split(", "))


def _note(row: Row) -> Note:
    return Note(row[0], row[1], row[2], bool(row[3]), bool(row[4]), *row[5:])


def find_pinned_note(tx: Tx, organization_id: int, contact_id: int) -> Note | None:
    """The note Inrō's side shows for a contact: the newest pinned, shared, not deleted one."""
    row = tx.one(
        f"SELECT {_OF_CONTACT} FROM note_contacts nc JOIN notes n"
        " ON n.organization_id = nc.organization_id AND n.id = nc.note_id"
        " WHERE nc.organization_id = :organization_id AND nc.contact_id = :contact_id"
        " AND n.is_pinned AND NOT n.is_personal AND n.deleted_at IS NULL ORDER BY n.id DESC LIMIT 1",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return _note(row) if row else None


def insert_note(tx: Tx, organization_id: int, note: Note, contact_ids: Iterable[int]) -> None:
    """A new note about these contacts."""
    tx.run(
        f"INSERT INTO notes (organization_id, {_SELECT}) VALUES (:organization_id, :id, :author_id, :text,"
        " :is_personal, :is_pinned, :created_at, :updated_at, :deleted_at)",
        {
            "organization_id": organization_id,
            "id": note.id,
            "author_id": note.author_id,
            "text": note.text,
            "is_personal": note.is_personal,
            "is_pinned": note.is_pinned,
            "created_at": note.created_at,
            "updated_at": note.updated_at,
            "deleted_at": note.deleted_at,
        },
    )
    add_note_contacts(tx, organization_id, note.id, contact_ids)


def add_note_contacts(tx: Tx, organization_id: int, note_id: str, contact_ids: Iterable[int]) -> None:
    """The note is also about these contacts."""
    tx.many(
        "INSERT INTO note_contacts (organization_id, contact_id, note_id)"
        " VALUES (:organization_id, :contact_id, :note_id) ON CONFLICT DO NOTHING",
        [
            {"organization_id": organization_id, "contact_id": contact_id, "note_id": note_id}
            for contact_id in contact_ids
        ],
    )


def list_contacts_of_note(tx: Tx, organization_id: int, note_id: str) -> list[int]:
    """The ids of the contacts a note is about."""
    rows = tx.all(
        "SELECT contact_id FROM note_contacts WHERE organization_id = :organization_id"
        " AND note_id = :note_id ORDER BY contact_id",
        {"organization_id": organization_id, "note_id": note_id},
    )
    return [row[0] for row in rows]


def save_note(tx: Tx, organization_id: int, note: Note) -> None:
    """What changed of a note that exists."""
    tx.run(
        "UPDATE notes SET text = :text, is_personal = :is_personal, is_pinned = :is_pinned,"
        " updated_at = :updated_at, deleted_at = :deleted_at"
        " WHERE organization_id = :organization_id AND id = :id",
        {
            "organization_id": organization_id,
            "id": note.id,
            "text": note.text,
            "is_personal": note.is_personal,
            "is_pinned": note.is_pinned,
            "updated_at": note.updated_at,
            "deleted_at": note.deleted_at,
        },
    )


def remove_note_contact(tx: Tx, organization_id: int, note_id: str, contact_id: int) -> None:
    """The note is not about this contact any more."""
    tx.run(
        "DELETE FROM note_contacts WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id AND note_id = :note_id",
        {"organization_id": organization_id, "contact_id": contact_id, "note_id": note_id},
    )
