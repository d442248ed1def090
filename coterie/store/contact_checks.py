"""Queries of `coterie check` about contacts, in pages by id; deleted contacts are checked too."""

from collections.abc import Iterable

from coterie.model.contacts import Contact
from coterie.model.interactions import KINDS, RECENT_MAX
from coterie.store.contacts import SORT_COLUMNS, find_contact_to_change
from coterie.store.database import Tx


def list_ids_after(tx: Tx, organization_id: int, contact_id: int, *, limit: int, with_merged: bool = True) -> list[int]:
    """The next ids of contacts. with_merged: those merged into others too, whose rows stay though their parts moved."""
    unmerged = "" if with_merged else " AND merged_into IS NULL"
    rows = tx.all(
        f"SELECT id FROM contacts WHERE organization_id = :organization_id AND id > :id{unmerged}"
        " ORDER BY id LIMIT :limit",
        {"organization_id": organization_id, "id": contact_id, "limit": limit},
    )
    return [row[0] for row in rows]


def list_sort_keys_after(tx: Tx, organization_id: int, contact_id: int, *, limit: int) -> dict[int, dict[str, str]]:
    """contact id -> its stored sort keys, for the next contacts by id."""
    rows = tx.all(
        f"SELECT id, {', '.join(SORT_COLUMNS)} FROM contacts"
        " WHERE organization_id = :organization_id AND id > :id ORDER BY id LIMIT :limit",
        {"organization_id": organization_id, "id": contact_id, "limit": limit},
    )
    return {row[0]: dict(zip(SORT_COLUMNS, row[1:], strict=True)) for row in rows}


def load_contact_to_repair(tx: Tx, organization_id: int, contact_id: int) -> Contact:
    """A contact that was just found, with its row locked until the commit."""
    contact = find_contact_to_change(tx, organization_id, contact_id)
    if contact is None:
        raise LookupError("the contact was erased after it was found")
    return contact


def pinned_texts_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, str]:
    """contact id -> the text of its pinned note, by the rule of store.notes.find_pinned_note."""
    rows = tx.all(
        "SELECT nc.contact_id, n.text FROM note_contacts nc JOIN notes n"
        " ON n.organization_id = nc.organization_id AND n.id = nc.note_id"
        f" WHERE nc.organization_id = :organization_id AND nc.contact_id {tx.in_list('ids')}"
        " AND n.is_pinned AND NOT n.is_personal AND n.deleted_at IS NULL ORDER BY n.id",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return dict(rows)


def list_wrong_recent(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> list[tuple[int, str]]:
    """(contact id, kind) where the marked interactions are not the newest ten that are not deleted.

    Conversations that a user logged are never marked.
    """
    rows = tx.all(
        "SELECT DISTINCT contact_id, kind FROM (SELECT contact_id, kind, is_recent, deleted_at, row_number() OVER"
        " (PARTITION BY contact_id, kind, deleted_at IS NULL ORDER BY happened_at DESC, id DESC) AS place"
        f" FROM interactions WHERE organization_id = :organization_id AND contact_id {tx.in_list('ids')}"
        f" AND kind {tx.in_list('kinds')}) placed"
        " WHERE is_recent <> (deleted_at IS NULL AND place <= :most) ORDER BY contact_id, kind",
        {
            "organization_id": organization_id,
            "ids": tx.list_param(contact_ids),
            "most": RECENT_MAX,
            "kinds": tx.list_param(KINDS),
        },
    )
    return [(contact_id, kind) for contact_id, kind in rows]
