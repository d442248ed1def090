"""Resources: a contact and a segment by their address. Contacts are not listed: there are too many."""

import re
from typing import Any

import msgspec

from coterie.actions.filters import read_filter
from coterie.actions.segments import count_segment, describe_segment, find_segment
from coterie.errors import NotFound
from coterie.mcp.contact_data import find_present, present_briefs, present_whole
from coterie.mcp.outputs import fit, trim
from coterie.mcp.texts import clean
from coterie.mcp.tool import Call
from coterie.model.contact_sheets import Part
from coterie.store.database import Tx
from coterie.store.filters.contacts import list_matching

JSON_TYPE = "application/json"
SHOWN_MAX = 50
_URI = re.compile(r"coterie://(contact|segment)/([1-9]\d{0,17})", re.ASCII)
_PARTS: tuple[Part, ...] = ("handles", "addresses", "dates", "relationships", "properties", "notes")
TEMPLATES = [
    {
        "uriTemplate": "coterie://contact/{id}", "name": "contact", "title": "Contact", "mimeType": JSON_TYPE,
        "description": "A person with handles, addresses, dates, relationships, properties and notes.",
    },
    {
        "uriTemplate": "coterie://segment/{id}", "name": "segment", "title": "Segment", "mimeType": JSON_TYPE,
        "description": "A saved filter, how many it matches, and the first of them.",
    },
]  # fmt: skip


def read_resource(tx: Tx, call: Call, uri: str) -> dict[str, Any]:
    """The result of resources/read. Raises NotFound if nothing has this address."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise NotFound("There is no such resource; addresses are coterie://contact/{id} and coterie://segment/{id}")
    data = (_contact if match[1] == "contact" else _segment)(tx, call, int(match[2]))
    text = msgspec.json.encode(clean(data)).decode()
    return {"contents": [{"uri": uri, "mimeType": JSON_TYPE, "text": text}]}


def _contact(tx: Tx, call: Call, contact_id: int) -> dict[str, Any]:
    contact = find_present(tx, call, contact_id)
    return trim(present_whole(tx, call, [contact], _PARTS)[0])


def _segment(tx: Tx, call: Call, segment_id: int) -> dict[str, Any]:
    segment = find_segment(tx, call.caller, segment_id)
    sheet = describe_segment(tx, call.caller, segment)
    data: dict[str, Any] = {"id": segment.id, "title": segment.name, "filter": sheet.line}
    if sheet.problem is not None:
        return data | {"problem": sheet.problem}
    where = read_filter(tx, call.caller, None, segment.id)
    assert where is not None
    briefs = present_briefs(tx, call, list_matching(tx, call.caller.organization_id, where, limit=SHOWN_MAX))
    return data | {"count": count_segment(tx, call.caller, segment), "contacts": briefs[: fit(briefs)]}
