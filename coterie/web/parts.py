"""Adds, edits and deletes the parts of a person in place: handles, addresses, gifts, reminders and others.

Each form carries when the part last changed as the editor saw it (`seen`). If it has changed since, nothing is
written, and the form shows both.
"""

from typing import Any

from msgspec.structs import replace

from coterie.actions.reminders import finish_reminder
from coterie.errors import Invalid
from coterie.model.contacts import Contact
from coterie.store.database import Tx
from coterie.web.page import NoPage, Page, Result, Show, Visit
from coterie.web.part import TIME_ZONE, Part
from coterie.web.person import find_person, find_person_to_change
from coterie.web.person_fields import FormField, iso_date
from coterie.web.person_forms import base_of, form, saved
from coterie.web.person_parts import PARTS

_PATH = "/{o:int}/people/{id:int}/{part}"
_NEW = "new"
_NO_MAIL = (
    "Mail is not set up, so reminders are on Today only. The operator of this instance sets COTERIE_SMTP_URL and"
    " COTERIE_SMTP_FROM"
)


def _part(visit: Visit) -> Part:
    part = PARTS.get(visit.path["part"])
    if part is None:
        raise NoPage
    return part


def _time_zone(visit: Visit) -> str:
    return visit.user.time_zone if visit.user else "UTC"


def _said(visit: Visit, field: FormField) -> FormField:
    """The field of a reminder that chooses mail says so if none is sent."""
    return replace(field, hint=_NO_MAIL) if field.name == "remind_by" and not visit.settings.can_mail else field


def _form(visit: Visit, part: Part, item: Any, values: dict[str, str], status: int = 200, **more: Any) -> Show:
    path = f"{base_of(visit)}/{part.name}/{item.id if item else _NEW}"
    return form(
        visit, status, title=part.noun if item else f"New {part.noun.lower()}",
        fields=[_said(visit, field) for field in part.fields if item is None or field.name not in part.fixed],
        values=values,
        seen=item.updated_at if item else "", action=path, form_id=f"{part.name}-{item.id if item else _NEW}",
        delete_path=f"{path}/delete" if item else "", **more,
    )  # fmt: skip


def _find_item(tx: Tx, visit: Visit, part: Part) -> tuple[Contact, Any]:
    contact = find_person(tx, visit)
    return contact, part.find(tx, visit.acting, contact, visit.path["item"])


def show_new(tx: Tx, visit: Visit) -> Result:
    part = _part(visit)
    find_person(tx, visit)
    return _form(visit, part, None, {field.name: "" for field in part.fields})


def show(tx: Tx, visit: Visit) -> Result:
    part = _part(visit)
    _, item = _find_item(tx, visit, part)
    return _form(visit, part, item, part.values_of(item, _time_zone(visit)))


def _text(visit: Visit, field: FormField) -> str:
    text = visit.text(field.name, field.length_max)
    return iso_date(text, visit.country) if field.kind == "date" else text


def create(tx: Tx, visit: Visit) -> Result:
    part, contact = _part(visit), find_person_to_change(tx, visit)
    fields = {field.name: _text(visit, field) for field in part.fields}
    if part.name == "notes":
        fields["is_personal"] = visit.text("is_personal")
    item_id = part.create(tx, visit.acting, contact, fields | {TIME_ZONE: _time_zone(visit)})
    undo = {"path": f"{base_of(visit)}/{part.name}/{item_id}/delete", "fields": {}}
    return saved(tx, visit, f"{part.noun} was added", undo)


def update(tx: Tx, visit: Visit) -> Result:
    """The undo sends the form with the values of before."""
    part = _part(visit)
    contact, item = _find_item(tx, visit, part)
    before = part.values_of(item, _time_zone(visit))
    fields = {
        field.name: _text(visit, field)
        for field in part.fields
        if field.name in visit.form and field.name not in part.fixed
    }
    if visit.text("seen") != item.updated_at:
        return _form(visit, part, item, before | fields, 409, conflict=before)
    part.update(tx, visit.acting, contact, item, fields | {TIME_ZONE: _time_zone(visit)})
    after = part.find(tx, visit.acting, contact, item.id)
    undone = {name: before[name] for name in fields} | {"seen": after.updated_at}
    return saved(
        tx, visit, f"{part.noun} was changed" if after != item else "",
        {"path": f"{base_of(visit)}/{part.name}/{item.id}", "fields": undone},
    )  # fmt: skip


def save_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    part = _part(visit)
    values = {field.name: str(visit.form.get(field.name) or "") for field in part.fields}
    problems = {problem.path[-1] if problem.path else "": problem.reason for problem in error.problems}
    # a problem of a value that the form does not have is shown above it
    shown = {field.name for field in part.fields}
    problems = {name if name in shown else "": reason for name, reason in problems.items()}
    item = _find_item(tx, visit, part)[1] if "item" in visit.path else None
    return _form(visit, part, item, values, 422, problems=problems)


def delete(tx: Tx, visit: Visit) -> Result:
    part = _part(visit)
    contact, item = _find_item(tx, visit, part)
    part.delete(tx, visit.acting, contact, item)
    item_id = f"{item.channel}:{item.id}" if part.name == "handles" else item.id
    undo = {"path": f"{base_of(visit)}/{part.name}/{item_id}/restore", "fields": {}} if part.restore else None
    return saved(tx, visit, f"{part.noun} was deleted", undo)


def restore(tx: Tx, visit: Visit) -> Result:
    part = _part(visit)
    if part.restore is None:
        raise NoPage
    part.restore(tx, visit.acting, find_person(tx, visit), visit.path["item"])
    return saved(tx, visit, f"{part.noun} is back", None)


def finish(tx: Tx, visit: Visit) -> Result:
    """Marks the next occurrence of a reminder as done."""
    _, item = _find_item(tx, visit, PARTS["reminders"])
    finish_reminder(tx, visit.acting, item.id)
    return saved(tx, visit, "The reminder is done", None)


PAGES = (
    Page("POST", "/{o:int}/people/{id:int}/reminders/{item}/done", finish, "write"),
    Page("GET", _PATH + "/new", show_new),
    Page("POST", _PATH + "/new", create, "write", again=save_again, once=True),
    Page("GET", _PATH + "/{item}", show),
    Page("POST", _PATH + "/{item}", update, "write", again=save_again),
    Page("POST", _PATH + "/{item}/delete", delete, "write"),
    Page("POST", _PATH + "/{item}/restore", restore, "write"),
)
