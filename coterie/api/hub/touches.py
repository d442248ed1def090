"""/touches: conversations that a user logs by hand, with one contact or several."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from coterie.actions.touches import delete_touch, log_touch
from coterie.api.hub.duplicates import contact_id
from coterie.api.hub.ids import contact_of, part_id
from coterie.api.hub.merges import ContactName
from coterie.api.hub.pages import LIMIT, Page, cut_page, open_page
from coterie.api.route import Request
from coterie.http.cursors import CursorScope
from coterie.model.organizations import Caller
from coterie.model.touches import CONTACTS_MAX, KINDS, TEXT_LENGTH_MAX
from coterie.store import contact_events as store
from coterie.store.database import Tx

Kind = Literal[KINDS]  # type: ignore[valid-type]


class TouchFields(Struct, forbid_unknown_fields=True):
    kind: Kind
    text: Annotated[str, Meta(max_length=TEXT_LENGTH_MAX)] | None = None
    happened_at: Annotated[str, Meta(max_length=40, description="ISO 8601; by default now.")] | None = None


class TouchBody(TouchFields, kw_only=True, forbid_unknown_fields=True):
    contact_ids: Annotated[list[ContactName], Meta(min_length=1, max_length=CONTACTS_MAX, description="Ids or uuids.")]


class TouchEntity(Struct):
    id: str
    kind: str
    text: str | None
    happened_at: str


class LoggedEntity(Struct):
    id: str
    contact_id: int


class LoggedList(Struct):
    items: Annotated[list[LoggedEntity], Meta(description="One for each contact.")]


class TouchPage(Page, kw_only=True):
    items: list[TouchEntity]


class _Position(Struct, frozen=True, array_like=True):
    happened_at: str
    id: str


def log(tx: Tx, caller: Caller, request: Request) -> LoggedList:
    body: TouchBody = request.body
    return LoggedList(_log(tx, caller, body, [contact_id(tx, caller, each) for each in body.contact_ids]))


def log_with_contact(tx: Tx, caller: Caller, request: Request) -> LoggedEntity:
    return _log(tx, caller, request.body, [contact_of(tx, caller, request).id])[0]


def _log(tx: Tx, caller: Caller, fields: TouchFields, contact_ids: list[int]) -> list[LoggedEntity]:
    touches = log_touch(
        tx, caller, contact_ids, kind=fields.kind, text=fields.text, happened_at=fields.happened_at or ""
    )
    return [LoggedEntity(touch_id, each) for each, touch_id in touches.items()]


def list_(tx: Tx, caller: Caller, request: Request) -> TouchPage:
    contact, limit = contact_of(tx, caller, request), request.query.limit or LIMIT
    scope = CursorScope(request.settings, caller, "touches", (str(contact.id),))
    position = open_page(scope, request.query.cursor, _Position, None)
    before = (position.happened_at, position.id) if position is not None else None
    found = store.list_interactions(tx, caller.organization_id, contact.id, kinds=KINDS, before=before, limit=limit + 1)
    page, cursor = cut_page(scope, found, limit, lambda touch: _Position(touch.happened_at, touch.id))
    items = [TouchEntity(each.id, each.kind, each.text, each.happened_at) for each in page]
    return TouchPage(items=items, next_cursor=cursor)


def delete(tx: Tx, caller: Caller, request: Request) -> None:
    delete_touch(tx, caller, contact_of(tx, caller, request).id, part_id(request, "touch_id", "Conversation"))
