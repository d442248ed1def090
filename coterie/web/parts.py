"""Edits fields and parts of a person in place.

Each form carries what the editor saw (`seen`). If that is not what is stored any more, nothing is written, and the
form says so with both values. Without script the forms are pages of their own.
"""

from typing import Any

from coterie.actions import contacts as actions
from coterie.errors import Invalid, NotFound
from coterie.model.contacts import Contact
from coterie.store.contacts import find_contact_to_change
from coterie.store.database import Tx
from coterie.web.page import Go, Page, Result, Show, Visit
from coterie.web.person import find_person, load_sheet, timeline_values, values_of_sections
from coterie.web.person_fields import FIELDS, FormField, parsed, value_of
from coterie.web.person_parts import PARTS, Part

_FIELD = "/{o:int}/people/{id:int}/fields/{name}"
_PART = "/{o:int}/people/{id:int}/{part}"
_NEW = "new"


def _base(visit: Visit) -> str:
    return f"{visit.root}/people/{visit.id('id')}"


def _form(visit: Visit, status: int = 200, **values: Any) -> Show:
    """A form: as a part of the page, or as a page of its own."""
    template = "person/form.html" if visit.is_fragment else "person/form_page.html"
    defaults: dict[str, Any] = {"problems": {}, "conflict": None, "base": _base(visit), "delete_path": ""}
    return Show(template=template, values=defaults | values, status=status)


# Fields ---------------------------------------------------------------------------------------------------------------


def _field(visit: Visit) -> FormField:
    field = FIELDS.get(visit.path["name"])
    if field is None:
        raise NotFound("Not found")
    return field


def _field_form(visit: Visit, contact: Contact, value: str, status: int = 200, **values: Any) -> Show:
    field = _field(visit)
    return _form(
        visit, status, title=field.label, fields=(field,), values={field.name: value},
        seen=value_of(contact, field.name), action=f"{_base(visit)}/fields/{field.name}", form_id=f"field-{field.name}",
        contact=contact, **values,
    )  # fmt: skip


def show_field(tx: Tx, visit: Visit) -> Result:
    contact, field = find_person(tx, visit), _field(visit)
    return _field_form(visit, contact, value_of(contact, field.name))


def save_field(tx: Tx, visit: Visit) -> Result:
    field = _field(visit)
    contact = find_contact_to_change(tx, visit.acting.organization_id, visit.id("id"))
    if contact is None:
        raise NotFound("This person is not here any more")
    before, new = value_of(contact, field.name), visit.text(field.name, 10_000)
    if visit.text("seen") != before and new.strip() != before:
        return _field_form(visit, contact, new, 409, conflict=before)
    changed = actions.update_contact(tx, visit.acting, contact.id, {field.name: parsed(field.name, new)})
    after = value_of(changed, field.name)
    undo = {"path": f"{_base(visit)}/fields/{field.name}", "fields": {field.name: before, "seen": after}}
    return saved(tx, visit, f"{field.label} was changed" if after != before else "", undo)


def save_field_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    problems = {_field(visit).name: error.problems[0].reason}
    contact = find_person(tx, visit)
    return _field_form(visit, contact, str(visit.form.get(_field(visit).name) or ""), 422, problems=problems)


# Parts ----------------------------------------------------------------------------------------------------------------


def _part(visit: Visit) -> Part:
    part = PARTS.get(visit.path["part"])
    if part is None:
        raise NotFound("Not found")
    return part


def _values(part: Part, item: Any) -> dict[str, str]:
    return {field.name: str(getattr(item, field.name, None) or "") for field in part.fields}


def _part_form(visit: Visit, part: Part, item: Any, values: dict[str, str], status: int = 200, **more: Any) -> Show:
    path = f"{_base(visit)}/{part.name}/{item.id if item else _NEW}"
    fields = [field for field in part.fields if item is None or field.name not in ("channel", "label", "person")]
    if part.name == "addresses":
        fields = list(part.fields)
    return _form(
        visit, status, title=part.noun if item else f"New {part.noun.lower()}", fields=fields, values=values,
        seen=item.updated_at if item else "", action=path, form_id=f"{part.name}-{item.id if item else _NEW}",
        delete_path=f"{path}/delete" if item else "", **more,
    )  # fmt: skip


