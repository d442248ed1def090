"""/cadences, /touch/due and what a contact has of them: staying in touch."""

from typing import Annotated

from msgspec import Meta, Struct

from coterie.actions import cadences as actions
from coterie.actions.filters import read_filter, reader_of
from coterie.api.filters import Filter
from coterie.api.hub.duplicates import contact_id
from coterie.api.hub.ids import contact_of, part_id
from coterie.api.hub.merges import ContactName
from coterie.api.hub.pages import LIMIT, Cursor, Limit, Page, cut_page, open_page
from coterie.api.route import Request
from coterie.errors import invalid
from coterie.http.cursors import CursorScope
from coterie.http.responses import Response
from coterie.model.cadences import Cadence, Target
from coterie.model.filters.spans import Clock, moved
from coterie.model.organizations import Caller
from coterie.store import cadences as store
from coterie.store.database import Tx
from coterie.store.filters.contacts import keep_matching
from coterie.store.touch_plans import list_plans_of

Every = Annotated[str, Meta(min_length=1, max_length=20, description="10d, 3w, 2m, 1y, or off.")]


class CadenceEntity(Struct):
    id: str
    contact_id: Annotated[int | None, Meta(description="One of contact_id, tag_id and folder_id is not null.")]
    tag_id: str | None
    folder_id: int | None
    every: Every
    created_at: str
    updated_at: str


class CadencePage(Page, kw_only=True):
    items: list[CadenceEntity]


class CadenceBody(Struct, forbid_unknown_fields=True):
    """One of contact_id, tag_id and folder_id."""

    every: Every
    contact_id: Annotated[ContactName | None, Meta(description="Id or uuid.")] = None
    tag_id: Annotated[str, Meta(max_length=36)] | None = None
    folder_id: Annotated[int, Meta(ge=1, le=2**53)] | None = None


class EveryBody(Struct, forbid_unknown_fields=True):
    every: Every


class DueQuery(Struct, forbid_unknown_fields=True):
    within: Annotated[
        str,
        Meta(description="How far ahead: 14d, 2w, 1m. By default those due by today.", pattern="^[0-9]{1,4}[dwmy]$"),
    ] = "0d"
    filter: Filter = None
    limit: Limit = None
    cursor: Cursor = None


class DueEntity(Struct):
    contact_id: int
    uuid: str
    name: str | None
    due_on: Annotated[str, Meta(description="YYYY-MM-DD.")]
    days_late: Annotated[int, Meta(description="0 if it is due today, negative if it is due later.")]
    every: Every
    last_touch_at: str | None
    cadence_id: str


class DuePage(Page, kw_only=True):
    items: Annotated[list[DueEntity], Meta(description="The longest due first. With filter, a page may be short.")]


class ContactCadenceEntity(Struct):
    """What is planned for a contact; null where it has no rule."""

    every: Annotated[str | None, Meta(description="The rule in force: its own, or the shortest of its groups.")]
    due_on: str | None
    last_touch_at: str | None
    cadence_id: str | None
    own_every: Annotated[str | None, Meta(description="The contact's own rule, if it has one.")]
    snoozed_until: str | None


class SnoozeBody(Struct, forbid_unknown_fields=True):
    until_on: Annotated[str, Meta(max_length=10, description="YYYY-MM-DD, today or later.")]


class _Position(Struct, frozen=True, array_like=True):
    due_on: str
    contact_id: int


def list_(tx: Tx, caller: Caller, request: Request) -> CadencePage:
    limit, scope = request.query.limit or LIMIT, CursorScope(request.settings, caller, "cadences")
    after = open_page(scope, request.query.cursor, str, "")
    found = store.list_cadences(tx, caller.organization_id, after=after, limit=limit + 1)
    page, cursor = cut_page(scope, found, limit, lambda cadence: cadence.id)
    return CadencePage(items=[_present(each) for each in page], next_cursor=cursor)


def show(tx: Tx, caller: Caller, request: Request) -> CadenceEntity:
    return _present(actions.find_cadence(tx, caller, part_id(request, "cadence_id", "Cadence")))


def set_(tx: Tx, caller: Caller, request: Request) -> Response:
    body: CadenceBody = request.body
    target = _target(tx, caller, body)
    is_new = store.find_cadence_of(tx, caller.organization_id, target) is None
    cadence = actions.set_cadence(tx, caller, target, body.every)
    return Response(_present(cadence), 201 if is_new else 200)


