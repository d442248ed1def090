"""Pairs that a user marked as not the same: a pair of the loser of a merge is a pair of the survivor too."""

from coterie.store.database import Tx
from coterie.store.duplicates import ordered
from coterie.store.merge_records import list_recorded

KIND = "not_same"


def copy_not_same(tx: Tx, organization_id: int, merge_id: str, *, loser: int, survivor: int) -> None:
    """Copies to the survivor whom the loser is known not to be."""
    known, of_loser = (_list_others(tx, organization_id, each) for each in (survivor, loser))
    others = {other: row for other, row in of_loser.items() if other not in known and other != survivor}
    pairs, records = [], []
    for other, (user_id, created_at) in others.items():
        first, second = ordered(survivor, other)
        pair = {"first_contact_id": first, "second_contact_id": second, "user_id": user_id, "created_at": created_at}
        pairs.append({"organization_id": organization_id, **pair})
        record = {"merge_id": merge_id, "kind": KIND, "row_id": str(other)}
        records.append({"organization_id": organization_id, **record})
    if pairs:
        tx.insert_rows("not_same", pairs, skip_existing=True)
        tx.insert_rows("merge_rows", records, skip_existing=True)


def remove_not_same(tx: Tx, organization_id: int, merge_id: str, *, survivor: int) -> None:
    """Removes the pairs that the merge copied to the survivor."""
    pairs = [ordered(survivor, int(other)) for other in list_recorded(tx, organization_id, merge_id, KIND)]
    tx.execute_many(
        "DELETE FROM not_same WHERE organization_id = :organization_id AND first_contact_id = :first"
        " AND second_contact_id = :second",
        [{"organization_id": organization_id, "first": first, "second": second} for first, second in pairs],
    )


def _list_others(tx: Tx, organization_id: int, contact_id: int) -> dict[int, tuple[str | None, str]]:
    """contact id -> (the user who marked the pair, when)."""
    rows = tx.all(
        "SELECT second_contact_id, user_id, created_at FROM not_same WHERE organization_id = :organization_id"
        " AND first_contact_id = :contact_id UNION ALL SELECT first_contact_id, user_id, created_at FROM not_same"
        " WHERE organization_id = :organization_id AND second_contact_id = :contact_id",
        {"organization_id": organization_id, "contact_id": contact_id},
    )
    return {other: (user_id, created_at) for other, user_id, created_at in rows}
