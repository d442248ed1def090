"""Notes: their contacts, their tags, and which one is pinned.

A personal note is visible to its author only: functions that read notes for a user take reader_id, the user's id.
"""

from collections.abc import Iterable

from coterie.model.notes import FEW, Note
from coterie.model.terms import Tag
from coterie.model.words import stored_words
from coterie.store.counters import add_to_count, count
from coterie.store.database import Row, Tx, matching
from coterie.store.grouping import by_contact

COUNT = "notes"
_SELECT = "id, author_id, text, is_personal, is_pinned, created_at, updated_at, deleted_at"
_OF_NOTE = ", ".join(f"n.{name}" for name in _SELECT.split(", "))
_VISIBLE = "(NOT n.is_personal OR n.author_id = :reader_id)"


def _note(row: Row) -> Note:
    return Note(row[0], row[1], row[2], bool(row[3]), bool(row[4]), *row[5:])


def _alive(*, include_deleted: bool) -> str:
    return "" if include_deleted else " AND n.deleted_at IS NULL"


def find_note(
    tx: Tx, organization_id: int, note_id: str, *, reader_id: str | None, to_change: bool = False
) -> Note | None:
    """A note that the reader may see, deleted or not; to_change locks its row until the commit."""
    row = tx.one(
        f"SELECT {_OF_NOTE} FROM notes n WHERE n.organization_id = :organization_id AND n.id = :id AND {_VISIBLE}"
        + (tx.lock if to_change else ""),
        {"organization_id": organization_id, "id": note_id, "reader_id": reader_id},
    )
    return _note(row) if row else None


