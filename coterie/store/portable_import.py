"""Writes and deletes rows of the portable archive, and resolves their references in this instance."""

from collections.abc import Iterable, Mapping
from typing import Any

from coterie.model.imports import PORTABLE_SOURCE
from coterie.model.words import with_words
from coterie.store.cached_counts import LINKS
from coterie.store.database import Tx
from coterie.store.portable import CONTACT_FIELDS, NOUNS, REFERENCES, Noun, fields_of

_TABLES = frozenset(("contacts", *(noun.table for noun in NOUNS.values())))


# References -----------------------------------------------------------------------------------------------------------


def find_contacts(tx: Tx, organization_id: int, uuids: Iterable[str]) -> dict[str, tuple[int, bool]]:
    """uuid -> (contact id, is deleted): the contact with that uuid, or the one that was imported under it."""
    unique = set(uuids)
    if not unique:
        return {}
    parameters = {"organization_id": organization_id, "uuids": tx.list_param(unique)}
    imported = tx.all(
        "SELECT external_id, contact_id FROM external_ids WHERE organization_id = :organization_id"
        f" AND source = '{PORTABLE_SOURCE}' AND external_id {tx.in_list('uuids')}",
        parameters,
    )
    rows = tx.all(
        "SELECT m.uuid, c.id, c.deleted_at IS NOT NULL FROM contacts m JOIN contacts c"
        " ON c.organization_id = m.organization_id AND c.id = COALESCE(m.merged_into, m.id)"
        f" WHERE m.organization_id = :organization_id AND m.uuid {tx.in_list('uuids')}",
        parameters,
    )
    contacts = {uuid: (contact_id, bool(is_deleted)) for uuid, contact_id, is_deleted in rows}
    if imported:
        deleted: dict[int, Any] = dict(
            tx.all(
                "SELECT id, deleted_at IS NOT NULL FROM contacts WHERE organization_id = :organization_id"
                f" AND id {tx.in_list('ids')}",
                {"organization_id": organization_id, "ids": tx.list_param({row[1] for row in imported})},
            )
        )
        contacts = {uuid: (contact_id, bool(deleted[contact_id])) for uuid, contact_id in imported} | contacts
    return contacts


def find_members(tx: Tx, organization_id: int, emails: Iterable[str]) -> dict[str, str]:
    """Normalized e-mail address -> the member of the organization who signs in with it."""
    rows = tx.all(
        "SELECT u.email_key, u.id FROM memberships m JOIN users u ON u.id = m.user_id"
        f" WHERE m.organization_id = :organization_id AND u.email_key {tx.in_list('emails')}",
        {"organization_id": organization_id, "emails": tx.list_param(emails)},
    )
    return {email: user_id for email, user_id in rows}


def find_folders(tx: Tx, organization_id: int, names: Iterable[str]) -> list[tuple[int, str, str]]:
    """(id, name, created_at) of the folders with these names, oldest first."""
    rows = tx.all(
        "SELECT id, name, created_at FROM folders WHERE organization_id = :organization_id"
        f" AND name {tx.in_list('names')} ORDER BY id",
        {"organization_id": organization_id, "names": tx.list_param(names)},
    )
    return [(folder_id, name, created_at) for folder_id, name, created_at in rows]


def find_terms(tx: Tx, organization_id: int, table: str, name_keys: Iterable[str]) -> dict[str, str]:
    """Folded name -> id of the tag or expertise, deleted ones included."""
    assert table in ("tags", "expertises")
    rows = tx.all(
        f"SELECT name_key, id FROM {table} WHERE organization_id = :organization_id AND name_key {tx.in_list('keys')}",
        {"organization_id": organization_id, "keys": tx.list_param(name_keys)},
    )
    return {key: term_id for key, term_id in rows}


# Existing rows --------------------------------------------------------------------------------------------------------


def list_same_values(tx: Tx, organization_id: int, noun: Noun, values: Iterable[Any]) -> set[tuple[Any, ...]]:
    """The columns noun.same of the rows whose first of these columns is among the values; deleted parts excluded."""
    first = noun.same[0]
    has_deleted = "deleted_at" in noun.row.__struct_fields__ and noun.walk_by == "contact"
    rows = tx.all(
        f"SELECT {', '.join(noun.same)} FROM {noun.table} WHERE organization_id = :organization_id"
        f" AND {first} {tx.in_list('values')}{' AND deleted_at IS NULL' if has_deleted else ''}",
        {"organization_id": organization_id, "values": tx.list_param(values)},
    )
    return {tuple(row) for row in rows}


