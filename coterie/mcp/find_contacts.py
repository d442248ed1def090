"""The tool find_contacts: search, filter and segment, page by page."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from coterie.actions.filters import read_filter, search_filtered
from coterie.errors import invalid
from coterie.http.cursors import LENGTH_MAX, CursorScope, read_cursor, write_cursor
from coterie.mcp.contact_data import present_briefs
from coterie.mcp.outputs import fit, left_out, without_empty
from coterie.mcp.tool import Call, Output, Tool
from coterie.model.contacts import Contact
from coterie.model.filters.tree import LENGTH_MAX as FILTER_LENGTH_MAX
from coterie.search import search_contacts
from coterie.store import contacts as store
from coterie.store.contact_pages import Position, list_contact_page
from coterie.store.database import Tx
from coterie.store.filters.builder import Where
from coterie.store.filters.contacts import count_for_a_while

Limit = Annotated[int, Meta(ge=1, le=50)]
Cursor = Annotated[str, Meta(max_length=LENGTH_MAX, description="next_cursor of the page before")]
FilterText = Annotated[str, Meta(max_length=FILTER_LENGTH_MAX, description="one line, see about(part=filters)")]
# matches of a filter are counted up to this number
COUNTED_MAX = 1_000
# and for so long; of a book with hundreds of thousands of contacts, that may be fewer than there are
COUNTING_SECONDS = 0.015
Order = Literal["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"]


class Arguments(Struct, forbid_unknown_fields=True):
    query: Annotated[str, Meta(max_length=500, description="words; misspelt names are found too")] | None = None
    filter: FilterText | None = None
    segment: Annotated[int, Meta(description="id of a segment")] | None = None
    order: Annotated[Order, Meta(description="not with query: the best match comes first")] | None = None
    cursor: Cursor | None = None
    limit: Limit = 10


class _Found(Struct):
    """A page. why: contact id -> what the search found. position: after the page of a list, None at its end."""

    contacts: Sequence[Contact]
    total: int
    is_exact: bool
    why: dict[int, str]
    position: Position | None = None
    offset: int = 0


def find_contacts(tx: Tx, call: Call) -> Output:
    asked: Arguments = call.arguments
    text = (asked.query or "").strip()
    if text and asked.order:
        raise invalid("order", "cannot be combined with query: the best match comes first")
    parameters = (text, asked.filter or "", str(asked.segment or ""), asked.order or "")
    scope = CursorScope(call.settings, call.caller, "mcp.find_contacts", parameters)
    where = read_filter(tx, call.caller, asked.filter, asked.segment)
    found = _search(tx, scope, asked, text, where) if text else _list(tx, scope, asked, where)
    briefs = [
        brief | without_empty({"why": found.why.get(brief["id"])}) for brief in present_briefs(tx, call, found.contacts)
    ]
    count = fit(briefs)
    next_: Any = found.position
    if text:
        end = found.offset + count
        next_ = end if count and end < found.total else None
    elif count < len(briefs):
        next_ = _page(tx, scope, asked, where, count)[1]
    return {
        "items": briefs[:count],
        "total": found.total,
        "total_is_exact": found.is_exact,
        "next_cursor": write_cursor(scope, next_) if next_ is not None else None,
        **left_out(len(briefs) - count),
    }


def _search(tx: Tx, scope: CursorScope, asked: Arguments, text: str, where: Where | None) -> _Found:
    caller = scope.caller
    offset = read_cursor(scope, asked.cursor, int) if asked.cursor else 0
    if where is not None:
        page = search_filtered(tx, caller, where, text, limit=asked.limit, offset=offset)
        return _Found(page.contacts, page.total, not page.is_capped, {}, offset=offset)
    page = search_contacts(
        tx, caller.organization_id, text, limit=asked.limit, offset=offset, reader_id=caller.user_id, is_explained=True
    )
    why = {hit.contact_id: f"{hit.field}: {hit.piece}"[:120] for hit in page.hits if hit.piece}
    return _Found(page.contacts, page.total, not page.is_capped, why, offset=offset)


def _list(tx: Tx, scope: CursorScope, asked: Arguments, where: Where | None) -> _Found:
    organization_id = scope.caller.organization_id
    contacts, position = _page(tx, scope, asked, where, asked.limit)
    if where is None:
        return _Found(contacts, store.count_contacts(tx, organization_id), True, {}, position)
    if position is None and not asked.cursor:
        return _Found(contacts, len(contacts), True, {}, position)
    total, is_exact = count_for_a_while(tx, organization_id, where, COUNTED_MAX, COUNTING_SECONDS)
    return _Found(contacts, max(total, len(contacts)), is_exact, {}, position)


def _page(
    tx: Tx, scope: CursorScope, asked: Arguments, where: Where | None, limit: int
) -> tuple[list[Contact], Position | None]:
    order = asked.order or "id"
    after = read_cursor(scope, asked.cursor, Position) if asked.cursor else None
    return list_contact_page(
        tx, scope.caller.organization_id, order=order.removeprefix("-"), descending=order.startswith("-"), where=where,
        after=after, limit=limit,
    )  # fmt: skip


TOOL = Tool(
    name="find_contacts",
    title="Find contacts",
    description=(
        "Finds people by words (query), by filter, by segment, or all of these together. Returns brief contacts;"
        " get_contacts has the rest."
    ),
    arguments=Arguments,
    handler=find_contacts,
    mode="search",
)
