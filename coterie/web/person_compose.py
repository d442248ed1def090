"""The box above the timeline: writes a note, or logs a conversation with the person."""

from typing import Any

from coterie.actions.notes import create_note
from coterie.actions.touches import log_touch
from coterie.errors import Invalid
from coterie.model.notes import TEXT_LENGTH_MAX
from coterie.store.database import Tx
from coterie.web.log import KINDS
from coterie.web.page import Page, Result, Visit
from coterie.web.person import find_person, find_person_to_change
from coterie.web.person_fields import FormField
from coterie.web.person_forms import base_of, form, saved

NOTE = "note"


def compose(tx: Tx, visit: Visit) -> Result:
    contact = find_person_to_change(tx, visit)
    kind, text = visit.text("kind", 20), visit.text("text", TEXT_LENGTH_MAX)
    if kind in ("", NOTE):
        is_personal = visit.text("is_personal", 10) == "yes"
        fields: dict[str, Any] = {"text": text, "is_personal": is_personal, "contacts": [contact.uuid]}
        note = create_note(tx, visit.acting, fields)
        return saved(tx, visit, "Note was added", _undo(visit, f"notes/{note.id}"))
    day = visit.text("day", 40).strip()
    # a day without a time is noon, which is the same day in nearly every zone
    at = f"{day}T12:00" if len(day) == 10 else day
    touches = log_touch(tx, visit.acting, [contact.id], kind=kind, text=text, happened_at=at)
    label = KINDS.get(kind, "Conversation")
    return saved(tx, visit, f"{label} was logged", _undo(visit, f"touches/{touches[contact.id]}"))


def _undo(visit: Visit, path: str) -> dict[str, Any]:
    return {"path": f"{base_of(visit)}/{path}/delete", "fields": {}}


def compose_again(tx: Tx, visit: Visit, error: Invalid) -> Result:
    """The form with the typed values and its problems."""
    find_person(tx, visit)
    problems = {"day" if each.path[-1:] == ("happened_at",) else each.path[-1]: each.reason for each in error.problems}
    fields = (
        FormField("kind", "What", "choice", choices=[(NOTE, "Note"), *KINDS.items()]),
        FormField("text", "Text", "lines", length_max=TEXT_LENGTH_MAX),
        FormField("day", "When", "day", "Empty means now; not used for a note", 10),
        FormField("is_personal", "Only for me", "check"),
    )
    values = {field.name: str(visit.form.get(field.name) or "") for field in fields}
    return form(
        visit, 422, title="New note or conversation", fields=fields, values=values, seen="", problems=problems,
        action=f"{base_of(visit)}/compose", form_id="compose-form",
    )  # fmt: skip


PAGES = (Page("POST", "/{o:int}/people/{id:int}/compose", compose, "write", again=compose_again, once=True),)
