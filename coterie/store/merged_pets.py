"""Pets that two merged contacts own together: nobody is both owners of a pet."""

from coterie.store.database import Tx
from coterie.store.merge_records import RECORDED, record_rows, run

OF_LOSER, OF_SURVIVOR, SECOND_OWNER = "pets of loser", "pets of survivor", "pets.second_owner_id"
# kind -> (first owner, second owner)
_PETS_OF_BOTH = {OF_LOSER: ("loser", "survivor"), OF_SURVIVOR: ("survivor", "loser")}


def clear_second_owners(tx: Tx, organization_id: int, bound: dict[str, object]) -> None:
    """Before a merge: pets of both contacts have one owner."""
    for kind, (first, second) in _PETS_OF_BOTH.items():
        of_both = f"organization_id = :organization_id AND contact_id = :{first} AND second_owner_id = :{second}"
        record_rows(tx, organization_id, bound | {"kind": kind}, f"SELECT id AS row_id FROM pets WHERE {of_both}")
        run(tx, organization_id, f"UPDATE pets SET second_owner_id = NULL WHERE {of_both}", bound)


def restore_second_owners(tx: Tx, organization_id: int, bound: dict[str, object]) -> None:
    """After the rows went back: pets of both contacts have two owners again, unless they were given another one."""
    for kind, (first, second) in _PETS_OF_BOTH.items():
        run(
            tx,
            organization_id,
            f"UPDATE pets SET second_owner_id = :{second} WHERE organization_id = :organization_id"
            f" AND contact_id = :{first} AND second_owner_id IS NULL AND id IN {RECORDED}",
            bound | {"kind": kind},
        )


def hand_over_pets(tx: Tx, organization_id: int, merge_id: str, other_id: str, *, loser: int, survivor: int) -> None:
    """Pets that the loser of an undone merge owns together with that of another merge into the same contact.

    The other merge took them for pets of both its contacts; the survivor is the other owner while that one lasts.
    """
    bound = {"merge_id": merge_id, "other_id": other_id, "loser": loser, "survivor": survivor}
    for sql in (*_FIRST_OWNER_LEAVES, *_SECOND_OWNER_LEAVES):
        run(tx, organization_id, sql, bound)


def _recorded(merge: str, kind: str) -> str:
    return (
        f"(SELECT row_id FROM merge_rows WHERE organization_id = :organization_id AND merge_id = :{merge}"
        f" AND kind = '{kind}')"
    )


_SET = "UPDATE pets SET second_owner_id = :{} WHERE organization_id = :organization_id AND second_owner_id IS NULL"
_FIRST_OWNER_LEAVES = (
    f"{_SET.format('survivor')} AND contact_id = :loser AND id IN {_recorded('other_id', OF_SURVIVOR)}",
    f"UPDATE merge_rows SET kind = '{SECOND_OWNER}' WHERE organization_id = :organization_id"
    f" AND merge_id = :other_id AND kind = '{OF_SURVIVOR}' AND row_id IN (SELECT id FROM pets"
    " WHERE organization_id = :organization_id AND contact_id = :loser AND second_owner_id = :survivor)",
)
# a pet that is equal to one of the survivor stayed with the other loser
_OF_OTHER = (
    "contact_id IN (:survivor, (SELECT loser_id FROM merges WHERE organization_id = :organization_id"
    " AND id = :other_id))"
)
_SECOND_OWNER_LEAVES = (
    f"{_SET.format('loser')} AND {_OF_OTHER} AND id IN {_recorded('other_id', OF_LOSER)}"
    f" AND id IN {_recorded('merge_id', SECOND_OWNER)}",
    f"DELETE FROM merge_rows WHERE organization_id = :organization_id AND merge_id = :other_id AND kind = '{OF_LOSER}'"
    f" AND row_id IN (SELECT id FROM pets WHERE organization_id = :organization_id AND {_OF_OTHER}"
    " AND second_owner_id = :loser)",
)
