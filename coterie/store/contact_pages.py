"""Pages of contacts by position instead of offset: a page begins after the last contact of the one before."""

from typing import Any, Literal

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.filters.builder import Where
from coterie.store.filters.contacts import narrowed

# What a page can be sorted by -> the indexed column, which is never NULL
ORDERS = {"id": "id", "name": "name_key", "created_at": "created_at", "updated_at": "updated_at"}
Deleted = Literal["no", "yes", "any"]
_DELETED = {
    "no": " AND c.deleted_at IS NULL",
    "yes": " AND c.deleted_at IS NOT NULL AND c.merged_into IS NULL",
    "any": " AND c.merged_into IS NULL",
}


class Position(Struct, frozen=True, array_like=True):
    """The place of a contact in an order. key: its value of the order's column."""

    key: str | int
    id: int


def list_contact_page(
    tx: Tx,
    organization_id: int,
    *,
    order: str = "id",
    descending: bool = False,
    deleted: Deleted = "no",
    where: Where | None = None,
    after: Position | None = None,
    limit: int,
) -> tuple[list[Contact], Position | None]:
    """(the contacts after a position, the position of the last one or None if no contact follows).

    order: one of ORDERS; ties are broken by id. where: only contacts that match a filter.
    """
    column, way, sign = f"c.{ORDERS[order]}", "DESC" if descending else "ASC", "<" if descending else ">"
    bound: dict[str, Any] = {"organization_id": organization_id, "limit": limit + 1}
    conditions = _DELETED[deleted]
    if after is not None:
        conditions += f" AND ({column}, c.id) {sign} (:key, :id)"
        bound |= {"key": after.key, "id": after.id}
    if where is not None:
        where = narrowed(tx, organization_id, where) if deleted == "no" else where
        conditions += f" AND {where.sql}"
        bound |= where.parameters
    rows = tx.all(
        f"SELECT {column}, c.id FROM contacts c WHERE c.organization_id = :organization_id{conditions}"
        f" ORDER BY {column} {way}, c.id {way} LIMIT :limit",
        bound,
    )
    shown = rows[:limit]
    by_id = {
        contact.id: contact
        for contact in list_contacts_by_id(tx, organization_id, [row[1] for row in shown], include_deleted=True)
    }
    contacts = [by_id[row[1]] for row in shown if row[1] in by_id]
    return contacts, Position(*shown[-1]) if len(rows) > limit else None
