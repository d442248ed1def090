"""The tool add_note: writes a note, or logs a call, meeting or message."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from coterie.actions.contacts import update_contact
from coterie.actions.notes import create_note
from coterie.actions.touches import log_touch
from coterie.errors import invalid
from coterie.mcp.organize_contacts import ContactId, present_ids
from coterie.mcp.read_timeline import Moment
from coterie.mcp.tool import Call, Output, Tool
from coterie.model.touches import CALL, CHAT, MEETING
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.notes import find_pinned_note

TEXT_LENGTH_MAX = 10_000
_TOUCHES = {"call": CALL, "meeting": MEETING, "message": CHAT}


class Arguments(Struct, forbid_unknown_fields=True):
    contact_ids: Annotated[list[ContactId], Meta(min_length=1, max_length=20)]
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH_MAX)]
    kind: Annotated[
        Literal["note", "call", "meeting", "message"], Meta(description="the last three count as being in touch")
    ] = "note"
    pinned: Annotated[bool, Meta(description="replaces the pinned note of one person")] = False
    happened_at: Moment | None = None


def add_note(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    ids = present_ids(tx, call, asked.contact_ids, "contact_ids")
    if asked.kind != "note":
        if asked.pinned:
            raise invalid("pinned", "is for notes only", kind="together")
        touches = log_touch(
            tx, call.caller, ids, kind=_TOUCHES[asked.kind], text=asked.text, happened_at=asked.happened_at or ""
        )
        return {"logged": asked.kind, "ids": list(touches.values()), "contact_ids": ids}
    if asked.happened_at:
        raise invalid("happened_at", "is for kind call, meeting or message", kind="together")
    if asked.pinned:
        return _pin(tx, call, ids, asked.text)
    contacts = list_contacts_by_id(tx, call.caller.organization_id, ids)
    note = create_note(tx, call.caller, {"text": asked.text, "contacts": [each.uuid for each in contacts]})
    return {"id": note.id, "contact_ids": ids}


def _pin(tx: Tx, call: Call, ids: list[int], text: str) -> Output:
    if len(ids) != 1:
        raise invalid("contact_ids", "must be one contact for a pinned note")
    update_contact(tx, call.caller, ids[0], {"note": text})
    note = find_pinned_note(tx, call.caller.organization_id, ids[0])
    return {"id": note.id if note else None, "contact_ids": ids, "pinned": True}


TOOL = Tool(
    name="add_note",
    title="Add a note",
    description="Writes a note about up to 20 people, or logs a call, meeting or message with them.",
    arguments=Arguments,
    handler=add_note,
    mode="write",
    is_idempotent=False,
)
