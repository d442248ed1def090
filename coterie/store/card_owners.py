"""Finds the possible owners of a new card: the group or contact with its UID, and the contacts with its handles."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from coterie.model.imports import UID_SOURCE
from coterie.store.database import Tx, matching


class UidOwner(NamedTuple):
    """The owner of a UID: a group, by the name of its card, or a contact, deleted or merged ones included."""

    group: str | None
    contact_id: int | None


def find_uid_owner(tx: Tx, organization_id: int, uid: str) -> UidOwner | None:
    """The owner of a UID: a group before a contact, an external id before the uuid of a contact."""
    # without statistics SQLite would read all groups
    by_uid = " INDEXED BY card_bodies_by_uid" if tx.engine == "sqlite" else ""
    rows = tx.all(
        f"SELECT 1, b.href, NULL FROM card_bodies b{by_uid} JOIN cards k ON k.organization_id = b.organization_id"
        " AND k.href = b.href WHERE b.organization_id = :organization_id AND b.uid = :uid AND b.contact_id IS NULL"
        " AND NOT k.is_deleted"
        " UNION ALL SELECT 2, NULL, contact_id FROM external_ids"
        " WHERE organization_id = :organization_id AND source = :source AND external_id = :uid"
        " UNION ALL SELECT 3, NULL, id FROM contacts WHERE organization_id = :organization_id AND uuid = :uid",
        {"organization_id": organization_id, "uid": uid, "source": UID_SOURCE},
    )
    return UidOwner(*min(rows)[1:]) if rows else None


def find_states_by_handles(
    tx: Tx, organization_id: int, handles: Mapping[str, Collection[str]]
) -> dict[int, str | None]:
    """contact id -> card state, for contacts with one of these normalized handles (channel -> values); two at most."""
    bound: dict[str, Any] = {"organization_id": organization_id}
    conditions = []
    for channel, values in handles.items():
        if values:
            condition, bound[channel] = matching(tx, channel, values)
            bound[f"{channel}_channel"] = channel
            conditions.append(
                "SELECT contact_id FROM handles WHERE organization_id = :organization_id"
                f" AND channel = :{channel}_channel AND normalized {condition} AND deleted_at IS NULL"
            )
    if not conditions:
        return {}
    rows = tx.all(
        "SELECT id, card_state FROM contacts WHERE organization_id = :organization_id"
        f" AND id IN ({' UNION ALL '.join(conditions)}) AND deleted_at IS NULL LIMIT 2",
        bound,
    )
    return {contact_id: state for contact_id, state in rows}