def find_pinned_note(tx: Tx, organization_id: int, contact_id: int) -> Note | None:
    """The note that Inrō shows for a contact: the newest pinned, shared, not deleted one."""
    row = tx.one(
        f"SELECT {_OF_NOTE} FROM note_contacts nc JOIN notes n"
        " ON n.organization_id = nc.organization_id AND n.id = nc.note_id"
        " WHERE nc.organization_id = :organization_id AND nc.contact_id = :contact_id"
        " AND n.is_pinned AND NOT n.is_personal AND n.deleted_at IS NULL ORDER BY n.id DESC LIMIT 1",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return _note(row) if row else None


# Lists ----------------------------------------------------------------------------------------------------------------


def list_notes(
    tx: Tx,
    organization_id: int,
    *,
    reader_id: str | None,
    include_deleted: bool = False,
    limit: int,
    offset: int = 0,
) -> list[Note]:
    """A page of the notes that the reader may see, oldest first."""
    rows = tx.all(
        f"SELECT {_OF_NOTE} FROM notes n WHERE n.organization_id = :organization_id AND {_VISIBLE}"
        f"{_alive(include_deleted=include_deleted)} ORDER BY n.id LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "reader_id": reader_id, "limit": limit, "offset": offset},
    )
    return [_note(row) for row in rows]


def count_notes(tx: Tx, organization_id: int, *, reader_id: str | None, include_deleted: bool = False) -> int:
    """The number of notes on all pages of list_notes. That of shared notes is cached, personal ones are counted."""
    condition = _VISIBLE if include_deleted else "n.is_personal AND n.author_id = :reader_id"
    row = tx.one(
        f"SELECT COUNT(*) FROM notes n WHERE n.organization_id = :organization_id AND {condition}"
        f"{_alive(include_deleted=include_deleted)}",
        {"organization_id": organization_id, "reader_id": reader_id},
    )
    return (int(row[0]) if row else 0) + (0 if include_deleted else count(tx, organization_id, COUNT))


_ABOUT = (
    "note_contacts nc JOIN notes n ON n.organization_id = nc.organization_id AND n.id = nc.note_id"
    " WHERE nc.organization_id = :organization_id AND nc.contact_id = :contact_id AND " + _VISIBLE
)


def list_notes_of_contact(
    tx: Tx,
    organization_id: int,
    contact_id: int,
    *,
    reader_id: str | None,
    include_deleted: bool = False,
    limit: int,
    offset: int = 0,
) -> list[Note]:
    """A page of the notes about a contact that the reader may see, oldest first."""
    rows = tx.all(
        f"SELECT {_OF_NOTE} FROM {_ABOUT}{_alive(include_deleted=include_deleted)}"
        " ORDER BY nc.note_id LIMIT :limit OFFSET :offset",
        {
            "organization_id": organization_id,
            "contact_id": contact_id,
            "reader_id": reader_id,
            "limit": limit,
            "offset": offset,
        },
    )
    return [_note(row) for row in rows]


def count_notes_of_contact(
    tx: Tx, organization_id: int, contact_id: int, *, reader_id: str | None, include_deleted: bool = False
) -> int:
    """The number of notes on all pages of list_notes_of_contact."""
    row = tx.one(
        f"SELECT COUNT(*) FROM {_ABOUT}{_alive(include_deleted=include_deleted)}",
        {"organization_id": organization_id, "contact_id": contact_id, "reader_id": reader_id},
    )
    return int(row[0]) if row else 0


def list_notes_of(
    tx: Tx, organization_id: int, contact_ids: Iterable[int], *, reader_id: str | None
) -> dict[int, list[Note]]:
    """contact id -> the notes about it that are not deleted and that the reader may see, oldest first."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        # SQLite joins these in the order written: the contacts lead, or it would read every note
        f"SELECT nc.contact_id, {_OF_NOTE} FROM note_contacts nc CROSS JOIN notes n"
        f" WHERE nc.organization_id = :organization_id AND nc.contact_id {condition}"
        " AND n.organization_id = nc.organization_id AND n.id = nc.note_id"
        f" AND {_VISIBLE} AND n.deleted_at IS NULL ORDER BY nc.contact_id, nc.note_id",
        {"organization_id": organization_id, "ids": ids, "reader_id": reader_id},
    )
    return by_contact(rows, lambda row: _note(row[1:]))


def list_contacts_of_notes(
    tx: Tx, organization_id: int, note_ids: Iterable[str], *, limit: int = FEW
) -> dict[str, list[int]]:
    """note id -> the ids of its first few contacts that are not deleted."""
    rows = tx.all(
        "SELECT note_id, contact_id FROM (SELECT nc.note_id, nc.contact_id,"
        " ROW_NUMBER() OVER (PARTITION BY nc.note_id ORDER BY nc.contact_id) AS place FROM note_contacts nc"
        " JOIN contacts c ON c.organization_id = nc.organization_id AND c.id = nc.contact_id"
        f" WHERE nc.organization_id = :organization_id AND nc.note_id {tx.in_list('ids')} AND c.deleted_at IS NULL"
        ") placed WHERE place <= :limit ORDER BY note_id, place",
        {"organization_id": organization_id, "ids": tx.list_param(note_ids), "limit": limit},
    )
    found: dict[str, list[int]] = {}
    for note_id, contact_id in rows:
        found.setdefault(note_id, []).append(contact_id)
    return found


def list_tags_of_notes(
    tx: Tx, organization_id: int, note_ids: Iterable[str], *, limit: int = FEW
) -> dict[str, list[Tag]]:
    """note id -> the first few of its tags that are not deleted, by name."""
    rows = tx.all(
        "SELECT note_id, id, name, contact_count, created_at, updated_at, deleted_at FROM"
        " (SELECT nt.note_id, t.id, t.name, t.contact_count, t.created_at, t.updated_at, t.deleted_at,"
        " ROW_NUMBER() OVER (PARTITION BY nt.note_id ORDER BY t.name_key) AS place FROM note_tags nt"
        " JOIN tags t ON t.organization_id = nt.organization_id AND t.id = nt.tag_id"
        f" WHERE nt.organization_id = :organization_id AND nt.note_id {tx.in_list('ids')} AND t.deleted_at IS NULL"
        ") placed WHERE place <= :limit ORDER BY note_id, place",
        {"organization_id": organization_id, "ids": tx.list_param(note_ids), "limit": limit},
    )
    found: dict[str, list[Tag]] = {}
    for note_id, *tag in rows:
        found.setdefault(note_id, []).append(Tag(*tag))
    return found


def list_contacts_of_note(tx: Tx, organization_id: int, note_id: str) -> list[int]:
    """The ids of a note's contacts, deleted ones too; merged ones are hidden."""
    rows = tx.all(
        "SELECT nc.contact_id FROM note_contacts nc JOIN contacts c ON c.organization_id = nc.organization_id"
        " AND c.id = nc.contact_id WHERE nc.organization_id = :organization_id AND nc.note_id = :note_id"
        " AND c.merged_into IS NULL ORDER BY nc.contact_id",
        {"organization_id": organization_id, "note_id": note_id},
    )
    return [row[0] for row in rows]


# Writing --------------------------------------------------------------------------------------------------------------


def insert_note(tx: Tx, organization_id: int, note: Note, contact_ids: Iterable[int]) -> None:
    """Inserts a note about these contacts."""
    tx.run(
        f"INSERT INTO notes (organization_id, {_SELECT}, text_words) VALUES (:organization_id, :id, :author_id, :text,"
        " :is_personal, :is_pinned, :created_at, :updated_at, :deleted_at, :text_words)",
        {
            "organization_id": organization_id,
            "id": note.id,
            "author_id": note.author_id,
            "text": note.text,
            "text_words": stored_words(note.text),
            "is_personal": note.is_personal,
            "is_pinned": note.is_pinned,
            "created_at": note.created_at,
            "updated_at": note.updated_at,
            "deleted_at": note.deleted_at,
        },
    )
    if note.is_counted:
        add_to_count(tx, organization_id, COUNT, 1)
    add_note_contacts(tx, organization_id, note.id, contact_ids)


def save_note(tx: Tx, organization_id: int, before: Note, note: Note) -> None:
    """Saves an existing note; before: as it is stored."""
    tx.run(
        "UPDATE notes SET text = :text, text_words = :text_words, is_personal = :is_personal, is_pinned = :is_pinned,"
        " updated_at = :updated_at, deleted_at = :deleted_at"
        " WHERE organization_id = :organization_id AND id = :id",
        {
            "organization_id": organization_id,
            "id": note.id,
            "text": note.text,
            "text_words": stored_words(note.text),
            "is_personal": note.is_personal,
            "is_pinned": note.is_pinned,
            "updated_at": note.updated_at,
            "deleted_at": note.deleted_at,
        },
    )
    if note.is_counted is not before.is_counted:
        add_to_count(tx, organization_id, COUNT, 1 if note.is_counted else -1)


def erase_note(tx: Tx, organization_id: int, note: Note) -> None:
    tx.run(
        "DELETE FROM notes WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": note.id},
    )
    if note.is_counted:
        add_to_count(tx, organization_id, COUNT, -1)


