"""The tool find_duplicates: pairs of contacts that may be one person."""

from typing import Annotated

from msgspec import Meta, Struct

from coterie.actions.duplicates import is_scanned
from coterie.mcp.contact_data import find_present, present_briefs
from coterie.mcp.outputs import fit, left_out, without_empty
from coterie.mcp.tool import Call, Output, Tool
from coterie.model.duplicates import LEVELS, Duplicate, describe_reasons
from coterie.store import duplicates as store
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx

_OF_CONTACT_MAX = 200


class Arguments(Struct, forbid_unknown_fields=True):
    contact_id: Annotated[int, Meta(ge=1, description="only pairs with this contact")] | None = None
    min_score: Annotated[
        float, Meta(ge=-50, le=100, description="log2 of the odds: 0 is even, 7 is 99 in 100; suggested pairs have it")
    ] = 0.0
    limit: Annotated[int, Meta(ge=1, le=50)] = 10


def find_duplicates(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    pairs = [pair for pair in _pairs(tx, call, asked) if pair.bits >= asked.min_score]
    shown = pairs[: asked.limit]
    ids = {id_ for pair in shown for id_ in (pair.first_contact_id, pair.second_contact_id)}
    contacts = list_contacts_by_id(tx, call.caller.organization_id, ids)
    briefs = {brief["id"]: brief for brief in present_briefs(tx, call, contacts)}
    items = [
        {
            "contacts": [briefs[pair.first_contact_id], briefs[pair.second_contact_id]],
            "score": round(pair.bits, 1),
            "level": pair.level,
            "reasons": describe_reasons(pair.reasons),
        }
        for pair in shown
        if {pair.first_contact_id, pair.second_contact_id} <= briefs.keys()
    ]
    count = fit(items)
    note = "Contacts have changed since the last scan; the list may lack pairs"
    is_current = is_scanned(tx, call.caller.organization_id)
    return {
        "items": items[:count],
        "counts": store.count_duplicates(tx, call.caller.organization_id),
        **left_out(len(items) - count),
        **without_empty({"scan": None if is_current else note}),
    }


def _pairs(tx: Tx, call: Call, asked: Arguments) -> list[Duplicate]:
    """The pairs of one contact or of all, the likeliest first."""
    organization_id = call.caller.organization_id
    if asked.contact_id is not None:
        contact = find_present(tx, call, asked.contact_id)
        return store.list_duplicates_of(tx, organization_id, [contact.id])[:_OF_CONTACT_MAX]
    pairs = [pair for level in LEVELS for pair in store.list_duplicates(tx, organization_id, level, limit=asked.limit)]
    return sorted(pairs, key=lambda pair: -pair.bits)


TOOL = Tool(
    name="find_duplicates",
    title="Find duplicates",
    description="Pairs of contacts that may be one person, the likeliest first, with the reasons. See merge_contacts.",
    arguments=Arguments,
    handler=find_duplicates,
    mode="slow",
)
