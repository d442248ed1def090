"""/contacts/{contact_id}/interactions and …/history: messages, and changes with their authors."""

from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from coterie.api.hub.ids import contact_of
from coterie.api.hub.pages import LIMIT, ListQuery, Page, cut_page, open_page
from coterie.api.route import Request
from coterie.http.cursors import CursorScope
from coterie.model.interactions import KINDS
from coterie.model.organizations import Caller
from coterie.store import contact_events as store
from coterie.store.database import Tx


class InteractionsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True):
    kind: Annotated[Literal[KINDS], Meta(description="By default all kinds.")] | None = None  # type: ignore[valid-type]


class InteractionEntity(Struct):
    id: str
    kind: Annotated[str, Meta(description="message, comment or mention.")]
    channel: str
    direction: Annotated[str, Meta(description="incoming: from the contact; outgoing: from the organization.")]
    text: Annotated[str | None, Meta(description="As the contact or the organization wrote it; null for media.")]
    happened_at: str


class InteractionPage(Page, kw_only=True):
    items: list[InteractionEntity]


class EventEntity(Struct):
    id: int
    kind: Annotated[str, Meta(description="contact.updated, note.created …")]
    subject_id: str
    user_id: Annotated[str | None, Meta(description="The user who did it, if it was one.")]
    via: Annotated[str, Meta(description="The door: inro, r0, hub, web, cli, worker, carddav …")]
    token_id: Annotated[str | None, Meta(description="The API token, assistant or device that did it, if one did.")]
    changes: Annotated[dict[str, Any] | None, Meta(description="Field -> [before, after].")]
    happened_at: str


class EventPage(Page, kw_only=True):
    items: list[EventEntity]


class _Position(NamedTuple):
    happened_at: str
    id: str


def list_interactions(tx: Tx, caller: Caller, request: Request) -> InteractionPage:
    query: InteractionsQuery = request.query
    contact, limit = contact_of(tx, caller, request), query.limit or LIMIT
    scope = CursorScope(request.settings, caller, "interactions", (str(contact.id), query.kind or ""))
    before = open_page(scope, query.cursor, _Position, None)
    kinds = KINDS if query.kind is None else (query.kind,)
    found = store.list_interactions(
        tx, caller.organization_id, contact.id, kinds=kinds, before=before, limit=limit + 1
    )  # fmt: skip
    page, cursor = cut_page(scope, found, limit, lambda each: _Position(each.happened_at, each.id))
    items = [InteractionEntity(*msgspec.structs.astuple(each)) for each in page]
    return InteractionPage(items=items, next_cursor=cursor)


def list_history(tx: Tx, caller: Caller, request: Request) -> EventPage:
    contact, limit = contact_of(tx, caller, request), request.query.limit or LIMIT
    scope = CursorScope(request.settings, caller, "history", (str(contact.id),))
    before = open_page(scope, request.query.cursor, int, None)
    found = store.list_history(
        tx, caller.organization_id, contact.id, reader_id=caller.user_id, before=before, limit=limit + 1
    )
    page, cursor = cut_page(scope, found, limit, lambda event: event.id)
    return EventPage(items=[_present(event) for event in page], next_cursor=cursor)


def _present(event: store.HistoryEvent) -> EventEntity:
    changes = msgspec.json.decode(event.changes) if event.changes else None
    return EventEntity(
        id=event.id, kind=event.kind, subject_id=event.subject_id, user_id=event.user_id, via=event.via,
        token_id=event.token_id, changes=changes, happened_at=event.happened_at,
    )  # fmt: skip
