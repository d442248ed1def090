"""completion/complete: suggests values for the argument of a prompt or resource template while the user types.

Source: modelcontextprotocol.io, specification, server/utilities/completion.
"""

from typing import Any

from coterie.mcp.envelope import INVALID_PARAMS, RpcError
from coterie.mcp.prompts import argument_of
from coterie.mcp.resources import TEMPLATES
from coterie.mcp.texts import clean, cut
from coterie.mcp.tool import Call
from coterie.model.contacts import Contact
from coterie.model.text import fold
from coterie.search import search_contacts
from coterie.store.database import Tx
from coterie.store.segments import list_segments

VALUES_MAX = 20
_TYPED_LENGTH = _NAME_LENGTH = 200
_SEGMENTS_READ_MAX = 500
# the arguments that can be completed
NAME, CONTACT_ID, SEGMENT_ID = "name", "contact", "segment"
_URIS = {template["uriTemplate"]: template["name"] for template in TEMPLATES}


def read_reference(params: dict[str, Any]) -> tuple[str, str]:
    """The argument to complete (NAME, CONTACT_ID or SEGMENT_ID), and the text that the user has typed.

    Raises RpcError if there is no such prompt, template or argument, or the value is missing.
    """
    reference, argument = params.get("ref"), params.get("argument")
    if not isinstance(reference, dict) or not isinstance(argument, dict):
        raise RpcError(INVALID_PARAMS, "params must have ref and argument")
    typed, named = argument.get("value"), argument.get("name")
    if not isinstance(typed, str):
        raise RpcError(INVALID_PARAMS, "params.argument.value must be a string")
    if reference.get("type") == "ref/prompt":
        target, known = NAME, argument_of(reference.get("name"))
    elif reference.get("type") == "ref/resource":
        uri = reference.get("uri")
        target, known = _URIS.get(uri if isinstance(uri, str) else "", ""), "id"
        if not target:
            raise RpcError(INVALID_PARAMS, f"Unknown resource template; use one of {', '.join(_URIS)}")
    else:
        raise RpcError(INVALID_PARAMS, "params.ref.type must be ref/prompt or ref/resource")
    if named != known:
        raise RpcError(
            INVALID_PARAMS, f"params.argument.name must be {known}" if known else "This prompt has no arguments"
        )
    return target, typed[:_TYPED_LENGTH].strip()


def complete(tx: Tx, call: Call, target: str, typed: str) -> dict[str, Any]:
    """The result: names of contacts, or ids of contacts or segments, that match the words; at most VALUES_MAX."""
    organization_id, most = call.caller.organization_id, VALUES_MAX + 1
    if target == SEGMENT_ID:
        values = _segments(tx, call, typed)
    else:
        found = search_contacts(tx, organization_id, typed, limit=most, reader_id=call.caller.user_id).contacts
        named = [contact for contact in found if fold(typed) in fold(contact.name or "")]
        values = [_value(contact, target) for contact in named or found]
    values = list(dict.fromkeys(value for value in values if value))
    return {"completion": {"values": values[:VALUES_MAX], "hasMore": len(values) > VALUES_MAX}}


def _value(contact: Contact, target: str) -> str:
    return cut(clean(contact.name or ""), _NAME_LENGTH) if target == NAME else str(contact.id)


def _segments(tx: Tx, call: Call, typed: str) -> list[str]:
    segments = list_segments(tx, call.caller.organization_id, limit=_SEGMENTS_READ_MAX)
    return [str(each.id) for each in segments if fold(typed) in fold(each.name) or str(each.id).startswith(typed)]
