"""Touches: conversations that a user logged by hand. They are interactions of their own kinds, so that the lists of
messages, comments and mentions, which other programs read, do not have them."""

from collections.abc import Iterable

from coterie.model.touches import CHANNEL, KINDS
from coterie.store.database import Tx


def insert_touches(
    tx: Tx, organization_id: int, touches: Iterable[tuple[int, str, int | None]], *, kind: str, happened_at: str,
    text: str | None, direction: str, now: str,
) -> None:  # fmt: skip
    """touches: (contact id, id, search number) of each."""
    rows = [
        {
            "organization_id": organization_id, "contact_id": contact_id, "kind": kind, "happened_at": happened_at,
            "id": id_, "channel": CHANNEL, "external_id": None, "direction": direction, "text": text, "data": None,
            "search_number": search_number, "is_recent": False, "created_at": now, "updated_at": now,
        }
        for contact_id, id_, search_number in touches
    ]  # fmt: skip
    tx.insert_rows("interactions", rows)


def delete_touch(tx: Tx, organization_id: int, contact_id: int, touch_id: str, now: str) -> bool:
    """Deletes a touch of a contact. Returns whether there was one that was not deleted."""
    return _set_deleted(tx, organization_id, contact_id, touch_id, now, is_deleted=True)


def restore_touch(tx: Tx, organization_id: int, contact_id: int, touch_id: str, now: str) -> bool:
    """Restores a deleted touch of a contact. Returns whether there was one."""
    return _set_deleted(tx, organization_id, contact_id, touch_id, now, is_deleted=False)


def _set_deleted(tx: Tx, organization_id: int, contact_id: int, touch_id: str, now: str, *, is_deleted: bool) -> bool:
    value, condition = (":now", "IS NULL") if is_deleted else ("NULL", "IS NOT NULL")
    changed = tx.run(
        f"UPDATE interactions SET deleted_at = {value}, updated_at = :now WHERE organization_id = :organization_id"
        f" AND contact_id = :contact_id AND kind {tx.in_list('kinds')} AND id = :id AND deleted_at {condition}",
        {
            "organization_id": organization_id, "contact_id": contact_id, "kinds": tx.list_param(KINDS),
            "id": touch_id, "now": now,
        },
    )  # fmt: skip
    return changed == 1
