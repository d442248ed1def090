"""Changes of property definitions, and of the values contacts have in them."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from coterie.actions.consequences import consequence_rows, lock_affected
from coterie.actions.events import Changes, EventRow, differences, record, record_events, row_of
from coterie.errors import Invalid, NotFound, Problem, gathering, invalid
from coterie.model import times
from coterie.model.organizations import Caller
from coterie.model.properties import (
    CHOICE_TYPES,
    CHOICES_MAX,
    DEFINITIONS_MAX,
    TITLE_LENGTH_MAX,
    TYPES,
    PropertyDefinition,
    convert,
    parse_value,
    slug_of,
)
from coterie.store import properties as store
from coterie.store.database import Tx

DESCRIPTION_LENGTH_MAX = 2000
_FIELDS = ("title", "property_type", "choices", "description", "agent_active")


def create_definition(
    tx: Tx,
    caller: Caller,
    *,
    title: str,
    property_type: str = "text",
    choices: list[str] | None = None,
    description: str | None = None,
    agent_active: bool = False,
) -> PropertyDefinition:
    """Defines a property. Its slug comes from the title and never changes; a taken one gets -2, -3 … appended.

    Raises Invalid if the title is blank, the type is unknown, a choice type has no choices, or there are 500
    properties.
    """
    if store.count_definitions(tx, caller.organization_id) >= DEFINITIONS_MAX:
        raise invalid("title", f"exceeds the limit of {DEFINITIONS_MAX} properties")
    now = times.now()
    definition = _check(
        PropertyDefinition(
            slug="",
            title=title,
            property_type=property_type,
            choices=tuple(choices) if choices else None,
            description=description,
            agent_active=agent_active,
            created_at=now,
            updated_at=now,
        )
    )
    definition = replace(definition, slug=_free_slug(tx, caller, definition.title))
    store.insert_definition(tx, caller.organization_id, definition)
    record(tx, caller, "property.created", definition.slug, changes={"title": (None, definition.title)}, now=now)
    return definition


def update_definition(tx: Tx, caller: Caller, slug: str, fields: Mapping[str, Any]) -> PropertyDefinition:
    """Changes the given fields: title, property_type, choices (the whole list), description, agent_active.

    Values are converted to the new type ("12" to the number 12); those that do not fit (another type, a choice that
    was deleted) are removed, in the same transaction. Raises NotFound; Invalid as create_definition does.
    """
    locked = lock_affected(tx, caller, _contact_ids(tx, caller, slug))
    before = _find(tx, caller, slug)
    given = dict(fields)
    if "choices" in given:
        given["choices"] = tuple(given["choices"]) if given["choices"] else None
    after = _check(replace(before, **given))
    if after == before:
        return before
    after = replace(after, updated_at=times.now())
    store.save_definition(tx, caller.organization_id, after)
    changes = differences(before, after, _FIELDS)
    rows = [row_of(caller, "property.updated", slug, changes=changes, now=after.updated_at)]
    if not changes.keys().isdisjoint(("property_type", "choices")):
        rows += _fit_values(tx, caller, after)
    if "title" in changes:
        contact_ids = _contact_ids(tx, caller, slug)
        rows += consequence_rows(tx, caller, "contact.property_changed", slug, contact_ids, locked)
    record_events(tx, caller, rows)
    return after


def _fit_values(tx: Tx, caller: Caller, definition: PropertyDefinition) -> list[EventRow]:
    """Returns an event for each contact whose value changed, with the value before."""
    rows = []
    for contact_id, value in _values(tx, caller, definition.slug):
        fitted = convert(definition, value)
        if fitted == value and type(fitted) is type(value):
            continue
        _save_value(tx, caller, contact_id, definition.slug, fitted)
        changes = {_field(definition.slug): (value, fitted)}
        rows.append(row_of(caller, "contact.updated", contact_id, contact_ids=[contact_id], changes=changes))
    return rows


def delete_definition(tx: Tx, caller: Caller, slug: str) -> None:
    """Erases a property with the values of every contact. Raises NotFound."""
    locked = lock_affected(tx, caller, _contact_ids(tx, caller, slug))
    definition = _find(tx, caller, slug)
    contact_ids = _contact_ids(tx, caller, slug)
    store.delete_definition(tx, caller.organization_id, slug)
    # values are not stored for undo: the contacts they are of may be erased
    undo = None if contact_ids else {"property": definition}
    row = row_of(caller, "property.deleted", slug, changes={"title": (definition.title, None)}, undo=undo)
    rows = [row, *consequence_rows(tx, caller, "contact.property_changed", slug, contact_ids, locked)]
    record_events(tx, caller, rows)


def insert_again(tx: Tx, caller: Caller, definition: PropertyDefinition) -> None:
    """Inserts a property that was deleted."""
    store.insert_definition(tx, caller.organization_id, definition)
    record(tx, caller, "property.created", definition.slug, changes={"title": (None, definition.title)})


def set_values(tx: Tx, caller: Caller, contact_id: int, values: Mapping[str, Any] | None) -> None:
    """Sets a contact's values in the given properties (None, '' or [] clears one).

    Raises Invalid if a slug is unknown or its type does not accept the value.
    """
    changes = change_values(tx, caller, contact_id, values)
    if changes:
        record(tx, caller, "contact.updated", contact_id, contact_ids=[contact_id], changes=changes)


def change_values(tx: Tx, caller: Caller, contact_id: int, values: Mapping[str, Any] | None) -> Changes:
    """Writes what set_values does; returns the changes, which the caller records."""
    if not values:
        return {}
    definitions = store.find_definitions(tx, caller.organization_id, list(values))
    present = store.list_values_of(tx, caller.organization_id, [contact_id]).get(contact_id, {})
    problems: list[Problem] = []
    changes: dict[str, tuple[Any, Any]] = {}
    for slug, value in values.items():
        before = msgspec.json.decode(present[slug]) if slug in present else None
        with gathering(problems):
            after = None if value in (None, "", []) else _parse(definitions.get(slug), slug, value)
            if after != before or type(after) is not type(before):
                changes[_field(slug)] = (before, after)
                _save_value(tx, caller, contact_id, slug, after)
    if problems:
        raise Invalid(*(problem._replace(path=("properties", *problem.path)) for problem in problems))
    return changes


def _field(slug: str) -> str:
    return f"properties.{slug}"


def _values(tx: Tx, caller: Caller, slug: str) -> Iterator[tuple[int, Any]]:
    """(contact id, value) of every contact that has one."""
    for contact_id, text in store.list_values(tx, caller.organization_id, slug):
        yield contact_id, msgspec.json.decode(text)


def _save_value(tx: Tx, caller: Caller, contact_id: int, slug: str, value: Any) -> None:
    if value is None:
        store.delete_value(tx, caller.organization_id, contact_id, slug)
    else:
        store.save_value(tx, caller.organization_id, contact_id, slug, value)


def _contact_ids(tx: Tx, caller: Caller, slug: str) -> list[int]:
    """The contacts that have a value."""
    return [] if "\0" in slug else [row[0] for row in store.list_values(tx, caller.organization_id, slug)]


def _parse(definition: PropertyDefinition | None, slug: str, value: Any) -> Any:
    if definition is None:
        raise invalid(slug[:100], "is not a property: define it first, or correct its slug")
    return parse_value(definition, value, slug)


def _find(tx: Tx, caller: Caller, slug: str) -> PropertyDefinition:
    # PostgreSQL accepts no NUL, and no slug holds one
    definition = None if "\0" in slug else store.find_definition(tx, caller.organization_id, slug)
    if definition is None:
        raise NotFound("Property not found")
    return definition


def _free_slug(tx: Tx, caller: Caller, title: str) -> str:
    base = slug_of(title) or "property"
    slug, number = base, 1
    while store.find_definition(tx, caller.organization_id, slug) is not None:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _check(definition: PropertyDefinition) -> PropertyDefinition:
    title = definition.title.strip()
    choices = tuple(dict.fromkeys(choice.strip() for choice in definition.choices or ()))
    problems = []
    if not title:
        problems.append(Problem(("title",), "blank", "is empty"))
    if len(title) > TITLE_LENGTH_MAX:
        problems.append(Problem(("title",), "too_long", f"is longer than {TITLE_LENGTH_MAX} characters"))
    if definition.property_type not in TYPES:
        problems.append(Problem(("property_type",), "choice", f"must be one of {', '.join(TYPES)}"))
    elif definition.property_type in CHOICE_TYPES and not choices:
        problems.append(Problem(("choices",), "missing", "are required for a choice property"))
    if len(choices) > CHOICES_MAX or not all(0 < len(c) <= TITLE_LENGTH_MAX for c in choices):
        limits = f"at most {CHOICES_MAX} strings of 1 to {TITLE_LENGTH_MAX} characters"
        problems.append(Problem(("choices",), "invalid", f"must be {limits}"))
    if len(definition.description or "") > DESCRIPTION_LENGTH_MAX:
        problems.append(Problem(("description",), "too_long", f"is longer than {DESCRIPTION_LENGTH_MAX} characters"))
    if problems:
        raise Invalid(*problems)
    is_choice = definition.property_type in CHOICE_TYPES
    return replace(definition, title=title, choices=choices if is_choice else None)
