"""The rows of our own export (model.whole): read as they leave, written as they come back.

The statements are made from the nouns: a table or a column that a noun names is read and written here, and none that
somebody else could name.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from coterie.model.imports import DRAFT_SOURCE, PORTABLE_SOURCE
from coterie.model.portable import NOUNS, REFERENCES, ContactRow, Noun, fields_of
from coterie.store.database import Row, Tx

Rows = list[dict[str, Any]]
ROWS_AT_ONCE = 500
_TABLES = frozenset(("contacts", *(noun.table for noun in NOUNS.values())))
_CONTACT = ContactRow.__struct_fields__
_CONDITIONS = {
    # which row of a file was applied already is of imports and not of the contact
    "external_ids": f" AND x.source <> '{DRAFT_SOURCE}'",
    "own_addresses": " AND x.contact_id IS NULL",
}
_PRIVATE = {
    "notes": " AND (NOT x.is_personal OR x.author_id = :user_id)",
    "reminders": " AND x.user_id = :user_id",
}


class Reader:
    """Whose export it is: everything, or what a user may see (their own personal notes and reminders)."""

    def __init__(self, user_id: str | None = None, *, everything: bool = False) -> None:
        self.user_id, self.everything = user_id or "", everything

    def bound(self, name: str) -> tuple[str, dict[str, Any]]:
        """(a condition, what it binds)."""
        condition = _CONDITIONS.get(name, "")
        if self.everything or name not in _PRIVATE:
            return condition, {}
        return condition + _PRIVATE[name], {"user_id": self.user_id}


# Reading --------------------------------------------------------------------------------------------------------------


def list_contact_rows_after(tx: Tx, organization_id: int, uuid: str, *, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """(id, row) of the next contacts behind a uuid, in its order, the deleted ones among them."""
    rows = tx.all(
        f"SELECT id, {', '.join(_CONTACT)} FROM contacts WHERE organization_id = :organization_id AND uuid > :uuid"
        " ORDER BY uuid LIMIT :limit",
        {"organization_id": organization_id, "uuid": uuid, "limit": limit},
    )
    return [(row[0], _named(_CONTACT, row[1:])) for row in rows]


def list_rows_of_contacts(tx: Tx, organization_id: int, name: str, contact_ids: list[int]) -> Rows:
    """The rows of a noun that belong to these contacts, by the uuid of the contact, then by their own keys."""
    noun = NOUNS[name]
    fields = fields_of(noun)
    condition = _CONDITIONS.get(name, "")
    rows = tx.all(
        f"{_select(noun)} WHERE x.organization_id = :organization_id AND x.contact_id {tx.in_list('ids')}{condition}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    keys = [name for name in noun.key if name in fields] or [name for name in fields if name in REFERENCES]
    return sorted((_named(fields, row) for row in rows), key=lambda row: (row["contact"], *(row[k] for k in keys)))


def list_interactions(tx: Tx, organization_id: int, contact_id: int) -> Iterator[dict[str, Any]]:
    """Every interaction of a contact, however many there are, by kind and moment."""
    noun = NOUNS["interactions"]
    fields = fields_of(noun)
    bound: dict[str, Any] = {"organization_id": organization_id, "contact_id": contact_id, "limit": ROWS_AT_ONCE}
    last = {"kind": "", "happened_at": "", "id": ""}
    while True:
        rows = tx.all(
            f"{_select(noun)} WHERE x.organization_id = :organization_id AND x.contact_id = :contact_id"
            " AND (x.kind, x.happened_at, x.id) > (:kind, :happened_at, :id)"
            " ORDER BY x.kind, x.happened_at, x.id LIMIT :limit",
            bound | last,
        )
        for row in rows:
            found = _named(fields, row)
            yield found
        if len(rows) < ROWS_AT_ONCE:
            return
        last = {name: found[name] for name in last}


def find_contacts_with_interactions(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> set[int]:
    """Those of the contacts that have any interaction."""
    rows = tx.all(
        f"SELECT c.id FROM contacts c WHERE c.organization_id = :organization_id AND c.id {tx.in_list('ids')}"
        " AND EXISTS (SELECT 1 FROM interactions i WHERE i.organization_id = c.organization_id"
        " AND i.contact_id = c.id)",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return {row[0] for row in rows}


def list_rows(tx: Tx, organization_id: int, name: str, reader: Reader) -> Iterator[dict[str, Any]]:
    """Every row of a noun that is not walked contact by contact, in the order of its key, a page at a time."""
    noun = NOUNS[name]
    fields = fields_of(noun)
    condition, bound = reader.bound(name)
    last: Any = 0 if name == "folders" else ""
    while True:
        rows = tx.all(
            f"{_select(noun, f'x.{noun.by}')} WHERE x.organization_id = :organization_id AND x.{noun.by} > :last"
            f"{condition} ORDER BY x.{noun.by} LIMIT :limit",
            {"organization_id": organization_id, "last": last, "limit": ROWS_AT_ONCE, **bound},
        )
        found = [_named(fields, row[1:]) for row in rows]
        if name == "notes" and found:
            _put_lists(tx, organization_id, found)
        yield from found
        if len(rows) < ROWS_AT_ONCE:
            return
        last = rows[-1][0]


def _put_lists(tx: Tx, organization_id: int, notes: Rows) -> None:
    """The contacts and the tags of notes."""
    bound = {"organization_id": organization_id, "ids": tx.list_param(note["id"] for note in notes)}
    for name, statement in (
        ("contacts", "SELECT l.note_id, r.uuid FROM note_contacts l CROSS JOIN contacts r"
                     " WHERE r.organization_id = l.organization_id AND r.id = l.contact_id"),
        ("tags", "SELECT l.note_id, r.name FROM note_tags l CROSS JOIN tags r"
                 " WHERE r.organization_id = l.organization_id AND r.id = l.tag_id"),
    ):  # fmt: skip
        of_note: dict[str, list[str]] = {}
        for note_id, value in tx.all(
            f"{statement} AND l.organization_id = :organization_id AND l.note_id {tx.in_list('ids')}", bound
        ):
            of_note.setdefault(note_id, []).append(value)
        for note in notes:
            note[name] = sorted(of_note.get(note["id"], ()))


def _select(noun: Noun, *first: str) -> str:
    columns, joins = list(first), dict[str, str]()
    for name in fields_of(noun):
        if name not in REFERENCES:
            columns.append(f"x.{name}")
            continue
        column, table, known_by = REFERENCES[name]
        of_organization = "" if table == "users" else f" AND r_{column}.organization_id = x.organization_id"
        joins[column] = f" LEFT JOIN {table} r_{column} ON r_{column}.id = x.{column}{of_organization}"
        columns.append(f"r_{column}.{known_by}")
    return f"SELECT {', '.join(columns)} FROM {noun.table} x{''.join(joins.values())}"


def _named(fields: Iterable[str], row: Row) -> dict[str, Any]:
    """SQLite has no booleans of its own."""
    return {
        name: bool(value) if value is not None and (name.startswith("is_") or name == "agent_active") else value
        for name, value in zip(fields, row, strict=True)
    }


# Whom and what references mean ----------------------------------------------------------------------------------------


def find_contacts(tx: Tx, organization_id: int, uuids: Iterable[str]) -> dict[str, tuple[int, bool]]:
    """uuid -> (id, whether it is deleted) of the contact that has it, or came in with it and has another."""
    wanted = set(uuids)
    if not wanted:
        return {}
    bound = {"organization_id": organization_id, "uuids": tx.list_param(wanted)}
    known = tx.all(
        "SELECT external_id, contact_id FROM external_ids WHERE organization_id = :organization_id"
        f" AND source = '{PORTABLE_SOURCE}' AND external_id {tx.in_list('uuids')}",
        bound,
    )
    rows = tx.all(
        "SELECT uuid, id, deleted_at IS NOT NULL FROM contacts WHERE organization_id = :organization_id"
        f" AND (uuid {tx.in_list('uuids')})",
        bound,
    )
    found = {uuid: (contact_id, bool(deleted)) for uuid, contact_id, deleted in rows}
    if known:
        alive = tx.all(
            f"SELECT id, deleted_at IS NOT NULL FROM contacts WHERE organization_id = :organization_id"
            f" AND id {tx.in_list('ids')}",
            {"organization_id": organization_id, "ids": tx.list_param({row[1] for row in known})},
        )
        deleted_of: dict[int, Any] = dict(alive)
        found = {uuid: (contact_id, bool(deleted_of[contact_id])) for uuid, contact_id in known} | found
    return found


def find_members(tx: Tx, organization_id: int, emails: Iterable[str]) -> dict[str, str]:
    """e-mail address in its matching form -> the member of the organization who has it."""
    rows = tx.all(
        "SELECT u.email_key, u.id FROM memberships m JOIN users u ON u.id = m.user_id"
        f" WHERE m.organization_id = :organization_id AND u.email_key {tx.in_list('emails')}",
        {"organization_id": organization_id, "emails": tx.list_param(emails)},
    )
    return {email: user_id for email, user_id in rows}


def find_folders(tx: Tx, organization_id: int, names: Iterable[str]) -> list[tuple[int, str, str]]:
    """(id, name, created_at) of the folders of these names, the oldest first."""
    rows = tx.all(
        "SELECT id, name, created_at FROM folders WHERE organization_id = :organization_id"
        f" AND name {tx.in_list('names')} ORDER BY id",
        {"organization_id": organization_id, "names": tx.list_param(names)},
    )
    return [(folder_id, name, created_at) for folder_id, name, created_at in rows]


def find_terms(tx: Tx, organization_id: int, table: str, name_keys: Iterable[str]) -> dict[str, str]:
    """folded name -> the tag or expertise, deleted or not."""
    assert table in ("tags", "expertises")
    rows = tx.all(
        f"SELECT name_key, id FROM {table} WHERE organization_id = :organization_id AND name_key {tx.in_list('keys')}",
        {"organization_id": organization_id, "keys": tx.list_param(name_keys)},
    )
    return {key: term_id for key, term_id in rows}


def list_values(tx: Tx, organization_id: int, noun: Noun, values: Iterable[Any]) -> set[tuple[Any, ...]]:
    """What noun.same says of the rows whose first column of it is among the values."""
    first = noun.same[0]
    alive = " AND deleted_at IS NULL" if "deleted_at" in noun.row.__struct_fields__ and noun.by == "contact" else ""
    rows = tx.all(
        f"SELECT {', '.join(noun.same)} FROM {noun.table} WHERE organization_id = :organization_id"
        f" AND {first} {tx.in_list('values')}{alive}",
        {"organization_id": organization_id, "values": tx.list_param(values)},
    )
    return {tuple(row) for row in rows}


def is_there(tx: Tx, organization_id: int, noun: Noun, columns: Mapping[str, Any]) -> bool:
    """Whether a row with this key is there."""
    where = "".join(f" AND {name} = :{name}" for name in noun.key)
    bound = {"organization_id": organization_id, **{name: columns[name] for name in noun.key}}
    return tx.one(f"SELECT 1 FROM {noun.table} WHERE organization_id = :organization_id{where}", bound) is not None


# Writing --------------------------------------------------------------------------------------------------------------


def insert_row(tx: Tx, organization_id: int, table: str, columns: Mapping[str, Any]) -> bool:
    """One row, unless there is one with its key; whether there was none."""
    assert table in _TABLES
    return bool(
        tx.run(
            f"INSERT INTO {table} (organization_id, {', '.join(columns)})"
            f" VALUES (:organization_id, {', '.join(':' + name for name in columns)}) ON CONFLICT DO NOTHING",
            {"organization_id": organization_id, **columns},
        )
    )


def delete_row(tx: Tx, organization_id: int, noun: Noun, key: Iterable[Any], updated_at: str | None) -> bool | None:
    """Remove a row unless it was changed since (updated_at, where it has one): whether it could be removed. None
    where it is gone already."""
    where = "".join(f" AND {name} = :{name}" for name in noun.key)
    bound: dict[str, Any] = {"organization_id": organization_id, **dict(zip(noun.key, key, strict=True))}
    found = tx.one(
        f"SELECT {'updated_at' if updated_at else 'NULL'} FROM {noun.table}"
        f" WHERE organization_id = :organization_id{where}",
        bound,
    )
    if found is None:
        return None
    if updated_at and found[0] != updated_at:
        return False
    tx.run(f"DELETE FROM {noun.table} WHERE organization_id = :organization_id{where}", bound)
    return True


_LINKS = {
    "folders": ("contact_folders", "folder_id"),
    "tags": ("contact_tags", "tag_id"),
    "expertises": ("contact_expertises", "expertise_id"),
    "property_definitions": ("property_values", "slug"),
}


def is_used(tx: Tx, organization_id: int, table: str, key: Any) -> bool:
    """Whether any contact, or note, has this folder, tag, expertise or property."""
    link, column = _LINKS[table]
    bound = {"organization_id": organization_id, "key": key}
    on_note = "SELECT 1 FROM note_tags WHERE organization_id = :organization_id AND tag_id = :key LIMIT 1"
    return (
        tx.one(f"SELECT 1 FROM {link} WHERE organization_id = :organization_id AND {column} = :key LIMIT 1", bound)
        or (tx.one(on_note, bound) if table == "tags" else None)
    ) is not None


def count_link(tx: Tx, organization_id: int, table: str, key: Any, contact_id: int, by: int) -> None:
    """The kept count of a folder, tag or expertise follows a contact that came or went, unless that is deleted."""
    assert table in ("folders", "tags", "expertises")
    tx.run(
        f"UPDATE {table} SET contact_count = contact_count + :by WHERE organization_id = :organization_id"
        " AND id = :key AND EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = :organization_id"
        " AND c.id = :contact_id AND c.deleted_at IS NULL)",
        {"organization_id": organization_id, "key": key, "contact_id": contact_id, "by": by},
    )
