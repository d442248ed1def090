"""The tool undo, and the undo id that every change has: the first and the last event of its unit of work."""

import re
from typing import Annotated, Any

from msgspec import Meta, Struct

from coterie.actions.undo import UNDOABLE
from coterie.actions.undo_jobs import undo_or_start
from coterie.errors import invalid
from coterie.mcp.contact_data import names_of
from coterie.mcp.outputs import fit, without_empty
from coterie.mcp.tool import Call, Output, Tool
from coterie.model.organizations import Caller
from coterie.model.undo import REASONS
from coterie.store.database import Tx
from coterie.store.events import find_last_event
from coterie.store.undo import is_one_unit, list_events_between

# changes of one call: their kinds are read for its answer
CHANGES_MAX = 2_000
_ID = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)


class Arguments(Struct, forbid_unknown_fields=True):
    undo_id: Annotated[str, Meta(max_length=40, description="undo.id of a change")]


def undo(tx: Tx, call: Call) -> Output:
    match = _ID.fullmatch(call.arguments.undo_id.strip())
    if match is None:
        raise invalid("undo_id", "is not the undo id of a change: it looks like 412-415")
    first, last = int(match[1]), int(match[2])
    if not is_one_unit(tx, call.caller.organization_id, first, last):
        raise invalid("undo_id", "is not the undo id of one change: undo changes one by one")
    undone = undo_or_start(tx, call.caller, first, last)
    if isinstance(undone, str):
        return {"job_id": undone, "means": "These are many changes: they are undone in the background, within minutes."}
    names = names_of(tx, call, {id_ for each in undone.cannot for id_ in each.contact_ids[:1]})
    cannot = [
        {"what": each.kind, "reason": each.reason, "means": REASONS[each.reason]}
        | without_empty(
            {"fields": list(each.fields), "contact": names.get(each.contact_ids[0]) if each.contact_ids else None}
        )
        for each in undone.cannot
    ]
    return {
        "undone_changes": undone.undone_count,
        "contact_ids": list(undone.contact_ids[:100]),
        "cannot": cannot[: fit(cannot)],
    }


def undo_of(tx: Tx, caller: Caller) -> dict[str, Any] | None:
    """How this unit of work is undone; None if it changed nothing. cannot: the kinds of changes without an undo."""
    first = tx.units.get(caller.organization_id)
    if first is None:
        return None
    last = find_last_event(tx, caller.organization_id)
    events = list_events_between(tx, caller.organization_id, first, last, limit=CHANGES_MAX + 1)
    if not events:
        return None
    cannot = sorted({event.kind for event in events if event.kind not in UNDOABLE})
    return {"id": f"{first}-{last}", "cannot": cannot}


TOOL = Tool(
    name="undo",
    title="Undo a change",
    description="Undoes a change by its undo id. What was changed again since is left alone and listed in cannot.",
    arguments=Arguments,
    handler=undo,
    mode="write",
    is_destructive=True,
)
