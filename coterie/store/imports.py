"""Imports: one row for each file, with its state and its counts."""

from collections.abc import Mapping
from typing import Any

import msgspec

from coterie.model.imports import COUNT_OF, Import
from coterie.model.organizations import Organization
from coterie.store import organizations
from coterie.store.counters import next_number
from coterie.store.database import Tx

_NAMES = tuple(field.name for field in msgspec.structs.fields(Import))
_IMPORT = ", ".join(_NAMES)
_SETTABLE = frozenset(_NAMES) - {"id", "created_at"}
NOTHING: Mapping[str, int] = {}


def insert_import(tx: Tx, organization_id: int, import_: Import) -> None:
    tx.insert_rows("imports", [{"organization_id": organization_id, **msgspec.structs.asdict(import_)}])


def find_import(tx: Tx, organization_id: int, import_id: str) -> Import | None:
    row = tx.one(
        f"SELECT {_IMPORT} FROM imports WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": import_id},
    )
    return Import(*row) if row else None


def find_import_to_change(tx: Tx, organization_id: int, import_id: str) -> Import | None:
    """An import, with its row locked until the commit."""
    row = tx.one(
        f"SELECT {_IMPORT} FROM imports WHERE organization_id = :organization_id AND id = :id{tx.lock}",
        {"organization_id": organization_id, "id": import_id},
    )
    return Import(*row) if row else None


def open_import(tx: Tx, organization_id: int, import_id: str) -> tuple[Import, Organization] | None:
    """Returns an import, with its row locked until the commit, and its organization."""
    columns = [f"i.{name}" for name in _NAMES] + [f"o.{name}" for name in organizations.COLUMNS.split(", ")]
    row = tx.one(
        f"SELECT {', '.join(columns)} FROM imports i JOIN organizations o ON o.id = i.organization_id"
        f" WHERE i.organization_id = :organization_id AND i.id = :id{tx.lock and f'{tx.lock} OF i'}",
        {"organization_id": organization_id, "id": import_id},
    )
    return (Import(*row[: len(_NAMES)]), organizations.organization_of(row[len(_NAMES) :])) if row else None


def find_organization_of_import(tx: Tx, import_id: str) -> int | None:
    """The id of the organization, or None if there is no such import."""
    row = tx.one("SELECT organization_id FROM imports WHERE id = :id", {"id": import_id})
    return row[0] if row else None


_BEFORE = " AND id < :before"


def find_group(tx: Tx, group_id: str) -> list[tuple[int, str]]:
    """(organization id, import id) of each file of one command, the last one first."""
    rows = tx.all(
        "SELECT organization_id, id FROM imports WHERE group_id = :group_id ORDER BY id DESC", {"group_id": group_id}
    )
    return [(organization_id, import_id) for organization_id, import_id in rows]


def list_imports(
    tx: Tx, organization_id: int, *, limit: int, offset: int = 0, before: str | None = None
) -> list[Import]:
    """A page of the imports, newest first; before: only those older than this one."""
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


def update_import(
    tx: Tx, organization_id: int, import_id: str, columns: Mapping[str, Any], *, outcomes: Mapping[str, int] = NOTHING
) -> Import | None:
    """Saves these columns of an import; returns it as saved, or None if it does not exist.

    outcomes: outcome of a row -> by how much its count changes. Names of columns are checked, because they become part
    of the statement.
    """
    assert columns.keys() <= _SETTABLE, columns.keys() - _SETTABLE
    counts = {COUNT_OF[outcome]: by for outcome, by in outcomes.items() if by}
    assignments = [f"{name} = :{name}" for name in columns] + [f"{name} = {name} + :{name}" for name in counts]
    row = tx.one(
        f"UPDATE imports SET {', '.join(assignments)}"
        f" WHERE organization_id = :organization_id AND id = :import_id RETURNING {_IMPORT}",
        {**columns, **counts, "organization_id": organization_id, "import_id": import_id},
    )
    return Import(*row) if row else None


def serialize_batches(tx: Tx, organization_id: int) -> None:
    """Makes other imports of the organization wait until the commit, so that none misses contacts of another. SQLite
    has one writer."""
    if tx.lock:
        next_number(tx, organization_id, "import_batch")


def delete_import(tx: Tx, organization_id: int, import_id: str) -> None:
    """Deletes an import with its rows."""
    tx.run(
        "DELETE FROM imports WHERE organization_id = :organization_id AND id = :id",
        {"organization_id": organization_id, "id": import_id},
    )
