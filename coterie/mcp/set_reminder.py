"""The tool set_reminder: creates, changes and cancels reminders of the calling user."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from coterie.actions import reminders as actions
from coterie.errors import invalid
from coterie.mcp.contact_data import find_present
from coterie.mcp.read_timeline import Moment
from coterie.mcp.reminder_data import present_reminder
from coterie.mcp.tool import Call, Output, Tool
from coterie.model.ids import parse_id
from coterie.model.reminders import BEFORE_UNITS, REPEAT_UNITS, TITLE_LENGTH_MAX
from coterie.store.database import Tx

Count = Annotated[int, Meta(ge=0, le=366)]


class Before(Struct, forbid_unknown_fields=True):
    n: Count
    unit: Literal[BEFORE_UNITS]  # type: ignore[valid-type]
    date: Literal["birthday", "anniversary"] = "birthday"


class Repeat(Struct, forbid_unknown_fields=True):
    n: Count
    unit: Literal[REPEAT_UNITS]  # type: ignore[valid-type]


class Arguments(Struct, forbid_unknown_fields=True):
    reminder_id: Annotated[str, Meta(max_length=36, description="changes this one")] | None = None
    contact_id: Annotated[int, Meta(ge=1)] | None = None
    title: Annotated[str, Meta(max_length=TITLE_LENGTH_MAX)] | None = None
    due_at: Moment | None = None
    before: (
        Annotated[Before, Meta(description="instead of due_at: before a date of the contact, every year")] | None
    ) = None
    repeat: Repeat | None = None
    cancel: Annotated[bool, Meta(description="with reminder_id: removes it")] = False


def set_reminder(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    if asked.due_at and asked.before:
        raise invalid("before", "cannot be combined with due_at", kind="together")
    if asked.reminder_id is None:
        return _create(tx, call, asked)
    reminder_id = parse_id(asked.reminder_id)
    if reminder_id is None:
        raise invalid("reminder_id", "is not the id of a reminder")
    if asked.contact_id is not None:
        raise invalid("contact_id", "of a reminder cannot change: cancel it and set another", kind="together")
    if asked.cancel:
        actions.delete_reminder(tx, call.caller, reminder_id)
        return {"cancelled": reminder_id}
    return {"reminder": present_reminder(actions.update_reminder(tx, call.caller, reminder_id, _fields(asked)))}


def _create(tx: Tx, call: Call, asked: Arguments) -> Output:
    if asked.cancel:
        raise invalid("reminder_id", "is missing: it says which reminder to cancel", kind="missing")
    if asked.title is None:
        raise invalid("title", "is missing", kind="missing")
    if not (asked.due_at or asked.before or asked.repeat):
        raise invalid("due_at", "is missing: give due_at, before or repeat", kind="missing")
    contact_id = None if asked.contact_id is None else find_present(tx, call, asked.contact_id).id
    return {"reminder": present_reminder(actions.create_reminder(tx, call.caller, _fields(asked), contact_id))}


def _fields(asked: Arguments) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if asked.title is not None:
        fields["title"] = asked.title
    if asked.due_at is not None:
        fields |= {"due_at": asked.due_at, "before_unit": None, "before_magnitude": None}
    if asked.repeat is not None:
        fields |= {"repeat_unit": asked.repeat.unit, "repeat_magnitude": asked.repeat.n}
    if asked.before is not None:
        fields |= {
            "before_unit": asked.before.unit, "before_magnitude": asked.before.n, "category": asked.before.date,
            "due_at": None,
        }  # fmt: skip
    return fields


TOOL = Tool(
    name="set_reminder",
    title="Set a reminder",
    description="Creates, changes (reminder_id) or cancels a reminder of yours, about a person or none.",
    arguments=Arguments,
    handler=set_reminder,
    mode="write",
    is_destructive=True,
    is_idempotent=False,
)
