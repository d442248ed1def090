"""Contacts: their rows with summary columns and sort keys, and their external ids."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from coterie.model.contacts import WORDS, Contact
from coterie.store.counters import add_to_count, count, next_number
from coterie.store.database import Row, Tx, matching
from coterie.store.grouping import by_contact, rest_of

COLUMNS = tuple(field.name for field in msgspec.structs.fields(Contact))
# derived from others: what contacts are sorted by, and the words by which filters find them
SORT_COLUMNS: tuple[str, ...] = (
    "name_key",
    "shown_key",
    "real_name_key",
    "username_key",
    "email_key",
    "phone_key",
    "website_key",
    "note_key",
    "bio_key",
    "birthday_day",
    "name_words",
    *WORDS,
)
_SELECT = ", ".join(f"c.{name}" for name in COLUMNS)
_IS_FOLLOWER = COLUMNS.index("is_follower")
_WRITABLE = frozenset(COLUMNS + SORT_COLUMNS) - {"id", "uuid", "created_at"}

# What a list can be sorted by -> the indexed column. Missing values sort lowest on both engines (decision 0020).
ORDERS = {
    "id": "id",
    "name": "name_key",
    "shown_name": "shown_key",
    "real_name": "real_name_key",
    "username": "username_key",
    "email": "email_key",
    "phone": "phone_key",
    "website": "website_key",
    "pinned_note": "note_key",
    "bio": "bio_key",
    "status": "status",
    "language": "language",
    "profile_picture_url": "profile_picture_url",
    "is_follower": "is_follower",
    "follower_count": "follower_count",
    "follower_growth": "follower_growth",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
# pages beyond this offset are read from the nearer end of the list
NEAR = 2_000
# the counters of contacts that are not deleted, and of ids
COUNT, IDS = "contacts", "contact_id"


def _contact(row: Row) -> Contact:
    contact = Contact(*row)
    if type(row[_IS_FOLLOWER]) is int:  # SQLite has no booleans
        msgspec.structs.force_setattr(contact, "is_follower", bool(contact.is_follower))
    return contact


def order_by(column: str, *, descending: bool, table: str = "c.") -> str:
    """The ORDER BY of one of ORDERS' columns; ties are broken by id."""
    way = "DESC" if descending else "ASC"
    if column == "id":
        return f"{table}id {way}"
    nulls = ""
    if not column.endswith(("_key", "_at", "status")):
        nulls = " NULLS LAST" if descending else " NULLS FIRST"
    return f"{table}{column} {way}{nulls}, {table}id {way}"


# Finding one ----------------------------------------------------------------------------------------------------------

# the id of a merged contact means the one it was merged into
_MEANT = (
    f"SELECT {_SELECT} FROM contacts c WHERE c.organization_id = :organization_id AND c.id ="
    " (SELECT COALESCE(m.merged_into, m.id) FROM contacts m WHERE m.organization_id = :organization_id AND m."
)
_BY_ID, _BY_UUID = f"{_MEANT}id = :id)", f"{_MEANT}uuid = :uuid)"
_TO_CHANGE = (
    f"SELECT {_SELECT}, c.merged_into FROM contacts c WHERE c.organization_id = :organization_id AND c.id = :id"
)
_BY_HANDLE = (
    f"SELECT {_SELECT} FROM handles h JOIN contacts c"
    " ON c.organization_id = h.organization_id AND c.id = h.contact_id"
    " WHERE h.organization_id = :organization_id AND h.channel = :channel AND h.normalized = :normalized"
    " AND h.deleted_at IS NULL AND c.deleted_at IS NULL"
    " ORDER BY h.is_former, h.is_primary DESC, c.id LIMIT 1"
)


def find_contact(tx: Tx, organization_id: int, contact_id: int) -> Contact | None:
    """A contact, deleted or not; of a merged one the contact it was merged into, with its own id."""
    row = tx.one(_BY_ID, {"organization_id": organization_id, "id": contact_id})
    return _contact(row) if row else None


def find_contact_to_change(tx: Tx, organization_id: int, contact_id: int) -> Contact | None:
    """The same, with its row locked until the commit."""
    row = tx.one(_TO_CHANGE + tx.lock, {"organization_id": organization_id, "id": contact_id})
    while row is not None and row[-1] is not None:
        row = tx.one(_TO_CHANGE + tx.lock, {"organization_id": organization_id, "id": row[-1]})
    return _contact(row[:-1]) if row else None


def find_contact_by_uuid(tx: Tx, organization_id: int, uuid: str) -> Contact | None:
    """The contact with this uuid, deleted or not; of a merged one the contact it was merged into."""
    row = tx.one(_BY_UUID, {"organization_id": organization_id, "uuid": uuid})
    return _contact(row) if row else None


def find_contact_by_handle(tx: Tx, organization_id: int, channel: str, normalized: str) -> Contact | None:
    """The contact that has this handle: of several, one that has it as primary, then the oldest."""
    row = tx.one(_BY_HANDLE, {"organization_id": organization_id, "channel": channel, "normalized": normalized})
    return _contact(row) if row else None


