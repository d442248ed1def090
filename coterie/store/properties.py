"""Property definitions and the values of contacts, stored as JSON text."""

from collections.abc import Iterable
from typing import Any

import msgspec

from coterie.model.properties import PropertyDefinition, Value
from coterie.model.words import with_words
from coterie.store.counters import add_to_count, count
from coterie.store.database import Row, Tx, matching

_SELECT = "slug, title, property_type, choices, description, agent_active, created_at, updated_at"
COUNT = "property_definitions"


def _definition(row: Row) -> PropertyDefinition:
    choices = tuple(msgspec.json.decode(row[3])) if row[3] else None
    return PropertyDefinition(
        slug=row[0],
        title=row[1],
        property_type=row[2],
        choices=choices,
        description=row[4],
        agent_active=bool(row[5]),
        created_at=row[6],
        updated_at=row[7],
    )


def _bound(organization_id: int, definition: PropertyDefinition) -> dict[str, Any]:
    values = msgspec.structs.asdict(definition)
    values["choices"] = msgspec.json.encode(definition.choices).decode() if definition.choices else None
    return {"organization_id": organization_id, **values}


def list_definitions(tx: Tx, organization_id: int, *, limit: int, offset: int = 0) -> list[PropertyDefinition]:
    """A page of the definitions, oldest first."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM property_definitions WHERE organization_id = :organization_id"
        " ORDER BY created_at, slug LIMIT :limit OFFSET :offset",
        {"organization_id": organization_id, "limit": limit, "offset": offset},
    )
    return [_definition(row) for row in rows]


def count_definitions(tx: Tx, organization_id: int) -> int:
    """The number of definitions; a cached count."""
    return count(tx, organization_id, COUNT)


def find_definition(tx: Tx, organization_id: int, slug: str) -> PropertyDefinition | None:
    """A definition, with its row locked until the commit."""
    row = tx.one(
        f"SELECT {_SELECT} FROM property_definitions WHERE organization_id = :organization_id"
        " AND slug = :slug" + tx.lock,
        {"organization_id": organization_id, "slug": slug},
    )
    return _definition(row) if row else None


def find_definitions(tx: Tx, organization_id: int, slugs: Iterable[str]) -> dict[str, PropertyDefinition]:
    """slug -> definition, for those that exist."""
    rows = tx.all(
        f"SELECT {_SELECT} FROM property_definitions WHERE organization_id = :organization_id"
        f" AND slug {tx.in_list('slugs')}",
        {"organization_id": organization_id, "slugs": tx.list_param(slugs)},
    )
    return {row[0]: _definition(row) for row in rows}


def insert_definition(tx: Tx, organization_id: int, definition: PropertyDefinition) -> None:
    tx.run(
        f"INSERT INTO property_definitions (organization_id, {_SELECT}) VALUES (:organization_id, :slug,"
        " :title, :property_type, :choices, :description, :agent_active, :created_at, :updated_at)",
        _bound(organization_id, definition),
    )
    add_to_count(tx, organization_id, COUNT, 1)


def save_definition(tx: Tx, organization_id: int, definition: PropertyDefinition) -> None:
    """Saves an existing definition; its slug never changes."""
    bound = _bound(organization_id, definition)
    del bound["created_at"]
    tx.run(
        "UPDATE property_definitions SET title = :title, property_type = :property_type, choices = :choices,"
        " description = :description, agent_active = :agent_active, updated_at = :updated_at"
        " WHERE organization_id = :organization_id AND slug = :slug",
        bound,
    )


def delete_definition(tx: Tx, organization_id: int, slug: str) -> None:
    """Erases a definition and, by their foreign key, the values of every contact."""
    tx.run(
        "DELETE FROM property_definitions WHERE organization_id = :organization_id AND slug = :slug",
        {"organization_id": organization_id, "slug": slug},
    )
    add_to_count(tx, organization_id, COUNT, -1)


def list_values_of(tx: Tx, organization_id: int, contact_ids: Iterable[int]) -> dict[int, dict[str, msgspec.Raw]]:
    """contact id -> slug -> value as JSON that can be embedded."""
    condition, ids = matching(tx, "ids", contact_ids)
    rows = tx.all(
        "SELECT contact_id, slug, value FROM property_values WHERE organization_id = :organization_id"
        f" AND contact_id {condition} ORDER BY contact_id, slug",
        {"organization_id": organization_id, "ids": ids},
    )
    found: dict[int, dict[str, msgspec.Raw]] = {}
    for contact_id, slug, value in rows:
        found.setdefault(contact_id, {})[slug] = msgspec.Raw(value)
    return found


def save_value(tx: Tx, organization_id: int, contact_id: int, slug: str, value: Value) -> None:
    """Sets a contact's value of a property."""
    tx.run(
        "INSERT INTO property_values (organization_id, contact_id, slug, value, value_words, value_number)"
        " VALUES (:organization_id, :contact_id, :slug, :value, :value_words, :value_number)"
        " ON CONFLICT (organization_id, contact_id, slug) DO UPDATE SET value = excluded.value,"
        " value_words = excluded.value_words, value_number = excluded.value_number",
        {
            "organization_id": organization_id,
            "contact_id": contact_id,
            "slug": slug,
            **with_words("property_values", {"value": msgspec.json.encode(value).decode()}),
        },
    )


def delete_value(tx: Tx, organization_id: int, contact_id: int, slug: str) -> None:
    """Clears a contact's value of a property."""
    tx.run(
        "DELETE FROM property_values WHERE organization_id = :organization_id"
        " AND contact_id = :contact_id AND slug = :slug",
        {"organization_id": organization_id, "contact_id": contact_id, "slug": slug},
    )


def list_values(tx: Tx, organization_id: int, slug: str) -> list[tuple[int, str]]:
    """(contact id, value as JSON text) of every contact that has a value of a property."""
    rows = tx.all(
        "SELECT contact_id, value FROM property_values"
        " WHERE organization_id = :organization_id AND slug = :slug ORDER BY contact_id",
        {"organization_id": organization_id, "slug": slug},
    )
    return [(contact_id, value) for contact_id, value in rows]


def count_values_by_property(tx: Tx, organization_id: int) -> dict[str, int]:
    """slug -> the number of contacts that have a value, deleted ones too; counted."""
    rows = tx.all(
        "SELECT slug, count(*) FROM property_values WHERE organization_id = :organization_id GROUP BY slug",
        {"organization_id": organization_id},
    )
    return {slug: int(number) for slug, number in rows}
