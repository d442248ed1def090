"""The tool merge_contacts: makes several contacts one."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from coterie.actions.merge_fields import check_choices, plan_fields
from coterie.actions.merges import merge_contacts as merge
from coterie.errors import Invalid, Problem, invalid
from coterie.mcp.confirmations import require_confirmation
from coterie.mcp.contact_data import find_present, present_briefs
from coterie.mcp.delete_contacts import Confirm
from coterie.mcp.organize_contacts import ContactId
from coterie.mcp.outputs import without_empty
from coterie.mcp.texts import cut
from coterie.mcp.tool import Call, Output, Tool
from coterie.model.contacts import Contact
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx

_VALUE_LENGTH = 200


class Arguments(Struct, forbid_unknown_fields=True):
    keep_id: ContactId
    merge_ids: Annotated[list[ContactId], Meta(min_length=1, max_length=5)]
    choices: Annotated[
        dict[str, Any], Meta(description="field -> id of the contact whose value is taken; name is all parts of it")
    ] = {}
    confirm: Confirm | None = None


def merge_contacts(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    survivor = find_present(tx, call, asked.keep_id)
    losers = [find_present(tx, call, id_) for id_ in dict.fromkeys(asked.merge_ids)]
    if survivor.id in {each.id for each in losers}:
        raise invalid("merge_ids", "contains keep_id, the contact that stays: remove it")
    choices = _choices(asked, survivor, losers)
    preview = _preview(tx, call, survivor, losers, choices)
    names = ", ".join(each.shown_name or "?" for each in losers)
    question = f"Merge {names} into {survivor.shown_name or '?'}?"
    require_confirmation(call, TOOL.name, [survivor, *losers], preview=preview, question=question)
    merges = merge(tx, call.caller, survivor.id, [each.id for each in losers], choices)
    after = list_contacts_by_id(tx, call.caller.organization_id, [merges[0].survivor_id])
    return {"contact": present_briefs(tx, call, after)[0], "merge_ids": [each.id for each in merges]}


def _choices(asked: Arguments, survivor: Contact, losers: list[Contact]) -> dict[str, int]:
    given = {}
    for name, value in asked.choices.items():
        if not isinstance(value, int) or isinstance(value, bool):
            raise Invalid(Problem(("choices", name), "invalid", "is not the id of a contact"))
        given[name] = value
    ids = {id_: id_ for id_ in (survivor.id, *(each.id for each in losers))}
    return check_choices(given, ids | {asked.keep_id: survivor.id})


def _preview(tx: Tx, call: Call, survivor: Contact, losers: list[Contact], choices: dict[str, int]) -> dict[str, Any]:
    """The values that the survivor gets of each, and those that go into a note because a field holds one only."""
    briefs = present_briefs(tx, call, [survivor, *losers])
    plans = []
    for loser in losers:
        plan = plan_fields(survivor, loser, choices)
        fills = {name: cut(str(value), _VALUE_LENGTH) for name, value in plan.columns.items() if value is not None}
        lines = [cut(line, _VALUE_LENGTH) for line in plan.lines]
        lines += [f"Birthday: {plan.birthday}"] if plan.birthday else []
        plans.append({"id": loser.id, **without_empty({"fills": fills, "goes_into_a_note": lines})})
    return {
        "keep": briefs[0],
        "merge": briefs[1:],
        "fields": plans,
        "note": "All handles, notes, conversations and other parts are kept; undo separates the contacts again.",
    }


TOOL = Tool(
    name="merge_contacts",
    title="Merge contacts",
    description="Makes contacts one: keep_id stays and gets all parts of the others. Preview first, then confirm.",
    arguments=Arguments,
    handler=merge_contacts,
    mode="write",
    is_destructive=True,
    is_idempotent=False,
)
