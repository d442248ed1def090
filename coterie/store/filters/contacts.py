"""The contacts that a filter matches, deleted ones excepted."""

from collections.abc import Iterable

from coterie.model.contacts import Contact
from coterie.store.contacts import ORDERS, list_contacts_by_id, order_by
from coterie.store.database import Tx
from coterie.store.filters.builder import Where

COUNT_MAX = 100_000
_FROM = "FROM contacts c WHERE c.organization_id = :organization_id AND c.deleted_at IS NULL"


def list_matching(
    tx: Tx,
    organization_id: int,
    where: Where,
    *,
    order: str = "id",
    descending: bool = False,
    limit: int,
    offset: int = 0,
) -> list[Contact]:
    """A page of the contacts that match. order is one of ORDERS; ties are broken by id."""
    rows = tx.all(
        f"SELECT c.id {_FROM} AND {where.sql} ORDER BY {order_by(ORDERS[order], descending=descending)}"
        " LIMIT :limit OFFSET :offset",
        {**where.parameters, "organization_id": organization_id, "limit": limit, "offset": offset},
    )
    ids = [row[0] for row in rows]
    return list_contacts_by_id(tx, organization_id, ids, order=order, descending=descending) if ids else []


def count_matching(tx: Tx, organization_id: int, where: Where, most: int = COUNT_MAX) -> int:
    """The number of contacts that match, counted up to most."""
    row = tx.one(
        f"SELECT count(*) FROM (SELECT 1 {_FROM} AND {where.sql} LIMIT :most) counted",
        {**where.parameters, "organization_id": organization_id, "most": most},
    )
    return int(row[0]) if row else 0


def list_matching_after(tx: Tx, organization_id: int, where: Where, contact_id: int, *, limit: int) -> list[Contact]:
    """Returns the next contacts by id that match, to read all in batches."""
    rows = tx.all(
        f"SELECT c.id {_FROM} AND c.id > :after_id AND {where.sql} ORDER BY c.id LIMIT :limit",
        {**where.parameters, "organization_id": organization_id, "after_id": contact_id, "limit": limit},
    )
    return list_contacts_by_id(tx, organization_id, [row[0] for row in rows]) if rows else []


def keep_matching(tx: Tx, organization_id: int, where: Where, contact_ids: Iterable[int]) -> set[int]:
    """Returns those of the contacts that match."""
    rows = tx.all(
        f"SELECT c.id {_FROM} AND c.id {tx.in_list('ids')} AND {where.sql}",
        {**where.parameters, "organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return {row[0] for row in rows}