def _find_item(tx: Tx, visit: Visit, part: Part) -> tuple[Contact, Any]:
    contact = find_person(tx, visit)
    return contact, part.find(load_sheet(tx, visit, contact), visit.path["item"])


def show_new_part(tx: Tx, visit: Visit) -> Result:
    part = _part(visit)
    find_person(tx, visit)
    return _part_form(visit, part, None, {field.name: "" for field in part.fields})


def show_part(tx: Tx, visit: Visit) -> Result:
    part = _part(visit)
    _, item = _find_item(tx, visit, part)
    return _part_form(visit, part, item, _values(part, item))


def create_part(tx: Tx, visit: Visit) -> Result:
    part, contact = _part(visit), find_person(tx, visit)
    if contact.deleted_at is not None:
        raise NotFound("This person was deleted: restore it first")
    fields = {field.name: visit.text(field.name, field.length_max) for field in part.fields}
    if part.name == "notes":
        fields["is_personal"] = visit.text("is_personal")
    item_id = part.create(tx, visit.acting, contact, fields)
    undo = {"path": f"{_base(visit)}/{part.name}/{item_id}/delete", "fields": {}}
    return saved(tx, visit, f"{part.noun} was added", undo)


def update_part(tx: Tx, visit: Visit) -> Result:
    part = _part(visit)
    contact, item = _find_item(tx, visit, part)
    fields = {field.name: visit.text(field.name, field.length_max) for field in part.fields if field.name in visit.form}
    if visit.text("seen") != item.updated_at:
        return _part_form(visit, part, item, _values(part, item) | fields, 409, conflict=_values(part, item))
    part.update(tx, visit.acting, contact, item, fields)
    return saved(tx, visit, f"{part.noun} was changed", None)


def save_part_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    part = _part(visit)
    values = {field.name: str(visit.form.get(field.name) or "") for field in part.fields}
    problems = {problem.path[-1] if problem.path else "": problem.reason for problem in error.problems}
    item = _find_item(tx, visit, part)[1] if "item" in visit.path else None
    return _part_form(visit, part, item, values, 422, problems=problems)


def delete_part(tx: Tx, visit: Visit) -> Result:
    part = _part(visit)
    contact, item = _find_item(tx, visit, part)
    part.delete(tx, visit.acting, contact, item)
    item_id = f"{item.channel}:{item.id}" if part.name == "handles" else item.id
    undo = {"path": f"{_base(visit)}/{part.name}/{item_id}/restore", "fields": {}}
    return saved(tx, visit, f"{part.noun} was deleted", undo)


def restore_part(tx: Tx, visit: Visit) -> Result:
    part = _part(visit)
    if part.restore is None:
        raise NotFound("Not found")
    part.restore(tx, visit.acting, find_person(tx, visit), visit.path["item"])
    return saved(tx, visit, f"{part.noun} is back", None)


def saved(tx: Tx, visit: Visit, message: str, undo: dict[str, Any] | None) -> Result:
    """The sections of the page as they are now, with a message; without script, the page."""
    if not visit.is_fragment:
        return Go(url=_base(visit), message=message)
    contact = find_person(tx, visit)
    values = values_of_sections(tx, visit, contact) | timeline_values(tx, visit, contact, "")
    return Show(template="person/saved.html", values=values | {"said": message, "undo": undo})


PAGES = (
    Page("GET", _FIELD, show_field),
    Page("POST", _FIELD, save_field, "write", again=save_field_again),
    Page("GET", _PART + "/new", show_new_part),
    Page("POST", _PART + "/new", create_part, "write", again=save_part_again),
    Page("GET", _PART + "/{item}", show_part),
    Page("POST", _PART + "/{item}", update_part, "write", again=save_part_again),
    Page("POST", _PART + "/{item}/delete", delete_part, "write"),
    Page("POST", _PART + "/{item}/restore", restore_part, "write"),
)
