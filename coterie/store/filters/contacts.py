"""The contacts that a filter matches, deleted ones excepted."""

import time
from collections.abc import Iterable

from msgspec import Struct

from coterie.model.contacts import Contact
from coterie.store.contacts import ORDERS, list_contacts_by_id, order_by
from coterie.store.database import Tx
from coterie.store.filters.builder import Where

COUNT_MAX = 100_000
# contacts that are looked at in one query while time is counted
ID_RANGE = 20_000
# so many matches or fewer are sorted; more are read in the order of an index, where a slice ends soon
SORTED_MAX = 2_000
# the name that SQLite gives the primary key of contacts, which is the table itself
_OWN_ORDER = "sqlite_autoindex_contacts_1"
_ALL = "FROM contacts c WHERE c.organization_id = :organization_id"
_FROM = f"{_ALL} AND c.deleted_at IS NULL"


class Slice(Struct, frozen=True):
    """Which contacts of a filter to show. order: one of ORDERS; ties are broken by id."""

    order: str
    descending: bool
    limit: int
    offset: int


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
    """A slice of the contacts that match. order is one of ORDERS; ties are broken by id."""
    slice_ = Slice(order, descending, limit, offset)
    few = _list_few(tx, organization_id, where) if order != "id" else None
    return _load(tx, organization_id, where, slice_, few)


def list_and_count_matching(tx: Tx, organization_id: int, where: Where, slice_: Slice) -> tuple[list[Contact], int]:
    """(a slice of the contacts that match, the number of all of them, counted up to 100,000)."""
    rows = tx.all(
        f"WITH found AS MATERIALIZED (SELECT c.id {_from_all(tx, where)} AND {_of_all(tx, where)} LIMIT {COUNT_MAX})"
        f" SELECT count(*) FROM found UNION ALL SELECT id FROM (SELECT id FROM found LIMIT {SORTED_MAX + 1}) few",
        {**where.parameters, "organization_id": organization_id},
    )
    total, *ids = (row[0] for row in rows)
    few = ids if total <= SORTED_MAX else None
    return _load(tx, organization_id, where, slice_, few), total


def _of_all(tx: Tx, where: Where) -> str:
    """The condition as it is read for all contacts.

    PostgreSQL finds such plans itself; the contacts of a large NOT IN would be a list that it reads for each row.
    """
    return where.whole if where.whole and tx.engine == "sqlite" else where.sql


def _from_all(tx: Tx, where: Where) -> str:
    """SQLite would take the index that was made last, and look up the row of each of its contacts."""
    if tx.engine == "postgresql" or not where.reads_rows:
        return _FROM
    return _FROM.replace("contacts c", f"contacts c INDEXED BY {_OWN_ORDER}", 1)


def _list_few(tx: Tx, organization_id: int, where: Where) -> list[int] | None:
    """The ids of the contacts that match, in any order; None if they are more than SORTED_MAX."""
    bound = {**where.parameters, "organization_id": organization_id}
    found = tx.all(f"SELECT c.id {_from_all(tx, where)} AND {where.sql} LIMIT {SORTED_MAX + 1}", bound)
    return [row[0] for row in found] if len(found) <= SORTED_MAX else None


def _load(tx: Tx, organization_id: int, where: Where, slice_: Slice, few: list[int] | None) -> list[Contact]:
    """The contacts of a slice. few: the ids of all matches, if they are few."""
    column = ORDERS[slice_.order]
    bound = {**where.parameters, "organization_id": organization_id}
    if few is not None:
        # the limit keeps SQLite from reading all contacts in the order of the column
        source = (
            f"FROM (SELECT * FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')}"
            f" LIMIT {SORTED_MAX}) c"
        )
        bound = {"organization_id": organization_id, "ids": tx.list_param(few)}
    else:
        source = f"{_FROM if column == 'id' else _from_index(tx, column)} AND {where.sql}"
    rows = tx.all(
        f"SELECT c.id {source} ORDER BY {order_by(column, descending=slice_.descending)} LIMIT :limit OFFSET :offset",
        {**bound, "limit": slice_.limit, "offset": slice_.offset},
    )
    ids = [row[0] for row in rows]
    by_id = {contact.id: contact for contact in list_contacts_by_id(tx, organization_id, ids)} if ids else {}
    return [by_id[each] for each in ids]


