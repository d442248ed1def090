"""Pages of contacts by position instead of offset: a page begins after the last contact of the one before."""

from typing import Literal

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx

# What a page can be sorted by -> the indexed column, which is never NULL
ORDERS = {"id": "id", "name": "name_key", "created_at": "created_at", "updated_at": "updated_at"}
Deleted = Literal["no", "yes", "any"]
_DELETED = {"no": " AND deleted_at IS NULL", "yes": " AND deleted_at IS NOT NULL AND merged_into IS NULL",
            "any": " AND merged_into IS NULL"}  # fmt: skip


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
    after: Position | None = None,
    limit: int,
) -> tuple[list[Contact], Position | None]:
    """(the contacts after a position, the position of the last one or None if no contact follows).

    order: one of ORDERS; ties are broken by id.
    """
    column, way, sign = ORDERS[order], "DESC" if descending else "ASC", "<" if descending else ">"
    bound = {"organization_id": organization_id, "limit": limit + 1}
    begins = ""
    if after is not None:
        begins = f" AND ({column}, id) {sign} (:key, :id)"
        bound |= {"key": after.key, "id": after.id}  # type: ignore[dict-item]
    rows = tx.all(
        f"SELECT {column}, id FROM contacts WHERE organization_id = :organization_id{_DELETED[deleted]}{begins}"
        f" ORDER BY {column} {way}, id {way} LIMIT :limit",
        bound,
    )
    shown = rows[:limit]
    by_id = {
        contact.id: contact
        for contact in list_contacts_by_id(tx, organization_id, [row[1] for row in shown], include_deleted=True)
    }
    contacts = [by_id[row[1]] for row in shown if row[1] in by_id]
    return contacts, Position(*shown[-1]) if len(rows) > limit else None