# Lists ----------------------------------------------------------------------------------------------------------------


def count_contacts(tx: Tx, organization_id: int) -> int:
    """The number of contacts that are not deleted; a cached count."""
    return count(tx, organization_id, COUNT)


def count_deleted_contacts(tx: Tx, organization_id: int) -> int:
    """The number of deleted contacts, without merged ones."""
    row = tx.one(
        "SELECT count(*) FROM contacts WHERE organization_id = :organization_id AND deleted_at IS NOT NULL"
        " AND merged_into IS NULL",
        {"organization_id": organization_id},
    )
    return int(row[0]) if row else 0


def list_contacts(
    tx: Tx, organization_id: int, *, order: str = "id", descending: bool = False, limit: int, offset: int = 0
) -> list[Contact]:
    """A page of the contacts that are not deleted. order is one of ORDERS; ties are broken by id.

    The ids come first, from an index that covers them; deep pages are read in reverse.
    """
    from_end = False
    if offset > NEAR:
        total = count_contacts(tx, organization_id)
        if offset >= total:
            return []
        limit = min(limit, total - offset)
        if offset > total // 2:
            from_end, offset = True, total - offset - limit
    way = descending is not from_end
    inner = order_by(ORDERS[order], descending=way, table="")
    rows = tx.all(
        f"SELECT {_SELECT} FROM (SELECT id AS page_id FROM contacts WHERE organization_id = :organization_id"
        f" AND deleted_at IS NULL ORDER BY {inner} LIMIT :limit OFFSET :offset) page"
        # SQLite joins these in the order written: the page's ids lead, or it would read every contact
        " CROSS JOIN contacts c WHERE c.organization_id = :organization_id AND c.id = page.page_id"
        f" ORDER BY {order_by(ORDERS[order], descending=way)}",
        {"organization_id": organization_id, "limit": limit, "offset": offset},
    )
    if from_end:
        rows.reverse()
    return [_contact(row) for row in rows]


def list_contacts_by_id(
    tx: Tx,
    organization_id: int,
    contact_ids: Iterable[int],
    *,
    order: str = "id",
    descending: bool = False,
    include_deleted: bool = False,
) -> list[Contact]:
    """The contacts with exactly these ids; deleted ones, and with them merged ones, only if asked for."""
    ids = list(contact_ids)
    if not ids:
        return []
    rows = tx.all(
        f"SELECT {_SELECT} FROM contacts c WHERE c.organization_id = :organization_id"
        f" AND c.id {tx.in_list('ids')}{'' if include_deleted else ' AND c.deleted_at IS NULL'}"
        f" ORDER BY {order_by(ORDERS[order], descending=descending)}",
        {"organization_id": organization_id, "ids": tx.list_param(ids)},
    )
    return [_contact(row) for row in rows]


def list_all_contacts(tx: Tx, organization_id: int, *, limit: int, offset: int = 0) -> list[Contact]:
    """A page of all contacts, deleted ones too but no merged ones, by id."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM contacts c WHERE c.organization_id = :organization_id AND c.merged_into IS NULL"
        " ORDER BY c.id LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "limit": limit, "offset": offset},
    )
    return [_contact(row) for row in rows]


def list_deleted_contacts(tx: Tx, organization_id: int, *, limit: int) -> list[Contact]:
    """The contacts that were deleted and can be restored, the last deleted first. Merged ones are not among them."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM contacts c WHERE c.organization_id = :organization_id AND c.deleted_at IS NOT NULL"
        " AND c.merged_into IS NULL ORDER BY c.deleted_at DESC, c.id DESC LIMIT :limit",
        {"organization_id": organization_id, "limit": limit},
    )
    return [_contact(row) for row in rows]