def add_note_contacts(tx: Tx, organization_id: int, note_id: str, contact_ids: Iterable[int]) -> None:
    """Links a note to these contacts as well."""
    rows = [
        {"organization_id": organization_id, "contact_id": contact_id, "note_id": note_id} for contact_id in contact_ids
    ]
    tx.insert_rows("note_contacts", rows, skip_existing=True)


def remove_note_contacts(tx: Tx, organization_id: int, note_id: str, contact_ids: Iterable[int]) -> None:
    """Unlinks a note from these contacts."""
    tx.run(
        "DELETE FROM note_contacts WHERE organization_id = :organization_id"
        f" AND note_id = :note_id AND contact_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "note_id": note_id, "ids": tx.list_param(contact_ids)},
    )


def add_note_tags(tx: Tx, organization_id: int, note_id: str, tag_ids: Iterable[str]) -> None:
    """Gives a note these tags as well."""
    rows = [{"organization_id": organization_id, "note_id": note_id, "tag_id": tag_id} for tag_id in tag_ids]
    tx.insert_rows("note_tags", rows, skip_existing=True)


def remove_note_tags(tx: Tx, organization_id: int, note_id: str, tag_ids: Iterable[str]) -> None:
    """Removes these tags from a note."""
    tx.run(
        "DELETE FROM note_tags WHERE organization_id = :organization_id"
        f" AND note_id = :note_id AND tag_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "note_id": note_id, "ids": tx.list_param(tag_ids)},
    )
