"""The tool list_changes: what changed in the organization, by whom, through which door."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from coterie.http.cursors import LENGTH_MAX, CursorScope, read_cursor, write_cursor
from coterie.mcp.contact_data import names_of
from coterie.mcp.outputs import fit, left_out, without_empty
from coterie.mcp.read_timeline import present_changes
from coterie.mcp.tool import Call, Output, Tool
from coterie.mcp.users import names_of_users
from coterie.model.events import CONSEQUENCES, KINDS
from coterie.store.database import Row, Tx
from coterie.store.event_feed import list_named_contacts, list_token_names, list_visible_events

NOUNS = (
    "contact", "note", "interaction", "reminder", "contact_relationship", "gift", "pet", "date", "address", "tag",
    "folder", "segment", "property", "import", "attachment",
)  # fmt: skip
Noun = Literal[NOUNS]  # type: ignore[valid-type]
_NAMED = 5


class Arguments(Struct, forbid_unknown_fields=True):
    since: (
        Annotated[
            str, Meta(max_length=LENGTH_MAX, description="next_cursor of a page before; without it, the newest changes")
        ]
        | None
    ) = None
    kinds: Annotated[list[Noun], Meta(max_length=len(NOUNS), description="default: all")] = []
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


def list_changes(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    organization_id = call.caller.organization_id
    scope = CursorScope(call.settings, call.caller, "mcp.list_changes", tuple(sorted(asked.kinds)))
    after = read_cursor(scope, asked.since, int) if asked.since else None
    rows = list_visible_events(
        tx, organization_id, call.caller.user_id, kinds=_kinds(asked.kinds), after=after, limit=asked.limit
    )
    named = list_named_contacts(tx, organization_id, [row[0] for row in rows])
    names = names_of(tx, call, {each for ids in named.values() for each in ids[:_NAMED]})
    users = names_of_users(tx, call)
    tokens = list_token_names(tx, organization_id, {row[5] for row in rows if row[5]})
    items = [_present(row, users, tokens, named.get(row[0], []), names) for row in rows]
    count = fit(items)
    last = rows[count - 1][0] if rows else after or 0
    return {"items": items[:count], "next_cursor": write_cursor(scope, last), **left_out(len(items) - count)}


def _kinds(nouns: list[str]) -> list[str]:
    """Kinds of events about these nouns, all for none, without the consequences of a change elsewhere."""
    return [kind for kind in KINDS if kind not in CONSEQUENCES and (not nouns or kind.partition(".")[0] in nouns)]


def _present(
    row: Row, users: dict[str, str], tokens: dict[str, str], contact_ids: list[int], names: dict[int, str]
) -> dict[str, Any]:
    _, kind, _, user_id, via, token_id, changes, happened_at = row
    people = [{"id": id_, "name": names.get(id_, "")} for id_ in contact_ids[:_NAMED]]
    values = {"what": kind, "at": happened_at, "by": users.get(user_id or ""), "via": via, "contacts": people}
    values["token"] = tokens.get(token_id or "")
    if len(contact_ids) > _NAMED:
        values["contact_count"] = len(contact_ids)
    return without_empty(values | {"changes": present_changes(changes)})


TOOL = Tool(
    name="list_changes",
    title="List changes",
    description="What changed, by whom and through which door, oldest first. Pass next_cursor later to get news only.",
    arguments=Arguments,
    handler=list_changes,
    mode="slow",
)
