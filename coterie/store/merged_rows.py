"""How the rows of a contact become those of another, and come back.

merge_rows names each row that moved and each link that was copied. Nothing is read back from values.
"""

from coterie.store.database import Tx
from coterie.store.merge_records import OF_SURVIVOR, OWN, RECORDED, added, bound_to, record_rows, run
from coterie.store.merged_links import copy_links, give_links, remove_copies
from coterie.store.merged_pairs import copy_not_same, remove_not_same
from coterie.store.merged_pets import clear_second_owners, restore_second_owners
from coterie.store.merged_tables import COPIED, MOVED, Moved


def move_rows(tx: Tx, organization_id: int, merge_id: str, *, loser: int, survivor: int) -> None:
    """Moves the loser's rows to the survivor and copies its links."""
    bound = bound_to(merge_id, loser, survivor)
    clear_second_owners(tx, organization_id, bound)
    for each in (*MOVED, *COPIED):
        if not each.has_created_at:
            own = f"SELECT {each.row_id} AS row_id FROM {each.table} x WHERE {OF_SURVIVOR.format(each.column)}"
            record_rows(tx, organization_id, bound | {"kind": OWN + each.kind}, own)
    _move(tx, organization_id, bound)
    copy_links(tx, organization_id, bound)
    copy_not_same(tx, organization_id, merge_id, loser=loser, survivor=survivor)


def move_remaining(tx: Tx, organization_id: int, merge_id: str, *, loser: int, survivor: int) -> None:
    """Moves what stayed with the loser because the survivor had an equal row, which it has no more."""
    _move(tx, organization_id, bound_to(merge_id, loser, survivor))


def _move(tx: Tx, organization_id: int, bound: dict[str, object]) -> None:
    for each in MOVED:
        record_rows(
            tx,
            organization_id,
            bound | {"kind": each.kind},
            f"SELECT {each.row_id} AS row_id FROM {each.table} x WHERE x.organization_id = :organization_id"
            f" AND x.{each.column} = :loser AND NOT ({each.stays})",
        )
        _set_contact(tx, organization_id, each, bound, before="loser", after="survivor")


def return_rows(tx: Tx, organization_id: int, merge_id: str, *, loser: int, survivor: int) -> None:
    """Moves rows that the merge moved back to the loser, as far as they exist and are still the survivor's, and
    removes the copied links from the survivor."""
    bound = bound_to(merge_id, loser, survivor)
    for each in MOVED:
        _set_contact(tx, organization_id, each, bound, before="survivor", after="loser")
    restore_second_owners(tx, organization_id, bound)
    remove_copies(tx, organization_id, bound)
    remove_not_same(tx, organization_id, merge_id, survivor=survivor)


def give_rows(tx: Tx, organization_id: int, merge_id: str, *, loser: int, survivor: int, since: str) -> None:
    """Gives the loser the rows added to the survivor after the merge, without those that later merges moved.

    since: the moment of the merge. The loser's links are not counted yet."""
    bound = bound_to(merge_id, loser, survivor) | {"since": since}
    for each in MOVED:
        other = f" AND x.{each.both} <> :loser" if each.both else ""
        sql = f"UPDATE {each.table} AS x SET {each.column} = :loser WHERE {added(each)}{other}"
        run(tx, organization_id, sql, bound | {"kind": each.kind, "own": OWN + each.kind})
    give_links(tx, organization_id, bound)


def _set_contact(
    tx: Tx, organization_id: int, each: Moved, bound: dict[str, object], *, before: str, after: str
) -> None:
    other = f" AND x.{each.both} <> :{after}" if each.both else ""
    run(
        tx,
        organization_id,
        f"UPDATE {each.table} AS x SET {each.column} = :{after} WHERE x.organization_id = :organization_id"
        f" AND x.{each.column} = :{before} AND {each.row_id} IN {RECORDED}{other}",
        bound | {"kind": each.kind},
    )
