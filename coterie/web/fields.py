"""Edits the fields of a person in place.

Each form carries the values that the editor saw (`seen`). If the stored values have changed since, nothing is written,
and the form shows both.
"""

from typing import Any

from coterie.actions import contacts as actions
from coterie.errors import Invalid
from coterie.model.contacts import Contact
from coterie.store.database import Tx
from coterie.web.page import NoPage, Page, Result, Show, Visit
from coterie.web.person import find_person, find_person_to_change
from coterie.web.person_fields import FIELDS, FormField, parsed, value_of
from coterie.web.person_forms import base_of, form, saved

_PATH = "/{o:int}/people/{id:int}/fields/{name}"


def _field(visit: Visit) -> FormField:
    field = FIELDS.get(visit.path["name"])
    if field is None:
        raise NoPage
    return field


def _form(visit: Visit, contact: Contact, value: str, status: int = 200, **values: Any) -> Show:
    field = _field(visit)
    return form(
        visit, status, title=field.label, fields=(field,), values={field.name: value},
        seen=value_of(contact, field.name), action=f"{base_of(visit)}/fields/{field.name}",
        form_id=f"field-{field.name}", contact=contact, **values,
    )  # fmt: skip


def show(tx: Tx, visit: Visit) -> Result:
    contact, field = find_person(tx, visit), _field(visit)
    return _form(visit, contact, value_of(contact, field.name))


def save(tx: Tx, visit: Visit) -> Result:
    field = _field(visit)
    contact = find_person_to_change(tx, visit)
    before, new = value_of(contact, field.name), visit.text(field.name, 10_000)
    if visit.text("seen") != before and new.strip() != before:
        return _form(visit, contact, new, 409, conflict=before)
    changed = actions.update_contact(tx, visit.acting, contact.id, {field.name: parsed(field.name, new, visit.country)})
    after = value_of(changed, field.name)
    undo = {"path": f"{base_of(visit)}/fields/{field.name}", "fields": {field.name: before, "seen": after}}
    return saved(tx, visit, f"{field.label} was changed" if after != before else "", undo)


def save_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    problems = {_field(visit).name: error.problems[0].reason}
    return _form(visit, find_person(tx, visit), str(visit.form.get(_field(visit).name) or ""), 422, problems=problems)


PAGES = (
    Page("GET", _PATH, show),
    Page("POST", _PATH, save, "write", again=save_again),
)
