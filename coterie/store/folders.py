"""Folders, and the contacts in them."""

from collections.abc import Iterable

from coterie.model.folders import Folder
from coterie.store.counters import add_to_count, count, next_number
from coterie.store.database import Tx, matching
from coterie.store.grouping import by_contact, rest_of

_SELECT = "id, name, color, contact_count, created_at, updated_at"
COUNT = "folders"


def list_folders(tx: Tx, organization_id: int, *, limit: int, offset: int = 0) -> list[Folder]:
    """A page of the folders, oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM folders WHERE organization_id = :organization_id"
        " ORDER BY id LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "limit": limit, "offset": offset},
    )
    return [Folder(*row) for row in rows]


def count_folders(tx: Tx, organization_id: int) -> int:
    """The number of folders; a cached count."""
    return count(tx, organization_id, COUNT)


def find_folder(tx: Tx, organization_id: int, folder_id: int) -> Folder | None:
    row = tx.one(
        f"SELECT {_SELECT} FROM folders WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": folder_id},
    )
    return Folder(*row) if row else None


def find_folder_by_name(tx: Tx, organization_id: int, name: str) -> Folder | None:
    """The oldest folder of exactly this name."""
    row = tx.one(
        f"SELECT {_SELECT} FROM folders WHERE organization_id = :organization_id AND name = :name ORDER BY id LIMIT 1",
        {"organization_id": organization_id, "name": name},
    )
    return Folder(*row) if row else None


def insert_folder(tx: Tx, organization_id: int, name: str, color: str | None, now: str) -> Folder:
    """Inserts an empty folder with the next id; returns it."""
    folder = Folder(next_number(tx, organization_id, "folder_id"), name, color, 0, now, now)
    insert_again(tx, organization_id, folder)
    return folder


def insert_again(tx: Tx, organization_id: int, folder: Folder) -> None:
    """Inserts an empty folder with its id."""
    row = {
        "organization_id": organization_id, "id": folder.id, "name": folder.name, "color": folder.color,
        "created_at": folder.created_at, "updated_at": folder.updated_at,
    }  # fmt: skip
    tx.insert_rows("folders", [row])
    add_to_count(tx, organization_id, COUNT, 1)


def save_folder(tx: Tx, organization_id: int, folder: Folder) -> None:
    tx.run(
        "UPDATE folders SET name = :name, color = :color, updated_at = :now"
        " WHERE organization_id = :organization_id AND id = :id",
        {
            "organization_id": organization_id,
            "id": folder.id,
            "name": folder.name,
            "color": folder.color,
            "now": folder.updated_at,
        },
    )


def delete_folder(tx: Tx, organization_id: int, folder_id: int) -> None:
    """Erases a folder; its contacts stay."""
    deleted = tx.run(
        "DELETE FROM folders WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": folder_id},
    )
    # 0 if another transaction has erased it
    add_to_count(tx, organization_id, COUNT, -deleted)


def list_folders_of(
    tx: Tx, organization_id: int, contact_ids: Iterable[int]
) -> dict[int, list[tuple[int, str, str | None]]]:
    """contact id -> (folder id, name, color) of each folder it is in."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        "SELECT cf.contact_id, f.id, f.name, f.color FROM contact_folders cf JOIN folders f"
        " ON f.organization_id = cf.organization_id AND f.id = cf.folder_id"
        f" WHERE cf.organization_id = :organization_id AND cf.contact_id {condition}"
        " ORDER BY cf.contact_id, cf.folder_id",
        {"organization_id": organization_id, "ids": ids},
    )
    return by_contact(rows, rest_of)


def contact_ids_in_folder(tx: Tx, organization_id: int, folder_id: int) -> list[int]:
    """Returns the ids of all contacts in a folder, deleted ones too."""
    rows = tx.all(
        "SELECT contact_id FROM contact_folders WHERE organization_id = :organization_id"
        " AND folder_id = :folder_id ORDER BY contact_id",
        {"organization_id": organization_id, "folder_id": folder_id},
    )
    return [row[0] for row in rows]


def put_in_folders(tx: Tx, organization_id: int, contact_id: int, folder_ids: Iterable[int]) -> None:
    """Puts a contact into folders it is not in and updates their cached counts."""
    rows = [
        {"organization_id": organization_id, "contact_id": contact_id, "folder_id": folder_id}
        for folder_id in folder_ids
    ]
    tx.insert_rows("contact_folders", rows)
    _count_in(tx, rows, "+ 1")


def take_out_of_folders(tx: Tx, organization_id: int, contact_id: int, folder_ids: Iterable[int]) -> None:
    """Takes a contact out of folders it is in and updates their cached counts."""
    rows = [
        {"organization_id": organization_id, "contact_id": contact_id, "folder_id": folder_id}
        for folder_id in folder_ids
    ]
    tx.execute_many(
        "DELETE FROM contact_folders WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id AND folder_id = :folder_id",
        rows,
    )
    _count_in(tx, rows, "- 1")


def _count_in(tx: Tx, rows: list[dict[str, int]], change: str) -> None:
    tx.execute_many(
        f"UPDATE folders SET contact_count = contact_count {change}"
        " WHERE organization_id = :organization_id AND id = :folder_id",
        [{"organization_id": row["organization_id"], "folder_id": row["folder_id"]} for row in rows],
    )


def count_contact(tx: Tx, organization_id: int, contact_id: int, by: int) -> None:
    """Adds a contact to the cached counts of its folders, or removes it."""
    tx.run(
        "UPDATE folders SET contact_count = contact_count + :by WHERE organization_id = :organization_id"
        " AND id IN (SELECT folder_id FROM contact_folders"
        " WHERE organization_id = :organization_id AND contact_id = :contact_id)",
        {"organization_id": organization_id, "contact_id": contact_id, "by": by},
    )
