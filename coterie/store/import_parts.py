"""Bulk writes of imports: contacts and their parts, with one statement per batch instead of one per row."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from coterie.model.attachments import IMPORT
from coterie.model.words import with_words
from coterie.store.contacts import COLUMNS, COUNT, IDS, SORT_COLUMNS
from coterie.store.counters import add_to_count, next_numbers
from coterie.store.database import Tx
from coterie.store.handles import lock_usernames
from coterie.store.notes import COUNT as NOTES
from coterie.store.revisions import CHANGES

Rows = Sequence[Mapping[str, Any]]


# Reading --------------------------------------------------------------------------------------------------------------


def find_username_owners(tx: Tx, organization_id: int, usernames: Iterable[str]) -> dict[str, int]:
    """username -> the contact that has it now and is not deleted. Locks the usernames until the commit."""
    usernames = sorted(set(usernames))
    lock_usernames(tx, organization_id, usernames)
    rows = tx.all(
        f"SELECT username_key, id FROM contacts{_by(tx, 'contacts_by_username')}"
        " WHERE organization_id = :organization_id AND deleted_at IS NULL"
        f" AND username_key {tx.in_list('values')}",
        {"organization_id": organization_id, "values": tx.list_param(usernames)},
    )
    return {row[0]: row[1] for row in rows}


def _by(tx: Tx, index: str) -> str:
    # without statistics SQLite assumes that an organization has few rows and reads all of them
    return f" INDEXED BY {index}" if tx.engine == "sqlite" else ""


# Writing --------------------------------------------------------------------------------------------------------------


def take_numbers(tx: Tx, organization_id: int, how_many: int) -> tuple[int, int]:
    """Counts so many new contacts: (the first of their ids, the first of their revisions)."""
    first = next_numbers(tx, organization_id, {IDS: how_many, COUNT: how_many, CHANGES: how_many})
    return first[IDS], first[CHANGES]


def insert_contact_rows(tx: Tx, organization_id: int, rows: Rows) -> None:
    """Inserts contacts, each with every column, sort key and card_state, and the numbers of take_numbers."""
    _insert(tx, organization_id, "contacts", (*COLUMNS, *SORT_COLUMNS, "card_state"), rows)


def insert_addresses(tx: Tx, organization_id: int, rows: Rows) -> None:
    names = (
        "id", "contact_id", "label", "address_line_1", "address_line_2", "address_line_3", "locality", "region",
        "postcode", "country", "country_code", *_STAMPS,
    )  # fmt: skip
    _insert_with_words(tx, organization_id, "postal_addresses", names, _stamped(rows))


def insert_dates(tx: Tx, organization_id: int, rows: Rows) -> None:
    names = ("contact_id", "id", "label", "occurs_on", *_STAMPS)
    _insert_with_words(tx, organization_id, "important_dates", names, _stamped(rows))


def insert_notes(tx: Tx, organization_id: int, rows: Rows) -> None:
    """Inserts notes, each about one contact."""
    names = ("id", "author_id", "text", "is_personal", "is_pinned", *_STAMPS)
    _insert_with_words(tx, organization_id, "notes", names, [{**row, "is_personal": False} for row in _stamped(rows)])
    links = [{"contact_id": row["contact_id"], "note_id": row["id"]} for row in rows]
    _insert(tx, organization_id, "note_contacts", ("contact_id", "note_id"), links)
    if rows:
        add_to_count(tx, organization_id, NOTES, len(rows))


def insert_files(tx: Tx, organization_id: int, rows: Rows) -> None:
    """Inserts attachments whose bytes are stored."""
    names = ("contact_id", "id", "kind", "filename", "media_type", "byte_count", "digest", "created_at", "source")
    _insert(tx, organization_id, "attachments", names, [{**row, "source": IMPORT} for row in _stamped(rows)])


def insert_tagged(tx: Tx, organization_id: int, rows: Rows) -> None:
    """Gives contacts tags they do not have and updates the cached counts."""
    _insert(tx, organization_id, "contact_tags", ("contact_id", "tag_id"), rows, skip_existing=True)
    _count(tx, organization_id, "tags", [row["tag_id"] for row in rows], 1)


def insert_in_folders(tx: Tx, organization_id: int, rows: Rows) -> None:
    """Puts contacts into folders they are not in and updates the cached counts."""
    _insert(tx, organization_id, "contact_folders", ("contact_id", "folder_id"), rows, skip_existing=True)
    _count(tx, organization_id, "folders", [row["folder_id"] for row in rows], 1)


def save_external_ids(tx: Tx, organization_id: int, rows: Rows) -> None:
    """Links the external ids to these contacts, replacing earlier links."""
    stored = [(organization_id, row["source"], row["external_id"], row["contact_id"]) for row in rows]
    key = ("organization_id", "source", "external_id")
    tx.insert_values("external_ids", (*key, "contact_id"), stored, replace_on=key)


_STAMPS = ("created_at", "updated_at")


def _stamped(rows: Rows) -> list[dict[str, Any]]:
    return [{**row, "created_at": row["now"], "updated_at": row["now"]} for row in rows]


def _insert(
    tx: Tx, organization_id: int, table: str, names: Sequence[str], rows: Rows, *, skip_existing: bool = False
) -> None:
    values_of = itemgetter(*names)
    stored = [(organization_id, *values_of(row)) for row in rows]
    tx.insert_values(table, ("organization_id", *names), stored, skip_existing=skip_existing)


def _insert_with_words(tx: Tx, organization_id: int, table: str, names: Sequence[str], rows: Rows) -> None:
    stored = [{"organization_id": organization_id, **{name: row[name] for name in names}} for row in rows]
    tx.insert_rows(table, [with_words(table, row) for row in stored])


def _count(tx: Tx, organization_id: int, table: str, ids: Iterable[Any], by: int) -> None:
    counts: dict[Any, int] = {}
    for each in ids:
        counts[each] = counts.get(each, 0) + by
    tx.execute_many(
        f"UPDATE {table} SET contact_count = contact_count + :by WHERE organization_id = :organization_id AND id = :id",
        [{"organization_id": organization_id, "id": each, "by": change} for each, change in sorted(counts.items())],
    )


# Undo -----------------------------------------------------------------------------------------------------------------


def delete_parts(tx: Tx, organization_id: int, table: str, contact_id: int, ids: Iterable[str]) -> None:
    """Deletes unedited parts of a contact; table: postal_addresses, important_dates, attachments or interactions."""
    assert table in ("postal_addresses", "important_dates", "attachments", "interactions")
    tx.run(
        f"DELETE FROM {table} WHERE organization_id = :organization_id AND contact_id = :contact_id"
        f" AND id {tx.in_list('ids')}",
        {"organization_id": organization_id, "contact_id": contact_id, "ids": tx.list_param(ids)},
    )


def find_parts(
    tx: Tx, organization_id: int, table: str, contact_id: int, ids: Iterable[str]
) -> tuple[list[str], list[str]]:
    """(unedited, edited) of these addresses or dates."""
    assert table in ("postal_addresses", "important_dates")
    rows = tx.all(
        f"SELECT id, created_at = updated_at FROM {table} WHERE organization_id = :organization_id"
        f" AND contact_id = :contact_id AND id {tx.in_list('ids')}",
        {"organization_id": organization_id, "contact_id": contact_id, "ids": tx.list_param(ids)},
    )
    return [row[0] for row in rows if row[1]], [row[0] for row in rows if not row[1]]


def delete_untouched_note(tx: Tx, organization_id: int, note_id: str, contact_id: int) -> bool | None:
    """Deletes an unedited note about this contact alone. Returns whether it was deleted; None if it does not exist."""
    bound = {"organization_id": organization_id, "id": note_id}
    row = tx.one(
        "SELECT created_at = updated_at, NOT is_personal AND deleted_at IS NULL FROM notes"
        " WHERE organization_id = :organization_id AND id = :id",
        bound,
    )
    if row is None:
        return None
    others = tx.one(
        "SELECT 1 FROM note_contacts WHERE organization_id = :organization_id AND note_id = :id"
        " AND contact_id <> :contact_id LIMIT 1",
        {**bound, "contact_id": contact_id},
    )
    if not row[0] or others:
        return False
    tx.run("DELETE FROM notes WHERE organization_id = :organization_id AND id = :id", bound)
    if row[1]:
        add_to_count(tx, organization_id, NOTES, -1)
    return True


def delete_tagged(tx: Tx, organization_id: int, contact_id: int, tag_ids: Sequence[str]) -> None:
    """Removes tags from a contact and updates the cached counts."""
    removed = _unlink(tx, organization_id, "contact_tags", "tag_id", contact_id, tag_ids)
    _count(tx, organization_id, "tags", removed, -1)


def delete_in_folders(tx: Tx, organization_id: int, contact_id: int, folder_ids: Sequence[int]) -> None:
    """Takes a contact out of folders and updates the cached counts."""
    removed = _unlink(tx, organization_id, "contact_folders", "folder_id", contact_id, folder_ids)
    _count(tx, organization_id, "folders", removed, -1)


def _unlink(tx: Tx, organization_id: int, table: str, column: str, contact_id: int, ids: Sequence[Any]) -> list[Any]:
    return [
        each
        for each in ids
        if tx.run(
            f"DELETE FROM {table} WHERE organization_id = :organization_id AND contact_id = :contact_id"
            f" AND {column} = :id",
            {"organization_id": organization_id, "contact_id": contact_id, "id": each},
        )
    ]


def delete_external_ids(tx: Tx, organization_id: int, contact_id: int, entries: Iterable[Sequence[str]]) -> None:
    """Unlinks (source, external id) entries of this contact."""
    tx.execute_many(
        "DELETE FROM external_ids WHERE organization_id = :organization_id AND source = :source"
        " AND external_id = :external_id AND contact_id = :contact_id",
        [
            {
                "organization_id": organization_id,
                "source": source,
                "external_id": external_id,
                "contact_id": contact_id,
            }
            for source, external_id in entries
        ],
    )
