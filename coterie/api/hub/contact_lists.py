"""GET /contacts: pages of contacts in an order, of a filter or segment, or the matches of a search, best first."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from coterie.actions.filters import search_filtered
from coterie.api.filters import Filter, SegmentId, find_where, is_filtered
from coterie.api.hub.contact_entity import INCLUDES, ContactEntity, present_contacts, read_shape
from coterie.api.hub.pages import LIMIT, ListQuery, Page, open_page
from coterie.api.route import Request
from coterie.errors import Invalid, Problem
from coterie.http.cursors import CursorScope, write_cursor
from coterie.http.errors import InvalidQuery
from coterie.model.organizations import Caller
from coterie.search import search_contacts
from coterie.store import contacts as store
from coterie.store.contact_pages import Position, list_contact_page
from coterie.store.database import Tx
from coterie.store.filters.builder import Where
from coterie.store.filters.contacts import COUNT_MAX, count_matching

Q_LENGTH_MAX = 500
# of more matches nobody reads, and ranks are not known
OFFSET_MAX = 10_000
Fields = Annotated[str, Meta(description="Comma-separated keys to show instead of all: name,email,tags.")] | None
Include = (
    Annotated[str, Meta(description=f"Comma-separated parts to add: {', '.join(INCLUDES)}, or all of them: all.")]
    | None
)
Order = Literal["id", "-id", "name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"]


class ContactsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True):
    q: (
        Annotated[str, Meta(max_length=Q_LENGTH_MAX, description="Finds names, handles, notes …; the best come first.")]
        | None
    ) = None
    filter: Filter = None
    segment_id: SegmentId = None
    order: Annotated[Order, Meta(description="With - in front: descending. By default id; not with q.")] | None = None
    deleted: Annotated[
        Literal["no", "yes", "any"], Meta(description="Whether to list deleted contacts: yes lists only these.")
    ] = "no"
    count: Annotated[bool, Meta(description="Whether to count the contacts of all pages (total).")] = False
    fields: Fields = None
    include: Include = None


class HitEntity(Struct):
    """Why a contact was found. field and piece are empty if the match is in no single place."""

    contact_id: int
    field: Annotated[str, Meta(description="name, nickname, employer, email, note, tag …")]
    piece: Annotated[str, Meta(description="The text around the match.")]
    bits: Annotated[float, Meta(description="How well the contact matches.")]


class ContactPage(Page, kw_only=True):
    items: list[ContactEntity]
    total: Annotated[
        int | None,
        Meta(description="The contacts of all pages, if count=true: up to 10,000 of q, 100,000 of a filter."),
    ] = None
    total_is_exact: Annotated[
        bool, Meta(description="False if there may be more than total: of a misspelt q, the best 200 are listed.")
    ] = True
    hits: Annotated[list[HitEntity], Meta(description="With q, and without a filter: one for each contact.")]


def is_search(query: ContactsQuery) -> bool:
    """Whether there is a text to search for or a filter."""
    return bool(query.q and query.q.strip()) or is_filtered(query)


def list_(tx: Tx, caller: Caller, request: Request) -> ContactPage:
    query: ContactsQuery = request.query
    _check(query)
    parameters = (query.q, query.filter, query.segment_id, query.order, query.deleted)
    scope = CursorScope(request.settings, caller, "contacts", tuple(str(each or "") for each in parameters))
    where = _find_where(tx, caller, query)
    if query.q and query.q.strip():
        return _search(tx, scope, query, where)
    return _list(tx, scope, query, where)


def _check(query: ContactsQuery) -> None:
    if is_search(query) and query.deleted != "no":
        raise InvalidQuery(Problem(("deleted",), "together", "cannot be combined with q, filter and segment_id"))
    if query.q and query.order:
        raise InvalidQuery(Problem(("order",), "together", "cannot be combined with q: the best match comes first"))


def _find_where(tx: Tx, caller: Caller, query: ContactsQuery) -> Where | None:
    try:
        return find_where(tx, caller, query)
    except Invalid as error:
        raise InvalidQuery(*error.problems) from None


def _list(tx: Tx, scope: CursorScope, query: ContactsQuery, where: Where | None) -> ContactPage:
    organization_id, order = scope.caller.organization_id, query.order or "id"
    after = open_page(scope, query.cursor, Position, None)
    contacts, position = list_contact_page(
        tx, organization_id, order=order.removeprefix("-"), descending=order.startswith("-"), deleted=query.deleted,
        where=where, after=after, limit=query.limit or LIMIT,
    )  # fmt: skip
    total = _count(tx, organization_id, query.deleted, where) if query.count else None
    return ContactPage(
        items=present_contacts(tx, organization_id, contacts, read_shape(query.fields, query.include)),
        next_cursor=write_cursor(scope, position) if position is not None else None,
        total=total,
        total_is_exact=where is None or total != COUNT_MAX,
        hits=[],
    )


def _count(tx: Tx, organization_id: int, deleted: str, where: Where | None) -> int:
    if where is not None:
        return count_matching(tx, organization_id, where)
    present = 0 if deleted == "yes" else store.count_contacts(tx, organization_id)
    return present + (0 if deleted == "no" else store.count_deleted_contacts(tx, organization_id))


def _search(tx: Tx, scope: CursorScope, query: ContactsQuery, where: Where | None) -> ContactPage:
    caller, text, limit = scope.caller, query.q or "", query.limit or LIMIT
    offset = open_page(scope, query.cursor, int, 0)
    if where is not None:
        found = search_filtered(tx, caller, where, text, limit=limit, offset=offset)
    else:
        found = search_contacts(
            tx, caller.organization_id, text, limit=limit, offset=offset, reader_id=caller.user_id, is_explained=True
        )
    end = offset + limit
    return ContactPage(
        items=present_contacts(tx, caller.organization_id, found.contacts, read_shape(query.fields, query.include)),
        next_cursor=write_cursor(scope, end) if end < min(found.total, OFFSET_MAX) else None,
        total=found.total if query.count else None,
        total_is_exact=not found.is_capped,
        hits=[HitEntity(hit.contact_id, hit.field, hit.piece, hit.bits) for hit in found.hits],
    )