def has_row(tx: Tx, organization_id: int, noun: Noun, columns: Mapping[str, Any]) -> bool:
    """Whether a row with this primary key exists."""
    where, parameters = _key_condition(organization_id, noun, (columns[name] for name in noun.key))
    return tx.one(f"SELECT 1 FROM {noun.table}{where}", parameters) is not None


def _key_condition(organization_id: int, noun: Noun, key: Iterable[Any]) -> tuple[str, dict[str, Any]]:
    where = "".join(f" AND {name} = :{name}" for name in noun.key)
    parameters = {"organization_id": organization_id, **dict(zip(noun.key, key, strict=True))}
    return f" WHERE organization_id = :organization_id{where}", parameters


_LINKS = {**LINKS, "property_definitions": ("property_values", "slug")}


def is_used(tx: Tx, organization_id: int, table: str, key: Any) -> bool:
    """Whether a contact or a note has this folder, tag, expertise or property."""
    link, column = _LINKS[table]
    parameters = {"organization_id": organization_id, "key": key}
    on_note = "SELECT 1 FROM note_tags WHERE organization_id = :organization_id AND tag_id = :key LIMIT 1"
    return (
        tx.one(f"SELECT 1 FROM {link} WHERE organization_id = :organization_id AND {column} = :key LIMIT 1", parameters)
        or (tx.one(on_note, parameters) if table == "tags" else None)
    ) is not None


# Writing --------------------------------------------------------------------------------------------------------------


def insert_row(tx: Tx, organization_id: int, table: str, columns: Mapping[str, Any]) -> bool:
    """Inserts a row unless its key exists. Returns whether it was inserted."""
    assert table in _TABLES
    columns = with_words(table, columns)
    return bool(
        tx.run(
            f"INSERT INTO {table} (organization_id, {', '.join(columns)})"
            f" VALUES (:organization_id, {', '.join(':' + name for name in columns)}) ON CONFLICT DO NOTHING",
            {"organization_id": organization_id, **columns},
        )
    )


def insert_rows(tx: Tx, organization_id: int, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Inserts the rows whose keys do not exist; all have the same columns."""
    assert table in _TABLES
    stored = [{"organization_id": organization_id, **with_words(table, row)} for row in rows]
    tx.insert_rows(table, stored, skip_existing=True)


def delete_row(tx: Tx, organization_id: int, noun: Noun, key: Iterable[Any], updated_at: str | None) -> bool | None:
    """Deletes a row unless it was edited since updated_at (None for rows without one).

    Returns whether it was deleted; None if it does not exist.
    """
    where, parameters = _key_condition(organization_id, noun, key)
    row = tx.one(f"SELECT {'updated_at' if updated_at else 'NULL'} FROM {noun.table}{where}", parameters)
    if row is None:
        return None
    if updated_at and row[0] != updated_at:
        return False
    tx.run(f"DELETE FROM {noun.table}{where}", parameters)
    return True


def list_contacts_of_row(tx: Tx, organization_id: int, noun: Noun, key: Iterable[Any]) -> set[int]:
    """The contacts that a row's columns name; none if the row does not exist."""
    names = [name for name in fields_of(noun) if name in CONTACT_FIELDS]
    if not names:
        return set()
    where, parameters = _key_condition(organization_id, noun, key)
    row = tx.one(f"SELECT {', '.join(REFERENCES[name].column for name in names)} FROM {noun.table}{where}", parameters)
    return {contact_id for contact_id in row or () if contact_id is not None}


def count_link(tx: Tx, organization_id: int, table: str, key: Any, contact_id: int, by: int) -> None:
    """Changes the cached contact count of a folder, tag or expertise, unless the contact is deleted."""
    assert table in ("folders", "tags", "expertises")
    tx.run(
        f"UPDATE {table} SET contact_count = contact_count + :by WHERE organization_id = :organization_id"
        " AND id = :key AND EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = :organization_id"
        " AND c.id = :contact_id AND c.deleted_at IS NULL)",
        {"organization_id": organization_id, "key": key, "contact_id": contact_id, "by": by},
    )
