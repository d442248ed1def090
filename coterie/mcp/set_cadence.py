"""The tool set_cadence: how often to be in touch, with people or with everybody of a tag or folder."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from coterie.actions import cadences as actions
from coterie.errors import invalid
from coterie.mcp.names import find_folders, find_tags
from coterie.mcp.organize_contacts import ContactId, present_ids
from coterie.mcp.save_arguments import Name, PartialDate
from coterie.mcp.tool import Call, Output, Tool
from coterie.model.cadences import Target, words_of
from coterie.store.cadences import find_cadence_of
from coterie.store.database import Tx
from coterie.store.revisions import lock_contacts
from coterie.store.touch_plans import list_plans_of

NONE = "none"


class Arguments(Struct, forbid_unknown_fields=True):
    contact_ids: Annotated[list[ContactId], Meta(max_length=20)] = []
    tag: Name | None = None
    folder: Name | None = None
    every: (
        Annotated[str, Meta(max_length=20, description="10d, 3w, 2m, 1y; off: never; none: removes the rule")] | None
    ) = None
    snooze_until: Annotated[PartialDate, Meta(description="of contact_ids: not due before this day")] | None = None


def set_cadence(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    if asked.every is None and asked.snooze_until is None:
        raise invalid("every", "is missing: give every or snooze_until", kind="missing")
    if asked.snooze_until is not None and not asked.contact_ids:
        raise invalid("contact_ids", "is missing: only people can be snoozed", kind="missing")
    ids = present_ids(tx, call, asked.contact_ids, "contact_ids") if asked.contact_ids else []
    lock_contacts(tx, call.caller.organization_id, ids)
    targets = [Target("contact", id_) for id_ in ids] + _groups(tx, call, asked)
    if not targets:
        raise invalid("contact_ids", "is missing: give contact_ids, tag or folder", kind="missing")
    rules = [_set(tx, call, target, asked.every) for target in targets] if asked.every is not None else []
    for contact_id in ids if asked.snooze_until is not None else ():
        actions.snooze(tx, call.caller, contact_id, asked.snooze_until or "")
    due = {str(id_): plan.due_on for id_, plan in list_plans_of(tx, call.caller.organization_id, ids).items()}
    return {"rules": rules, "due": due}


def _groups(tx: Tx, call: Call, asked: Arguments) -> list[Target]:
    tags = find_tags(tx, call, "tag", [asked.tag]) if asked.tag is not None else []
    folders = find_folders(tx, call, "folder", [asked.folder]) if asked.folder is not None else []
    return [Target("tag", tag.id) for tag in tags] + [Target("folder", id_) for id_ in folders]


def _set(tx: Tx, call: Call, target: Target, every: str) -> dict[str, Any]:
    shown = {target.kind: target.id}
    if every.strip().lower() != NONE:
        return shown | {"every": words_of(actions.set_cadence(tx, call.caller, target, every).every)}
    cadence = find_cadence_of(tx, call.caller.organization_id, target)
    if cadence is not None:
        actions.delete_cadence(tx, call.caller, cadence.id)
    return shown | {"every": NONE}


TOOL = Tool(
    name="set_cadence",
    title="Set how often to be in touch",
    description="How often to be in touch with people, or with all of a tag or folder; or snoozes people.",
    arguments=Arguments,
    handler=set_cadence,
    mode="write",
    is_destructive=True,
)
