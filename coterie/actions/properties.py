"""What can happen to property definitions and to the values contacts have in them."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from coterie.actions.events import record
from coterie.errors import Invalid, NotFound, Problem, invalid
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
    """Define a property. Its slug comes from the title and never changes; where it is taken, -2, -3 … is appended.

    Refused: a blank title, a type that is none, a choice type without choices, more than 500 properties.
    """
    if store.count_definitions(tx, caller.organization_id) >= DEFINITIONS_MAX:
        raise invalid("title", f"is one too many: there are at most {DEFINITIONS_MAX} properties")
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
    """Change the fields named: title, property_type, choices (the whole list), description, agent_active.

    Values become what the definition wants ("12" the number 12), and those that do not fit any more (another type, a
    choice that is gone) are removed, in the same transaction. Refused: an unknown slug, what create_definition
    refuses.
    """
    before = _find(tx, caller, slug)
    given = {name: fields[name] for name in fields}
    if "choices" in given:
        given["choices"] = tuple(given["choices"]) if given["choices"] else None
    after = _check(replace(before, **given))
    if after == before:
        return before
    after = replace(after, updated_at=times.now())
    store.save_definition(tx, caller.organization_id, after)
    if (after.property_type, after.choices) != (before.property_type, before.choices):
        _fit_values(tx, caller, after)
    changes = {name: (getattr(before, name), getattr(after, name)) for name in given}
    record(tx, caller, "property.updated", slug, changes=changes, now=after.updated_at)
    return after


def _fit_values(tx: Tx, caller: Caller, definition: PropertyDefinition) -> None:
    for contact_id, text in store.list_values(tx, caller.organization_id, definition.slug):
        value = msgspec.json.decode(text)
        fitted = convert(definition, value)
        if fitted is None:
            store.delete_value(tx, caller.organization_id, contact_id, definition.slug)
            continue
        if fitted != value or type(fitted) is not type(value):
            store.save_value(tx, caller.organization_id, contact_id, definition.slug, fitted)


def delete_definition(tx: Tx, caller: Caller, slug: str) -> None:
    """Remove a property and what every contact has in it, for good."""
    definition = _find(tx, caller, slug)
    store.delete_definition(tx, caller.organization_id, slug)
    record(tx, caller, "property.deleted", slug, changes={"title": (definition.title, None)})


def set_values(tx: Tx, caller: Caller, contact_id: int, values: Mapping[str, Any] | None) -> bool:
    """Set what a contact has in the properties named (None or '' or [] clears one); whether anything changed.

    Refused: a slug that is no property, a value its type does not take.
    """
    if not values:
        return False
    organization_id = caller.organization_id
    definitions = store.find_definitions(tx, organization_id, list(values))
    present = store.list_values_of(tx, organization_id, [contact_id]).get(contact_id, {})
    problems: list[Problem] = []
    changes: dict[str, tuple[Any, Any]] = {}
    for slug, value in values.items():
        old = msgspec.json.decode(present[slug]) if slug in present else None
        try:
            new = None if value in (None, "", []) else _parse(definitions.get(slug), slug, value)
        except Invalid as error:
            problems += [Problem(("custom_properties", *p.path), p.kind, p.reason) for p in error.problems]
            continue
        if new != old or type(new) is not type(old):
            changes[f"properties.{slug}"] = (old, new)
            if new is None:
                store.delete_value(tx, organization_id, contact_id, slug)
            else:
                store.save_value(tx, organization_id, contact_id, slug, new)
    if problems:
        raise Invalid(*problems)
    if changes:
        record(tx, caller, "contact.updated", contact_id, contact_id=contact_id, changes=changes)
    return bool(changes)


def _parse(definition: PropertyDefinition | None, slug: str, value: Any) -> Any:
    if definition is None:
        raise invalid(slug[:100], "is not a property")
    return parse_value(definition, value, slug)


def _find(tx: Tx, caller: Caller, slug: str) -> PropertyDefinition:
    # PostgreSQL takes no NUL, and no slug holds one
    definition = None if "\0" in slug else store.find_definition(tx, caller.organization_id, slug)
    if definition is None:
        raise NotFound("Contact property not found")
    return definition


def _free_slug(tx: Tx, caller: Caller, title: str) -> str:
    wanted = slug_of(title) or "property"
    slug, number = wanted, 1
    while store.find_definition(tx, caller.organization_id, slug) is not None:
        number += 1
        slug = f"{wanted}-{number}"
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
        problems.append(Problem(("property_type",), "choice", f"is not one of {', '.join(TYPES)}"))
    elif definition.property_type in CHOICE_TYPES and not choices:
        problems.append(Problem(("choices",), "missing", "are needed by a choice property"))
    if len(choices) > CHOICES_MAX or not all(0 < len(c) <= TITLE_LENGTH_MAX for c in choices):
        problems.append(Problem(("choices",), "invalid", f"are at most {CHOICES_MAX} texts, none empty"))
    if len(definition.description or "") > DESCRIPTION_LENGTH_MAX:
        problems.append(Problem(("description",), "too_long", f"is longer than {DESCRIPTION_LENGTH_MAX} characters"))
    if problems:
        raise Invalid(*problems)
    kept = choices if definition.property_type in CHOICE_TYPES else None
    return replace(definition, title=title, choices=kept)
