"""Imports: one row for each file, with its state and its counts."""

from collections.abc import Mapping
from typing import Any

import msgspec

from coterie.model.imports import COUNT_OF, Import
from coterie.store.counters import next_number
from coterie.store.database import Tx

_IMPORT = ", ".join(field.name for field in msgspec.structs.fields(Import))
_SETTABLE = frozenset(_IMPORT.split(", ")) - {"id", "created_at"}


def insert_import(tx: Tx, organization_id: int, import_: Import) -> None:
    names = _IMPORT.split(", ")
    tx.run(
        f"INSERT INTO imports (organization_id, {_IMPORT})"
        f" VALUES (:organization_id, {', '.join(':' + name for name in names)})",
        {"organization_id": organization_id, **msgspec.structs.asdict(import_)},
    )


def find_import(tx: Tx, organization_id: int, import_id: str) -> Import | None:
    row = tx.one(
        f"SELECT {_IMPORT} FROM imports WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": import_id},
    )
    return Import(*row) if row else None


def find_import_to_change(tx: Tx, organization_id: int, import_id: str) -> Import | None:
    """Returns an import, with its row locked until the commit."""
    row = tx.one(
        f"SELECT {_IMPORT} FROM imports WHERE organization_id = :organization_id AND id = :id{tx.lock}",
        {"organization_id": organization_id, "id": import_id},
    )
    return Import(*row) if row else None


def find_organization_of_import(tx: Tx, import_id: str) -> int | None:
    """Returns the id of the organization, or None if there is no such import."""
    row = tx.one("SELECT organization_id FROM imports WHERE id = :id", {"id": import_id})
    return row[0] if row else None


_BEFORE = " AND id < :before"


def find_group(tx: Tx, group_id: str) -> list[tuple[int, str]]:
    """Returns (organization id, import id) of each file of one command, the last one first."""
    rows = tx.all(
        "SELECT organization_id, id FROM imports WHERE group_id = :group_id ORDER BY id DESC", {"group_id": group_id}
    )
    return [(organization_id, import_id) for organization_id, import_id in rows]


def list_imports(
    tx: Tx, organization_id: int, *, limit: int, offset: int = 0, before: str | None = None
) -> list[Import]:
    """Returns a page of the imports, newest first; before: only those older than this one."""
    rows = tx.all(
        f"SELECT {_IMPORT} FROM imports WHERE organization_id = :organization_id{_BEFORE if before else ''}"
        " ORDER BY id DESC LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "limit": limit, "offset": offset} | ({"before": before} if before else {}),
    )
    return [Import(*row) for row in rows]


def count_imports(tx: Tx, organization_id: int, *, before: str | None = None) -> int:
    """The number of imports; before: only those older than this one."""
    row = tx.one(
        f"SELECT count(*) FROM imports WHERE organization_id = :organization_id{_BEFORE if before else ''}",
        {"organization_id": organization_id} | ({"before": before} if before else {}),
    )
    return int(row[0]) if row else 0


def update_import(tx: Tx, organization_id: int, import_id: str, columns: Mapping[str, Any]) -> None:
    """Saves these columns of an import. Names are checked, because they become part of the statement."""
    assert columns.keys() <= _SETTABLE, columns.keys() - _SETTABLE
    tx.run(
        f"UPDATE imports SET {', '.join(f'{name} = :{name}' for name in columns)}"
        " WHERE organization_id = :organization_id AND id = :import_id",
        {**columns, "organization_id": organization_id, "import_id": import_id},
    )


def count_outcomes(
    tx: Tx, organization_id: int, import_id: str, outcomes: Mapping[str, int], *, now: str, conflicts: int = 0
) -> None:
    """Changes the counts of an import; outcomes: outcome -> by how much."""
    changes = {COUNT_OF[outcome]: by for outcome, by in outcomes.items() if by} | (
        {"conflict_count": conflicts} if conflicts else {}
    )
    assignments = "".join(f", {name} = {name} + :{name}" for name in changes)
    tx.run(
        f"UPDATE imports SET updated_at = :now{assignments} WHERE organization_id = :organization_id AND id = :id",
        {**changes, "now": now, "organization_id": organization_id, "id": import_id},
    )


def serialize_batches(tx: Tx, organization_id: int) -> None:
    """Makes other imports of the organization wait until the commit, so that none misses contacts of another."""
    next_number(tx, organization_id, "import_batch")


def delete_import(tx: Tx, organization_id: int, import_id: str) -> None:
    """Deletes an import with its rows."""
    tx.run(
        "DELETE FROM imports WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": import_id},
    )
