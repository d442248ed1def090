"""How the rows of a contact become those of another, and come back.

merge_rows names each row that moved and each link that was copied. Nothing is read back from values.
"""

from coterie.store.database import Tx
from coterie.store.merged_tables import COPIED, MOVED, Copied, Moved

# separates the columns of a key of several columns in merge_rows.row_id
_SEPARATOR = "\x1f"


def move_rows(tx: Tx, organization_id: int, merge_id: str, *, loser: int, survivor: int) -> None:
    """Moves the loser's rows to the survivor and copies its links."""
    bound = _bound(organization_id, merge_id, loser, survivor)
    _clear_second_owners(tx, bound)
    for each in MOVED:
        _record(
            tx,
            bound | {"kind": each.kind},
            f"SELECT {each.row_id} AS row_id FROM {each.table} x WHERE x.organization_id = :organization_id"
            f" AND x.{each.column} = :loser AND NOT ({each.stays})",
        )
        _set_contact(tx, each, bound, before="loser", after="survivor")
    for link in COPIED:
        _copy(tx, link, bound)


def return_rows(tx: Tx, organization_id: int, merge_id: str, *, loser: int, survivor: int) -> None:
    """Moves rows that the merge moved back to the loser, as far as they exist and are still the survivor's, and
    removes the copied links from the survivor."""
    bound = _bound(organization_id, merge_id, loser, survivor)
    for each in MOVED:
        _set_contact(tx, each, bound, before="survivor", after="loser")
    _restore_second_owners(tx, bound)
    for link in COPIED:
        _remove_copies(tx, link, bound)


def delete_merge_rows(tx: Tx, organization_id: int, merge_id: str) -> None:
    """Deletes what an undone merge recorded."""
    tx.run(
        "DELETE FROM merge_rows WHERE organization_id = :organization_id AND merge_id = :merge_id",
        {"organization_id": organization_id, "merge_id": merge_id},
    )


def _bound(organization_id: int, merge_id: str, loser: int, survivor: int) -> dict[str, object]:
    return {
        "organization_id": organization_id,
        "merge_id": merge_id,
        "loser": loser,
        "survivor": survivor,
        "separator": _SEPARATOR,
    }


def _run(tx: Tx, sql: str, bound: dict[str, object]) -> None:
    """Runs a statement with those of the parameters that it names."""
    tx.run(sql, {name: value for name, value in bound.items() if f":{name}" in sql})


def _record(tx: Tx, bound: dict[str, object], select: str) -> None:
    """Inserts the row ids that a query gives."""
    _run(
        tx,
        "INSERT INTO merge_rows (organization_id, merge_id, kind, row_id)"
        f" SELECT :organization_id, :merge_id, :kind, found.row_id FROM ({select}) found",
        bound,
    )


_RECORDED = (
    "(SELECT row_id FROM merge_rows WHERE organization_id = :organization_id AND merge_id = :merge_id AND kind = :kind)"
)


def _set_contact(tx: Tx, each: Moved, bound: dict[str, object], *, before: str, after: str) -> None:
    other = f" AND x.{each.both} <> :{after}" if each.both else ""
    _run(
        tx,
        f"UPDATE {each.table} AS x SET {each.column} = :{after} WHERE x.organization_id = :organization_id"
        f" AND x.{each.column} = :{before} AND {each.row_id} IN {_RECORDED}{other}",
        bound | {"kind": each.kind},
    )


# A pet of both: nobody is the two owners of a pet --------------------------------------------------------------------

# kind -> (first owner, second owner)
_PETS_OF_BOTH = {"pets of loser": ("loser", "survivor"), "pets of survivor": ("survivor", "loser")}


def _clear_second_owners(tx: Tx, bound: dict[str, object]) -> None:
    for kind, (first, second) in _PETS_OF_BOTH.items():
        of_both = f"organization_id = :organization_id AND contact_id = :{first} AND second_owner_id = :{second}"
        _record(tx, bound | {"kind": kind}, f"SELECT id AS row_id FROM pets WHERE {of_both}")
        _run(tx, f"UPDATE pets SET second_owner_id = NULL WHERE {of_both}", bound)


def _restore_second_owners(tx: Tx, bound: dict[str, object]) -> None:
    for kind, (first, second) in _PETS_OF_BOTH.items():
        _run(
            tx,
            f"UPDATE pets SET second_owner_id = :{second} WHERE organization_id = :organization_id"
            f" AND contact_id = :{first} AND second_owner_id IS NULL AND id IN {_RECORDED}",
            bound | {"kind": kind},
        )


# Links ---------------------------------------------------------------------------------------------------------------


def _copy(tx: Tx, link: Copied, bound: dict[str, object]) -> None:
    key = link.columns[0]
    missing = (
        f"FROM {link.table} x WHERE x.organization_id = :organization_id AND x.contact_id = :loser AND NOT EXISTS"
        f" (SELECT 1 FROM {link.table} s WHERE s.organization_id = :organization_id AND s.contact_id = :survivor"
        f" AND s.{key} = x.{key})"
    )
    bound = bound | {"kind": link.kind}
    _record(tx, bound, f"SELECT CAST(x.{key} AS TEXT) AS row_id {missing}")
    values = ", ".join(f"x.{name}" for name in link.columns)
    _run(
        tx,
        f"INSERT INTO {link.table} (organization_id, contact_id, {', '.join(link.columns)})"
        f" SELECT :organization_id, :survivor, {values} {missing}",
        bound,
    )
    _count(tx, link, bound, 1)


def _remove_copies(tx: Tx, link: Copied, bound: dict[str, object]) -> None:
    bound = bound | {"kind": link.kind}
    _count(tx, link, bound, -1)
    _run(
        tx,
        f"DELETE FROM {link.table} WHERE organization_id = :organization_id AND contact_id = :survivor"
        f" AND CAST({link.columns[0]} AS TEXT) IN {_RECORDED}",
        bound,
    )


def _count(tx: Tx, link: Copied, bound: dict[str, object], by: int) -> None:
    """Changes the cached counts of what the survivor has as a copy."""
    if link.counted is None:
        return
    key = link.columns[0]
    _run(
        tx,
        f"UPDATE {link.counted} SET contact_count = contact_count + :by WHERE organization_id = :organization_id"
        f" AND id IN (SELECT {key} FROM {link.table} WHERE organization_id = :organization_id"
        f" AND contact_id = :survivor AND CAST({key} AS TEXT) IN {_RECORDED})",
        bound | {"by": by},
    )
