"""The tool change_many: one change of many people, after a preview."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, structs

from coterie.actions.cadences import set_cadence
from coterie.actions.contacts import update_contact
from coterie.actions.filters import read_filter
from coterie.errors import TooLarge, invalid
from coterie.mcp.confirmations import require_confirmation
from coterie.mcp.contact_data import present_briefs
from coterie.mcp.delete_contacts import Confirm, people
from coterie.mcp.find_contacts import FilterText
from coterie.mcp.organize_contacts import ContactId, Names, apply_labels, lock_for_labels, present_ids, read_labels
from coterie.mcp.outputs import without_empty
from coterie.mcp.tool import Call, Output, Tool
from coterie.mcp.undo import CHANGES_MAX
from coterie.model.cadences import Target, parse_every
from coterie.model.contacts import STATUSES, Contact
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.filters.contacts import list_matching

CONTACTS_MAX = 1_000
EXAMPLES = 5


class Change(Struct, forbid_unknown_fields=True):
    add_tags: Names = []
    remove_tags: Names = []
    add_folders: Names = []
    remove_folders: Names = []
    properties: Annotated[dict[str, Any], Meta(description="slug -> value, null clears")] | None = None
    status: Literal[STATUSES] | None = None  # type: ignore[valid-type]
    cadence: Annotated[str, Meta(max_length=20, description="3w, 2m, off: see set_cadence")] | None = None


class Arguments(Struct, forbid_unknown_fields=True):
    set: Change
    filter: FilterText | None = None
    segment: Annotated[int, Meta(ge=1)] | None = None
    ids: Annotated[list[ContactId], Meta(max_length=CONTACTS_MAX)] = []
    confirm: Confirm | None = None


def change_many(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    if asked.set == Change():
        raise invalid("set", "is empty: it says what to change", kind="missing")
    if asked.set.cadence is not None:
        parse_every(asked.set.cadence, "set.cadence")
    ids = [contact.id for contact in _find(tx, call, asked)]
    lock_for_labels(tx, call, ids, [*asked.set.add_tags, *asked.set.remove_tags])
    contacts = list_contacts_by_id(tx, call.caller.organization_id, ids)
    if len(contacts) * _change_count(asked.set) > CHANGES_MAX:
        raise TooLarge(
            f"That is more than {CHANGES_MAX:,} changes, too many for one call: narrow the filter, or set less at once"
        )
    change = without_empty(structs.asdict(asked.set))
    preview = {"count": len(contacts), "examples": present_briefs(tx, call, contacts[:EXAMPLES]), "set": change}
    question = f"Change {people(len(contacts))}: {', '.join(change)}?"
    require_confirmation(call, TOOL.name, contacts, preview=preview, question=question)
    return {"contacts": len(contacts), **_apply(tx, call, ids, asked.set)}


def _find(tx: Tx, call: Call, asked: Arguments) -> Sequence[Contact]:
    """The contacts of the ids, the filter or the segment. Raises TooLarge beyond 1,000."""
    organization_id = call.caller.organization_id
    if asked.ids:
        if asked.filter or asked.segment:
            raise invalid("ids", "cannot be combined with filter and segment", kind="together")
        return list_contacts_by_id(tx, organization_id, present_ids(tx, call, asked.ids))
    where = read_filter(tx, call.caller, asked.filter, asked.segment)
    if where is None:
        raise invalid("filter", "is missing: give filter, segment or ids", kind="missing")
    found = list_matching(tx, organization_id, where, limit=CONTACTS_MAX + 1)
    if len(found) > CONTACTS_MAX:
        raise TooLarge(f"More than {CONTACTS_MAX} contacts match: narrow the filter, and change them in parts")
    return found


def _change_count(change: Change) -> int:
    """How many changes of one contact there may be."""
    labels = (change.add_tags, change.remove_tags, change.add_folders, change.remove_folders)
    fields = bool(change.status or change.properties is not None)
    return sum(map(len, labels)) + fields + (change.cadence is not None)


def _apply(tx: Tx, call: Call, ids: list[int], change: Change) -> dict[str, Any]:
    counts: dict[str, Any] = {}
    fields = {name: value for name in ("status", "properties") if (value := getattr(change, name)) is not None}
    for contact_id in ids if fields else ():
        update_contact(tx, call.caller, contact_id, fields)
    for contact_id in ids if change.cadence is not None else ():
        set_cadence(tx, call.caller, Target("contact", contact_id), change.cadence or "")
    if change.add_tags or change.remove_tags or change.add_folders or change.remove_folders:
        labels = read_labels(tx, call, change, makes_missing=True)
        counts |= apply_labels(tx, call, ids, labels)
    return counts


TOOL = Tool(
    name="change_many",
    title="Change many contacts",
    description=(
        "Makes one change of up to 1,000 people of a filter, segment or list of ids. Returns a preview first; call"
        " again with confirm."
    ),
    arguments=Arguments,
    handler=change_many,
    mode="write",
    is_destructive=True,
)
