"""The tool save_segment: saves a filter under a name."""

from typing import Annotated

from msgspec import Meta, Struct

from coterie.actions.filters import read_filter
from coterie.actions.segments import create_segment, describe_segment, update_segment
from coterie.mcp.contact_data import url_of
from coterie.mcp.find_contacts import COUNTED_MAX, FilterText
from coterie.mcp.tool import Call, Output, Tool
from coterie.store.database import Tx
from coterie.store.filters.contacts import count_matching, list_matching

EXAMPLES = 5


class Arguments(Struct, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    filter: FilterText
    segment_id: Annotated[int, Meta(ge=1, description="changes this one")] | None = None


def save_segment(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    if asked.segment_id is None:
        segment = create_segment(tx, call.caller, asked.title, asked.filter)
    else:
        segment = update_segment(tx, call.caller, asked.segment_id, name=asked.title, filter_=asked.filter)
    where = read_filter(tx, call.caller, None, segment.id)
    assert where is not None
    count = count_matching(tx, call.caller.organization_id, where, COUNTED_MAX)
    examples = list_matching(tx, call.caller.organization_id, where, limit=EXAMPLES)
    return {
        "segment": {"id": segment.id, "title": segment.name, "filter": describe_segment(tx, call.caller, segment).line},
        "count": count,
        "count_is_exact": count < COUNTED_MAX,
        "examples": [{"id": each.id, "name": each.name, "url": url_of(call, each.id)} for each in examples],
    }


TOOL = Tool(
    name="save_segment",
    title="Save a segment",
    description="Saves a filter under a title, or changes a segment. Returns how many match, with five examples.",
    arguments=Arguments,
    handler=save_segment,
    mode="write",
    is_destructive=True,
    is_idempotent=False,
)