def _from_index(tx: Tx, column: str) -> str:
    """SQLite would read all matches and sort them; PostgreSQL knows that a slice ends soon."""
    if tx.engine == "postgresql":
        return _FROM
    index = _INDEXES.get(column, f"contacts_by_{column.removesuffix('_key')}")
    return _FROM.replace("contacts c", f"contacts c INDEXED BY {index}", 1)


# column -> its index, where it has another name
_INDEXES = {"profile_picture_url": "contacts_by_picture"}


def count_matching(tx: Tx, organization_id: int, where: Where, most: int = COUNT_MAX) -> int:
    """The number of contacts that match, counted up to most."""
    row = tx.one(
        f"SELECT count(*) FROM (SELECT 1 {_from_all(tx, where)} AND {_of_all(tx, where)} LIMIT :most) counted",
        {**where.parameters, "organization_id": organization_id, "most": most},
    )
    return int(row[0]) if row else 0


def narrowed(tx: Tx, organization_id: int, where: Where) -> Where:
    """The condition for contacts that are not deleted; if few are in the range of its lead, with their ids.

    In the order of ids, an engine would look at every contact to find that few or none are in the range.
    """
    if not where.lead:
        return where
    rows = tx.all(
        f"SELECT c.id {_FROM} AND {where.lead} LIMIT {SORTED_MAX + 1}",
        {**where.parameters, "organization_id": organization_id},
    )
    if len(rows) > SORTED_MAX:
        return where
    ids = tx.list_param(row[0] for row in rows)
    return Where(f"c.id {tx.in_list('lead_ids')} AND {where.sql}", {**where.parameters, "lead_ids": ids})


def count_for_a_while(tx: Tx, organization_id: int, where: Where, most: int, seconds: float) -> tuple[int, bool]:
    """(the number of contacts that match, counted up to most; whether it is all of them).

    Looks at ranges of ids until the time is over: a test without an index reads each contact.
    """
    where = narrowed(tx, organization_id, where)
    row = tx.one("SELECT max(id) FROM contacts WHERE organization_id = :o", {"o": organization_id})
    last, count, after, ends = int((row and row[0]) or 0), 0, 0, time.monotonic() + seconds
    while after < last:
        if count >= most or (after and time.monotonic() > ends):
            return min(count, most), False
        found = tx.one(
            f"SELECT count(*) {_FROM} AND c.id > :after_id AND c.id <= :until_id AND {where.sql}",
            {**where.parameters, "organization_id": organization_id, "after_id": after, "until_id": after + ID_RANGE},
        )
        count += int(found[0]) if found else 0
        after += ID_RANGE
    return min(count, most), count < most


def list_matching_after(tx: Tx, organization_id: int, where: Where, contact_id: int, *, limit: int) -> list[Contact]:
    """The next contacts by id that match, to read all in batches."""
    rows = tx.all(
        f"SELECT c.id {_FROM} AND c.id > :after_id AND {where.sql} ORDER BY c.id LIMIT :limit",
        {**where.parameters, "organization_id": organization_id, "after_id": contact_id, "limit": limit},
    )
    return list_contacts_by_id(tx, organization_id, [row[0] for row in rows]) if rows else []


def where_ids(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> Where:
    """The condition that matches these contacts."""
    sql = f"c.organization_id = :organization_id AND c.id {tx.in_list('chosen_ids')}"
    return Where(sql, {"organization_id": organization_id, "chosen_ids": tx.list_param(contact_ids)})


def where_not_ids(tx: Tx, organization_id: int, where: Where | None, contact_ids: Iterable[int]) -> Where:
    """The condition (None: every contact) without these contacts."""
    condition = f" AND ({where.sql})" if where is not None else ""
    return Where(
        f"c.organization_id = :organization_id{condition} AND NOT c.id {tx.in_list('excepted_ids')}",
        {
            **(where.parameters if where is not None else {}),
            "organization_id": organization_id, "excepted_ids": tx.list_param(contact_ids),
        },
    )  # fmt: skip


def keep_matching(
    tx: Tx, organization_id: int, where: Where, contact_ids: Iterable[int], *, include_deleted: bool = False
) -> set[int]:
    """Returns those of the contacts that match."""
    source = _ALL if include_deleted else _FROM
    rows = tx.all(
        f"SELECT c.id {source} AND c.id {tx.in_list('ids')} AND {where.sql}",
        {**where.parameters, "organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return {row[0] for row in rows}
