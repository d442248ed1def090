"""Edits the values a person has in properties, each by the type of the property."""

from typing import Any

import msgspec

from coterie.actions.properties import set_values
from coterie.errors import Invalid, NotFound
from coterie.model.contacts import Contact
from coterie.model.properties import DEFINITIONS_MAX, PropertyDefinition
from coterie.store.database import Tx
from coterie.store.properties import find_definitions, list_definitions, list_values_of
from coterie.web import history_words
from coterie.web.page import Page, Result, Show, Visit
from coterie.web.person import find_person, find_person_to_change
from coterie.web.person_fields import FormField, iso_date
from coterie.web.person_forms import base_of, form, saved

_PATH = "/{o:int}/people/{id:int}/properties/{slug}"
_KINDS = {
    "number": "number", "date": "date", "url": "url", "list": "lines", "boolean": "choice", "single_choice": "choice",
    "multiple_choice": "choices",
}  # fmt: skip
_HINTS = {"date": "Like 12 May 1980", "list": "One per line"}
_NAME = "value"


def _field(definition: PropertyDefinition) -> FormField:
    choices = [(each, each) for each in definition.choices or ()]
    if definition.property_type == "boolean":
        choices = [("", "Not given"), ("true", "Yes"), ("false", "No")]
    elif definition.property_type == "single_choice":
        choices = [("", "Not given"), *choices]
    kind = _KINDS.get(definition.property_type, "text")
    hint = definition.description or _HINTS.get(definition.property_type, "")
    return FormField(_NAME, definition.title, kind, hint.rstrip("."), 10_000, choices)


def _definition(tx: Tx, visit: Visit) -> PropertyDefinition:
    slug = visit.path["slug"]
    definition = None if "\0" in slug else find_definitions(tx, visit.acting.organization_id, [slug]).get(slug)
    if definition is None:
        raise NotFound("Property not found")
    return definition


def _stored(tx: Tx, visit: Visit, contact: Contact) -> str:
    """The stored value as JSON, "" for none."""
    values = list_values_of(tx, visit.acting.organization_id, [contact.id]).get(contact.id, {})
    raw = values.get(visit.path["slug"])
    return bytes(raw).decode() if raw is not None else ""


def _entered(definition: PropertyDefinition, json: str) -> Any:
    """A stored value as the form has it: one text, or the chosen ones of several choices."""
    value = msgspec.json.decode(json) if json else ""
    if definition.property_type == "multiple_choice":
        return value or []
    if isinstance(value, bool):
        return "true" if value else "false"
    return "\n".join(value) if isinstance(value, list) else str(value)


def _sent(definition: PropertyDefinition, visit: Visit) -> Any:
    """The value of the form as actions.properties takes it."""
    if definition.property_type == "multiple_choice":
        return visit.texts(_NAME)
    text = visit.text(_NAME).strip()
    if definition.property_type == "date":
        return iso_date(text, visit.country)
    return [line for line in text.splitlines() if line.strip()] if definition.property_type == "list" else text


def _form(visit: Visit, definition: PropertyDefinition, value: Any, seen: str, status: int = 200, **more: Any) -> Show:
    return form(
        visit, status, title=definition.title, fields=(_field(definition),), values={_NAME: value}, seen=seen,
        action=f"{base_of(visit)}/properties/{definition.slug}", form_id=f"properties-{definition.slug}", **more,
    )  # fmt: skip


def show(tx: Tx, visit: Visit) -> Result:
    definition, stored = _definition(tx, visit), _stored(tx, visit, find_person(tx, visit))
    return _form(visit, definition, _entered(definition, stored), stored)


def save(tx: Tx, visit: Visit) -> Result:
    definition = _definition(tx, visit)
    contact = find_person_to_change(tx, visit)
    before, value = _stored(tx, visit, contact), _sent(definition, visit)
    entered = value if isinstance(value, str) or definition.property_type != "list" else "\n".join(value)
    if visit.text("seen") != before and entered != _entered(definition, before):
        shown = history_words.value_words(before.encode()) if before else ""
        return _form(visit, definition, entered, before, 409, conflict=shown)
    set_values(tx, visit.acting, contact.id, {definition.slug: value})
    after = _stored(tx, visit, contact)
    is_list = definition.property_type == "multiple_choice"
    undo = {
        "path": f"{base_of(visit)}/properties/{definition.slug}",
        "fields": {f"{_NAME}[]" if is_list else _NAME: _entered(definition, before), "seen": after},
    }
    return saved(tx, visit, f"{definition.title} was changed" if after != before else "", undo)


def save_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    definition, seen = _definition(tx, visit), str(visit.form.get("seen") or "")
    value = visit.form.get(_NAME) or ([] if definition.property_type == "multiple_choice" else "")
    return _form(visit, definition, value, seen, 422, problems={_NAME: error.problems[0].reason})


def choose(tx: Tx, visit: Visit) -> Result:
    """All properties, for people who have many: each leads to its form."""
    contact = find_person(tx, visit)
    definitions = list_definitions(tx, visit.acting.organization_id, limit=DEFINITIONS_MAX)
    return Show(template="person/properties.html", values={"contact": contact, "definitions": definitions})


PAGES = (
    Page("GET", "/{o:int}/people/{id:int}/properties", choose),
    Page("GET", _PATH, show),
    Page("POST", _PATH, save, "write", again=save_again),
)
