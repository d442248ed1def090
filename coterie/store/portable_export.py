"""Reads the rows of the portable archive, a page at a time; every reference becomes its exported value.

Rows come in the order of the contacts' uuids and then of their own keys: equal data gives equal bytes.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from coterie.model.handles import INSTAGRAM
from coterie.model.imports import UID_SOURCE
from coterie.store.database import Row, Tx
from coterie.store.portable import ALL, CONTACT_COLUMNS, NOUNS, REFERENCES, Noun, fields_of

Rows = list[dict[str, Any]]
PAGE_SIZE = 500


class ExportReader:
    """The reader of an export: the operator (everything), or a user, who gets only their own personal notes and
    reminders."""

    def __init__(self, user_id: str | None = None, *, everything: bool = False) -> None:
        self.user_id, self.everything = user_id or "", everything

    def condition(self, noun: Noun) -> tuple[str, dict[str, Any]]:
        """(SQL condition, its parameters): the rows of the noun that this reader gets."""
        if self.everything or not noun.private:
            return noun.condition, {}
        return noun.condition + noun.private, {"user_id": self.user_id}


def list_contact_rows_after(tx: Tx, organization_id: int, uuid: str, *, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """(id, row) of the contacts that follow a uuid, by uuid, deleted ones included; merged ones are hidden."""
    rows = tx.all(
        f"SELECT id, {', '.join(CONTACT_COLUMNS)} FROM contacts WHERE organization_id = :organization_id"
        " AND merged_into IS NULL AND uuid > :uuid ORDER BY uuid LIMIT :limit",
        {"organization_id": organization_id, "uuid": uuid, "limit": limit},
    )
    return [(row[0], _named(CONTACT_COLUMNS, row[1:])) for row in rows]


def list_rows_of_contacts(tx: Tx, organization_id: int, name: str, contact_ids: list[int]) -> Rows:
    """The rows of a noun that belong to these contacts, by contact uuid and then by their own keys."""
    noun = NOUNS[name]
    fields = fields_of(noun)
    rows = tx.all(
        f"{_select(noun)} AND x.contact_id {tx.in_list('ids')}{noun.condition}",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    keys = [name for name in noun.key if name in fields] or [name for name in fields if name in REFERENCES]
    return sorted((_named(fields, row) for row in rows), key=lambda row: (row["contact"], *(row[k] for k in keys)))


def list_card_states(tx: Tx, organization_id: int, contact_ids: list[int]) -> Rows:
    """By contact uuid, the states of the contacts that an import, by model.cards.is_on_phones, would give another."""
    of_contact = "x.organization_id = c.organization_id AND x.contact_id = c.id"
    decided = (
        f"NOT EXISTS (SELECT 1 FROM handles x WHERE {of_contact})"
        f" OR EXISTS (SELECT 1 FROM handles x WHERE {of_contact} AND x.channel <> '{INSTAGRAM}')"
        f" OR EXISTS (SELECT 1 FROM postal_addresses x WHERE {of_contact} AND x.deleted_at IS NULL)"
        f" OR EXISTS (SELECT 1 FROM external_ids x WHERE {of_contact} AND x.source = '{UID_SOURCE}')"
    )
    rows = tx.all(
        f"SELECT uuid, state FROM (SELECT c.uuid, coalesce(c.card_state, 'none') AS state,"
        f" CASE WHEN {decided} THEN 'on' ELSE 'none' END AS decided FROM contacts c"
        f" WHERE c.organization_id = :organization_id AND c.id {tx.in_list('ids')}) listed"
        " WHERE state <> decided ORDER BY uuid",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return [{"contact": uuid, "card_state": state} for uuid, state in rows]


def list_interactions(tx: Tx, organization_id: int, contact_id: int) -> Iterator[dict[str, Any]]:
    """All interactions of a contact by kind and time, read page by page."""
    noun = NOUNS["interactions"]
    fields = fields_of(noun)
    parameters: dict[str, Any] = {"organization_id": organization_id, "contact_id": contact_id, "limit": PAGE_SIZE}
    last = {"kind": "", "happened_at": "", "id": ""}
    while True:
        rows = tx.all(
            f"{_select(noun)} AND x.contact_id = :contact_id"
            " AND (x.kind, x.happened_at, x.id) > (:kind, :happened_at, :id)"
            " ORDER BY x.kind, x.happened_at, x.id LIMIT :limit",
            parameters | last,
        )
        page = [_named(fields, row) for row in rows]
        yield from page
        if len(page) < PAGE_SIZE:
            return
        last = {name: page[-1][name] for name in last}


def find_contacts_with_interactions(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> set[int]:
    """Those of the contacts that have at least one interaction."""
    rows = tx.all(
        f"SELECT c.id FROM contacts c WHERE c.organization_id = :organization_id AND c.id {tx.in_list('ids')}"
        " AND EXISTS (SELECT 1 FROM interactions i WHERE i.organization_id = c.organization_id"
        " AND i.contact_id = c.id)",
        {"organization_id": organization_id, "ids": tx.list_param(contact_ids)},
    )
    return {row[0] for row in rows}


def list_rows(tx: Tx, organization_id: int, name: str, reader: ExportReader) -> Iterator[dict[str, Any]]:
    """All rows of a noun that is not read contact by contact, in the order of its key, read page by page."""
    noun = NOUNS[name]
    fields = fields_of(noun)
    if noun.walk_by == ALL:
        rows = tx.all(_select(noun), {"organization_id": organization_id})
        # which of a pair comes first follows from ids, which are counted per instance
        yield from map(partial(_named, fields), sorted((*sorted(row[:2]), *row[2:]) for row in rows))
        return
    condition, parameters = reader.condition(noun)
    last: Any = 0 if name == "folders" else ""
    while True:
        rows = tx.all(
            f"{_select(noun, f'x.{noun.walk_by}')}"
            f" AND x.{noun.walk_by} > :last{condition} ORDER BY x.{noun.walk_by} LIMIT :limit",
            {"organization_id": organization_id, "last": last, "limit": PAGE_SIZE, **parameters},
        )
        page = [_named(fields, row[1:]) for row in rows]
        if name == "notes" and page:
            _add_lists(tx, organization_id, page)
        yield from page
        if len(rows) < PAGE_SIZE:
            return
        last = rows[-1][0]


_LISTS_OF_NOTES = {
    "contacts": "SELECT l.note_id, r.uuid FROM note_contacts l CROSS JOIN contacts r"
    " WHERE r.organization_id = l.organization_id AND r.id = l.contact_id AND r.merged_into IS NULL",
    "tags": "SELECT l.note_id, r.name FROM note_tags l CROSS JOIN tags r"
    " WHERE r.organization_id = l.organization_id AND r.id = l.tag_id",
}


def _add_lists(tx: Tx, organization_id: int, notes: Rows) -> None:
    """Adds the contacts and tags of each note, sorted."""
    parameters = {"organization_id": organization_id, "ids": tx.list_param(note["id"] for note in notes)}
    for name, statement in _LISTS_OF_NOTES.items():
        values: dict[str, list[str]] = {}
        for note_id, value in tx.all(
            f"{statement} AND l.organization_id = :organization_id AND l.note_id {tx.in_list('ids')}", parameters
        ):
            values.setdefault(note_id, []).append(value)
        for note in notes:
            note[name] = sorted(values.get(note["id"], ()))


def _select(noun: Noun, *first: str) -> str:
    """The rows of the noun in an organization; those that name a merged contact are hidden with it."""
    columns, joins, conditions = list(first), dict[str, str](), "x.organization_id = :organization_id"
    for name in fields_of(noun):
        if name not in REFERENCES:
            columns.append(f"x.{name}")
            continue
        reference = REFERENCES[name]
        alias = f"r_{reference.column}"
        same_organization = "" if reference.table == "users" else f" AND {alias}.organization_id = x.organization_id"
        joins[alias] = f" LEFT JOIN {reference.table} {alias} ON {alias}.id = x.{reference.column}{same_organization}"
        columns.append(f"{alias}.{reference.exported}")
        if reference.table == "contacts":
            conditions += f" AND {alias}.merged_into IS NULL"
    return f"SELECT {', '.join(columns)} FROM {noun.table} x{''.join(joins.values())} WHERE {conditions}"


def _named(fields: Iterable[str], row: Row) -> dict[str, Any]:
    # SQLite stores booleans as 0 and 1
    return {
        name: bool(value) if value is not None and (name.startswith("is_") or name == "agent_active") else value
        for name, value in zip(fields, row, strict=True)
    }
