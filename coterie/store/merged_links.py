"""How the links of a contact (tags, folders, notes) are copied to another in a merge, and removed again."""

from coterie.store.database import Tx
from coterie.store.merge_records import OWN, RECORDED, added, record_rows, run
from coterie.store.merged_tables import COPIED, Copied


def copy_links(tx: Tx, organization_id: int, bound: dict[str, object]) -> None:
    """Copies the missing links to the survivor."""
    for link in COPIED:
        _copy(tx, organization_id, link, bound)


def remove_copies(tx: Tx, organization_id: int, bound: dict[str, object]) -> None:
    """Removes the links that the merge copied to the survivor."""
    for link in COPIED:
        _remove_copies(tx, organization_id, link, bound)


def give_links(tx: Tx, organization_id: int, bound: dict[str, object]) -> None:
    """Gives the loser the links that were added since the merge. Those of the loser are not counted yet."""
    for link in COPIED:
        _give(tx, organization_id, link, bound | {"kind": link.kind, "own": OWN + link.kind})


def _copy(tx: Tx, organization_id: int, link: Copied, bound: dict[str, object]) -> None:
    key = link.columns[0]
    missing = (
        f"FROM {link.table} x WHERE x.organization_id = :organization_id AND x.contact_id = :loser AND NOT EXISTS"
        f" (SELECT 1 FROM {link.table} s WHERE s.organization_id = :organization_id AND s.contact_id = :survivor"
        f" AND s.{key} = x.{key})"
    )
    bound = bound | {"kind": link.kind}
    record_rows(tx, organization_id, bound, f"SELECT CAST(x.{key} AS TEXT) AS row_id {missing}")
    values = ", ".join(f"x.{name}" for name in link.columns)
    run(
        tx,
        organization_id,
        f"INSERT INTO {link.table} (organization_id, contact_id, {', '.join(link.columns)})"
        f" SELECT :organization_id, :survivor, {values} {missing}",
        bound,
    )
    _count(tx, organization_id, link, bound, 1)


def _remove_copies(tx: Tx, organization_id: int, link: Copied, bound: dict[str, object]) -> None:
    bound = bound | {"kind": link.kind}
    _count(tx, organization_id, link, bound, -1)
    run(
        tx,
        organization_id,
        f"DELETE FROM {link.table} WHERE organization_id = :organization_id AND contact_id = :survivor"
        f" AND CAST({link.columns[0]} AS TEXT) IN {RECORDED}",
        bound,
    )


def _count(tx: Tx, organization_id: int, link: Copied, bound: dict[str, object], by: int) -> None:
    """Updates the cached counts of the copied links."""
    if link.counted is None:
        return
    key = link.columns[0]
    run(
        tx,
        organization_id,
        f"UPDATE {link.counted} SET contact_count = contact_count + :by WHERE organization_id = :organization_id"
        f" AND id IN (SELECT {key} FROM {link.table} WHERE organization_id = :organization_id"
        f" AND contact_id = :survivor AND CAST({key} AS TEXT) IN {RECORDED})",
        bound | {"by": by},
    )


def hand_over_links(tx: Tx, organization_id: int, merge_id: str, other_id: str, *, loser: int) -> None:
    """Links that the loser of another merge into the same contact has too count as copied by that one from now on."""
    for link in COPIED:
        tx.run(
            "UPDATE merge_rows SET merge_id = :other_id WHERE organization_id = :organization_id"
            f" AND merge_id = :merge_id AND kind = :kind AND row_id IN (SELECT {link.row_id} FROM {link.table} x"
            " WHERE x.organization_id = :organization_id AND x.contact_id = :loser) AND row_id NOT IN"
            " (SELECT row_id FROM merge_rows WHERE organization_id = :organization_id AND merge_id = :other_id"
            " AND kind = :kind)",
            {
                "organization_id": organization_id,
                "merge_id": merge_id,
                "other_id": other_id,
                "kind": link.kind,
                "loser": loser,
            },
        )


def _give(tx: Tx, organization_id: int, link: Copied, bound: dict[str, object]) -> None:
    key, values = link.columns[0], ", ".join(f"x.{name}" for name in link.columns)
    since = f"FROM {link.table} x WHERE {added(link)}"
    if link.counted is not None:
        sql = f"UPDATE {link.counted} SET contact_count = contact_count - 1 WHERE organization_id = :organization_id"
        run(tx, organization_id, f"{sql} AND id IN (SELECT x.{key} {since})", bound)
    run(
        tx,
        organization_id,
        f"INSERT INTO {link.table} (organization_id, contact_id, {', '.join(link.columns)})"
        f" SELECT :organization_id, :loser, {values} {since} ON CONFLICT DO NOTHING",
        bound,
    )
    sql = f"DELETE FROM {link.table} WHERE organization_id = :organization_id AND contact_id = :survivor"
    run(tx, organization_id, f"{sql} AND {key} IN (SELECT x.{key} {since})", bound)
