"""The tool read_timeline: notes, conversations and changes of one contact, newest first."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from coterie.http.cursors import CursorScope, read_cursor, write_cursor
from coterie.mcp.contact_data import TEXT_LENGTH, find_present
from coterie.mcp.find_contacts import Cursor
from coterie.mcp.outputs import fit, left_out, without_empty
from coterie.mcp.texts import cut
from coterie.mcp.tool import Call, Output, Tool
from coterie.mcp.users import names_of_users
from coterie.model import times
from coterie.model.interactions import KINDS as INTERACTION_KINDS
from coterie.model.interactions import OUTGOING
from coterie.model.touches import KINDS as TOUCH_KINDS
from coterie.store.database import Tx
from coterie.store.timeline import CHANGE, INTERACTION, NOTE, TimelineEntry, list_timeline

Kind = Literal["note", "message", "comment", "mention", "touch", "change"]
Moment = Annotated[str, Meta(max_length=40, description="ISO 8601")]
_CHANGES_SHOWN = 5
_CHANGE_LENGTH = 100


class Arguments(Struct, forbid_unknown_fields=True):
    contact_id: Annotated[int, Meta(ge=1)]
    kinds: Annotated[list[Kind], Meta(max_length=6, description="default: all; touch is a logged call or meeting")] = []
    before: Moment | None = None
    after: Moment | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


def read_timeline(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    contact = find_present(tx, call, asked.contact_id)
    scope = CursorScope(call.settings, call.caller, "mcp.read_timeline", (str(contact.id), ",".join(asked.kinds)))
    before = times.parse_moment(asked.before, "before") if asked.before else None
    after = times.parse_moment(asked.after, "after") if asked.after else ""
    # the place before all entries of a moment
    start = f"{before}~0~" if before else ""
    place = read_cursor(scope, asked.cursor, str) if asked.cursor else start
    kinds, sources = _sources(asked.kinds)
    found = list_timeline(
        tx, call.caller.organization_id, contact.id, reader_id=call.caller.user_id, kinds=kinds, sources=sources,
        cursor=place, limit=asked.limit + 1,
    )  # fmt: skip
    recent = [entry for entry in found if entry.at > after]
    users = names_of_users(tx, call)
    items = [_present(entry, users) for entry in recent[: asked.limit]]
    count = fit(items)
    follows = count < len(recent)
    return {
        "contact": {"id": contact.id, "name": contact.name},
        "items": items[:count],
        "next_cursor": write_cursor(scope, recent[count - 1].cursor) if follows and count else None,
        **left_out(len(items) - count),
    }


def _sources(kinds: list[Kind]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(kinds of interactions, sources) of the kinds that were asked for; all for none."""
    asked = set(kinds or ("note", "message", "comment", "mention", "touch", "change"))
    interactions: tuple[str, ...] = tuple(kind for kind in INTERACTION_KINDS if kind in asked)
    interactions += TOUCH_KINDS if "touch" in asked else ()
    sources = [NOTE] if "note" in asked else []
    sources += [CHANGE] if "change" in asked else []
    return interactions, (*sources, *([INTERACTION] if interactions else []))


def _present(entry: TimelineEntry, users: dict[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {"kind": entry.kind, "at": entry.at, "by": users.get(entry.user_id or "")}
    if entry.source == CHANGE:
        return without_empty(values | {"via": entry.mark, "changes": present_changes(entry.text)})
    text = entry.text or ""
    is_ours = entry.source == INTERACTION and entry.mark == OUTGOING
    values |= {"our_text" if is_ours else "their_text": cut(text, TEXT_LENGTH), "cut": len(text) > TEXT_LENGTH or None}
    if entry.source == NOTE:
        return without_empty(values | {"id": entry.id, "personal": entry.mark == "personal" or None})
    return without_empty(values | {"direction": entry.mark, "channel": entry.detail})


def present_changes(changes: str | None) -> dict[str, Any]:
    """The changes of an event, {field: [before, after]}: five of them at most, their values cut."""
    decoded: dict[str, Any] = msgspec.json.decode(changes) if changes else {}
    shown = {name: [_short(value) for value in pair] for name, pair in list(decoded.items())[:_CHANGES_SHOWN]}
    more = len(decoded) - len(shown)
    return shown | ({"and_more": more} if more else {})


def _short(value: Any) -> Any:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return cut(text, _CHANGE_LENGTH) if isinstance(value, str) or len(text) > _CHANGE_LENGTH else value


TOOL = Tool(
    name="read_timeline",
    title="Read a timeline",
    description="Notes, messages, logged conversations and changes of one person, newest first, texts cut at 500.",
    arguments=Arguments,
    handler=read_timeline,
    mode="slow",
)