def update(tx: Tx, caller: Caller, request: Request) -> CadenceEntity:
    cadence_id = part_id(request, "cadence_id", "Cadence")
    return _present(actions.update_cadence(tx, caller, cadence_id, request.body.every))


def delete(tx: Tx, caller: Caller, request: Request) -> None:
    actions.delete_cadence(tx, caller, part_id(request, "cadence_id", "Cadence"))


def list_due(tx: Tx, caller: Caller, request: Request) -> DuePage:
    query: DueQuery = request.query
    limit, clock = query.limit or LIMIT, reader_of(tx, caller).clock
    scope = CursorScope(request.settings, caller, "due", (query.within, query.filter or ""))
    position = open_page(scope, query.cursor, _Position, _Position("", 0))
    found = actions.list_due(
        tx, caller, clock.today.date(), within_days=_days(query.within, clock),
        after=(position.due_on, position.contact_id), limit=limit + 1,
    )  # fmt: skip
    page, cursor = cut_page(scope, found, limit, lambda due: _Position(due.plan.due_on, due.contact.id))
    where = read_filter(tx, caller, query.filter)
    if where:
        matching_ids = keep_matching(tx, caller.organization_id, where, [due.contact.id for due in page])
        page = [due for due in page if due.contact.id in matching_ids]
    return DuePage(items=[_present_due(each) for each in page], next_cursor=cursor)


def show_of_contact(tx: Tx, caller: Caller, request: Request) -> ContactCadenceEntity:
    return _of_contact(tx, caller, contact_of(tx, caller, request).id)


def set_of_contact(tx: Tx, caller: Caller, request: Request) -> ContactCadenceEntity:
    contact = contact_of(tx, caller, request)
    actions.set_cadence(tx, caller, Target("contact", contact.id), request.body.every)
    return _of_contact(tx, caller, contact.id)


def delete_of_contact(tx: Tx, caller: Caller, request: Request) -> None:
    target = Target("contact", contact_of(tx, caller, request).id)
    if cadence := store.find_cadence_of(tx, caller.organization_id, target):
        actions.delete_cadence(tx, caller, cadence.id)


def snooze(tx: Tx, caller: Caller, request: Request) -> ContactCadenceEntity:
    contact = contact_of(tx, caller, request)
    actions.snooze(tx, caller, contact.id, request.body.until_on)
    return _of_contact(tx, caller, contact.id)


def unsnooze(tx: Tx, caller: Caller, request: Request) -> None:
    actions.unsnooze(tx, caller, contact_of(tx, caller, request).id)


def _of_contact(tx: Tx, caller: Caller, id_: int) -> ContactCadenceEntity:
    organization_id = caller.organization_id
    plan = list_plans_of(tx, organization_id, [id_]).get(id_)
    own = store.find_cadence_of(tx, organization_id, Target("contact", id_))
    snoozed = store.list_snoozes_of(tx, organization_id, [id_]).get(id_)
    return ContactCadenceEntity(
        every=plan.every if plan else None, due_on=plan.due_on if plan else None,
        last_touch_at=plan.last_touch_at if plan else None, cadence_id=plan.cadence_id if plan else None,
        own_every=own.every if own else None, snoozed_until=snoozed.until_on if snoozed else None,
    )  # fmt: skip


def _target(tx: Tx, caller: Caller, body: CadenceBody) -> Target:
    named = [name for name in ("contact_id", "tag_id", "folder_id") if getattr(body, name) is not None]
    if len(named) != 1:
        raise invalid("contact_id", "or tag_id or folder_id is needed: one of them", kind="missing")
    if body.contact_id is not None:
        return Target("contact", contact_id(tx, caller, body.contact_id))
    return Target("tag", body.tag_id) if body.tag_id is not None else Target("folder", body.folder_id or 0)


def _days(within: str, clock: Clock) -> int:
    """The days from today to the end of an amount such as 2w."""
    return (clock.local(moved(within, clock, 1)).date() - clock.today.date()).days


def _present(cadence: Cadence) -> CadenceEntity:
    return CadenceEntity(*(getattr(cadence, name) for name in CadenceEntity.__struct_fields__))


def _present_due(due: actions.DueContact) -> DueEntity:
    contact, plan = due.contact, due.plan
    return DueEntity(
        contact.id, contact.uuid, contact.name, due_on=plan.due_on, days_late=due.days_late, every=plan.every,
        last_touch_at=plan.last_touch_at, cadence_id=plan.cadence_id,
    )  # fmt: skip
