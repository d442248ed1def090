"""Merges of contacts, and which contact the id of a merged one means now."""

from collections.abc import Iterable
from typing import Any

import msgspec

from coterie.model.merges import Merge, MergeChanges
from coterie.store.database import Row, Tx

_COLUMNS = "id, survivor_id, loser_id, user_id, revision, created_at, unmerged_at, changes"


def _merge(row: Row) -> Merge:
    return Merge(*(*row[:-1], msgspec.json.decode(row[-1], type=MergeChanges)))


def insert_merge(tx: Tx, organization_id: int, merge: Merge) -> None:
    tx.insert_rows("merges", [{"organization_id": organization_id, **_values(merge)}])


def save_merge(tx: Tx, organization_id: int, merge: Merge) -> None:
    """Saves what changes about a merge: its changes, revision and unmerged_at."""
    values = {name: value for name, value in _values(merge).items() if name in ("id", "changes", "revision")}
    tx.run(
        "UPDATE merges SET changes = :changes, revision = :revision, unmerged_at = :unmerged_at"
        " WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "unmerged_at": merge.unmerged_at, **values},
    )


def _values(merge: Merge) -> dict[str, Any]:
    return msgspec.structs.asdict(merge) | {"changes": msgspec.json.encode(merge.changes).decode()}


def find_merge(tx: Tx, organization_id: int, merge_id: str) -> Merge | None:
    """A merge, undone or not."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM merges WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": merge_id},
    )
    return _merge(row) if row else None


def list_merges(tx: Tx, organization_id: int, *, limit: int, offset: int = 0) -> list[Merge]:
    """A page of the merges that are not undone, newest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM merges WHERE organization_id = :organization_id AND unmerged_at IS NULL"
        " ORDER BY id DESC LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "limit": limit, "offset": offset},
    )
    return [_merge(row) for row in rows]


def list_merges_into(tx: Tx, organization_id: int, survivor_id: int, *, after: int = 0) -> list[Merge]:
    """The merges into this contact that are not undone and follow a revision, oldest first."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM merges WHERE organization_id = :organization_id AND survivor_id = :survivor_id"
        " AND unmerged_at IS NULL AND revision > :after ORDER BY revision",
        {"organization_id": organization_id, "survivor_id": survivor_id, "after": after},
    )
    return [_merge(row) for row in rows]


def find_merge_of(tx: Tx, organization_id: int, loser_id: int) -> Merge | None:
    """The merge by which a contact is hidden, if it is."""
    row = tx.one(
        f"SELECT {_COLUMNS} FROM merges WHERE organization_id = :organization_id AND loser_id = :loser_id"
        " AND unmerged_at IS NULL",
        {"organization_id": organization_id, "loser_id": loser_id},
    )
    return _merge(row) if row else None


# Which contact an id means --------------------------------------------------------------------------------------------


def find_survivors(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, int]:
    """contact id -> the id of the contact it means now, for those that exist; its own unless it was merged."""
    ids = set(contact_ids)
    if not ids:
        return {}
    rows = tx.all(
        "SELECT id, COALESCE(merged_into, id) FROM contacts"
        f" WHERE organization_id = :organization_id AND id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(ids)},
    )
    return {contact_id: survivor_id for contact_id, survivor_id in rows}


def find_survivor(tx: Tx, organization_id: int, contact_id: int) -> int:
    """The id of the contact that an id means now; the id itself if no contact has it."""
    return find_survivors(tx, organization_id, [contact_id]).get(contact_id, contact_id)


def lock_to_merge(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> None:
    """Locks contacts until the commit, also against parts that others insert: it waits for those under way.

    tx.lock is weaker: foreign keys do not wait for it.
    """
    if tx.lock:
        tx.all(
            f"SELECT id FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')}"
            " ORDER BY id FOR UPDATE",
            {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
        )


def lock_survivors(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, int]:
    """Locks contacts, so that they are not merged until the commit: contact id -> the contact it means now.

    It may have been merged since it was found; on SQLite there is only one writer.
    """
    survivors = {contact_id: contact_id for contact_id in contact_ids}
    waiting = sorted(survivors)
    while tx.lock and waiting:
        rows = tx.all(
            f"SELECT id, merged_into FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')}"
            f" ORDER BY id{tx.lock}",
            {"organization_id": organization_id, "ids": tx.list_param(waiting)},
        )
        merged = {contact_id: survivor_id for contact_id, survivor_id in rows if survivor_id is not None}
        survivors = {contact_id: merged.get(now, now) for contact_id, now in survivors.items()}
        waiting = sorted(set(merged.values()))
    return survivors


def list_merged_into(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> list[int]:
    """The contacts whose ids mean one of these now, by id."""
    rows = tx.all(
        "SELECT id FROM contacts WHERE organization_id = :organization_id AND merged_into IS NOT NULL"
        f" AND merged_into {tx.in_list('ids')} ORDER BY id",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return [contact_id for (contact_id,) in rows]


def set_merged_into(tx: Tx, organization_id: int, loser_id: int, survivor_id: int) -> None:
    """Makes the id of the loser, and those that mean it, mean the survivor."""
    tx.run(
        "UPDATE contacts SET merged_into = :survivor_id WHERE organization_id = :organization_id"
        " AND (id = :loser_id OR merged_into IS NOT NULL AND merged_into = :loser_id)",
        {"organization_id": organization_id, "loser_id": loser_id, "survivor_id": survivor_id},
    )


def clear_merged_into(tx: Tx, organization_id: int, loser_id: int) -> None:
    """Makes the id of a contact mean itself again, and those of the contacts that were merged into it mean it."""
    bound = {"organization_id": organization_id, "loser_id": loser_id}
    tx.run(
        "WITH RECURSIVE below (id) AS (SELECT loser_id FROM merges WHERE organization_id = :organization_id"
        " AND survivor_id = :loser_id AND unmerged_at IS NULL UNION SELECT m.loser_id FROM merges m"
        " JOIN below b ON m.survivor_id = b.id WHERE m.organization_id = :organization_id AND m.unmerged_at IS NULL)"
        " UPDATE contacts SET merged_into = :loser_id WHERE organization_id = :organization_id"
        " AND id IN (SELECT id FROM below)",
        bound,
    )
    tx.run(
        "UPDATE contacts SET merged_into = NULL WHERE organization_id = :organization_id AND id = :loser_id",
        bound,
    )
