"""The records of a merge: the kind and the id of each row that it moved or copied, in merge_rows."""

from coterie.store.database import Tx
from coterie.store.merged_tables import Copied, Moved

# separates the columns of a key of several columns in merge_rows.row_id
_SEPARATOR = "\x1f"
# the kind of rows that the survivor had before, where rows do not know when they were added
OWN = "own "
RECORDED = (
    "(SELECT row_id FROM merge_rows WHERE organization_id = :organization_id AND merge_id = :merge_id AND kind = :kind)"
)
OF_SURVIVOR = "x.organization_id = :organization_id AND x.{} = :survivor"


def added(each: Moved | Copied) -> str:
    """The condition that a row x of the survivor was added since the merge and not by another merge."""
    is_new = (
        "x.created_at > :since"
        if each.has_created_at
        else f"{each.row_id} NOT IN (SELECT row_id FROM merge_rows WHERE organization_id = :organization_id"
        " AND merge_id = :merge_id AND kind = :own)"
    )
    return (
        f"{OF_SURVIVOR.format(each.column)} AND {is_new} AND {each.row_id} NOT IN (SELECT r.row_id FROM merge_rows r"
        " JOIN merges m ON m.organization_id = r.organization_id AND m.id = r.merge_id"
        " WHERE r.organization_id = :organization_id AND r.kind = :kind AND m.survivor_id = :survivor)"
    )


def list_recorded(tx: Tx, organization_id: int, merge_id: str, kind: str) -> list[str]:
    """The ids of the rows of a kind that a merge moved."""
    rows = tx.all(
        RECORDED[1:-1],
        {"organization_id": organization_id, "merge_id": merge_id, "kind": kind},
    )
    return [row_id for (row_id,) in rows]


def delete_merge_rows(tx: Tx, organization_id: int, merge_id: str) -> None:
    """Deletes the records of an undone merge."""
    tx.run(
        "DELETE FROM merge_rows WHERE organization_id = :organization_id AND merge_id = :merge_id",
        {"organization_id": organization_id, "merge_id": merge_id},
    )


def bound_to(merge_id: str, loser: int, survivor: int) -> dict[str, object]:
    return {
        "merge_id": merge_id,
        "loser": loser,
        "survivor": survivor,
        "separator": _SEPARATOR,
    }


def run(tx: Tx, organization_id: int, sql: str, bound: dict[str, object]) -> None:
    """Runs a statement with those of the parameters that it names."""
    parameters = {name: value for name, value in bound.items() if f":{name}" in sql}
    tx.run(sql, parameters | {"organization_id": organization_id})


def record_rows(tx: Tx, organization_id: int, bound: dict[str, object], select: str) -> None:
    """Inserts the row ids that a query gives."""
    run(
        tx,
        organization_id,
        "INSERT INTO merge_rows (organization_id, merge_id, kind, row_id)"
        f" SELECT :organization_id, :merge_id, :kind, found.row_id FROM ({select}) found WHERE TRUE"
        " ON CONFLICT DO NOTHING",
        bound,
    )