def list_contacts_after(tx: Tx, organization_id: int, contact_id: int, *, limit: int) -> list[Contact]:
    """The next contacts by id that are not deleted, to read all in batches."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM contacts c WHERE c.organization_id = :organization_id AND c.id > :id"
        " AND c.deleted_at IS NULL ORDER BY c.id LIMIT :limit",
        {"organization_id": organization_id, "id": contact_id, "limit": limit},
    )
    return [_contact(row) for row in rows]


def contact_ids_by(tx: Tx, organization_id: int, *, channel: str | None, values: Iterable[Any]) -> dict[Any, int]:
    """value -> contact id for many locators at once: normalized handles of a channel, or (channel None) ids.

    Values without a contact, or with a deleted one, are absent. An id of a merged contact gives the one it was merged
    into. If several contacts have a handle, the rule of
    find_contact_by_handle applies.
    """
    bound = {"organization_id": organization_id, "values": tx.list_param(values), "channel": channel}
    if channel is None:
        rows = tx.all(
            "SELECT m.id, c.id FROM contacts m JOIN contacts c ON c.organization_id = m.organization_id"
            " AND c.id = COALESCE(m.merged_into, m.id) WHERE m.organization_id = :organization_id"
            f" AND m.id {tx.in_list('values')} AND c.deleted_at IS NULL",
            {name: bound[name] for name in ("organization_id", "values")},
        )
    else:
        rows = tx.all(
            "SELECT h.normalized, h.contact_id FROM handles h JOIN contacts c"
            " ON c.organization_id = h.organization_id AND c.id = h.contact_id"
            " WHERE h.organization_id = :organization_id AND h.channel = :channel"
            f" AND h.normalized {tx.in_list('values')} AND h.deleted_at IS NULL AND c.deleted_at IS NULL"
            " ORDER BY h.is_former DESC, h.is_primary, c.id DESC",
            bound,
        )
    return {value: contact_id for value, contact_id in rows}


def uuids_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, str]:
    """contact id -> uuid, deleted or not."""
    ids = set(contact_ids)
    if not ids:
        return {}
    rows = tx.all(
        f"SELECT id, uuid FROM contacts WHERE organization_id = :organization_id AND id {tx.in_list('ids')}",
        {"organization_id": organization_id, "ids": tx.list_param(ids)},
    )
    return {contact_id: uuid for contact_id, uuid in rows}


def contact_ids_by_uuid(tx: Tx, organization_id: int, uuids: Iterable[str]) -> dict[str, int]:
    """uuid -> contact id, for those that exist and are not deleted; of a merged one the contact it was merged into."""
    unique = set(uuids)
    if not unique:
        return {}
    rows = tx.all(
        "SELECT m.uuid, c.id FROM contacts m JOIN contacts c ON c.organization_id = m.organization_id"
        " AND c.id = COALESCE(m.merged_into, m.id) WHERE m.organization_id = :organization_id"
        f" AND m.uuid {tx.in_list('uuids')} AND c.deleted_at IS NULL",
        {"organization_id": organization_id, "uuids": tx.list_param(unique)},
    )
    return {uuid: contact_id for uuid, contact_id in rows}


# Writing --------------------------------------------------------------------------------------------------------------


def next_contact_ids(tx: Tx, organization_id: int, how_many: int = 1) -> int:
    """The first of how_many new contact ids."""
    return next_number(tx, organization_id, IDS, how_many)


def insert_contacts(tx: Tx, organization_id: int, contacts: Iterable[tuple[Contact, Mapping[str, str]]]) -> None:
    """Inserts contacts that have an id and a uuid, each with its sort keys."""
    rows = [
        {"organization_id": organization_id, **msgspec.structs.asdict(contact), **keys} for contact, keys in contacts
    ]
    tx.insert_rows("contacts", rows)
    add_to_count(tx, organization_id, COUNT, len(rows))


def update_contact(
    tx: Tx, organization_id: int, contact_id: int, columns: Mapping[str, Any], *, adds_to_book: bool = False
) -> None:
    """Saves these columns of a contact. Names are checked, because they become part of the statement.

    adds_to_book: as card_states.add_to_book does.
    """
    unknown = columns.keys() - _WRITABLE
    assert not unknown, f"no such columns: {unknown}"
    assignments = [f"{name} = :{name}" for name in columns]
    if adds_to_book:
        assignments.append("card_state = coalesce(card_state, 'on')")
    tx.run(
        f"UPDATE contacts SET {', '.join(assignments)} WHERE organization_id = :organization_id AND id = :contact_id",
        {**columns, "organization_id": organization_id, "contact_id": contact_id},
    )


# External ids ---------------------------------------------------------------------------------------------------------


def find_external_ids(tx: Tx, organization_id: int, source: str, external_ids: Iterable[str]) -> dict[str, int]:
    """external id -> contact id, for those of this source that exist."""
    rows = tx.all(
        "SELECT external_id, contact_id FROM external_ids WHERE organization_id = :organization_id"
        f" AND source = :source AND external_id {tx.in_list('ids')}",
        {"organization_id": organization_id, "source": source, "ids": tx.list_param(external_ids)},
    )
    return {external_id: contact_id for external_id, contact_id in rows}


def list_external_ids_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """contact id -> (source, external id) of each external id it has."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        "SELECT contact_id, source, external_id FROM external_ids WHERE organization_id = :organization_id"
        f" AND contact_id {condition} ORDER BY contact_id, source, external_id",
        {"organization_id": organization_id, "ids": ids},
    )
    return by_contact(rows, rest_of)


def insert_external_ids(tx: Tx, organization_id: int, entries: Iterable[tuple[str, str, int]]) -> None:
    """Inserts (source, external id, contact id); existing ones keep their contact."""
    rows = [
        {
            "organization_id": organization_id,
            "source": source,
            "external_id": external_id,
            "contact_id": contact_id,
        }
        for source, external_id, contact_id in entries
    ]
    tx.insert_rows("external_ids", rows, skip_existing=True)
