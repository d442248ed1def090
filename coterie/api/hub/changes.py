"""GET /contacts/changes: everything once, then what has changed. A mirror that follows it equals the book."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from coterie.actions.filters import read_feed_filter
from coterie.api.filters import Filter, SegmentId
from coterie.api.hub.contact_entity import ContactEntity, present_contacts, read_shape
from coterie.api.hub.contact_lists import Fields, Include
from coterie.api.hub.errors import CursorExpired
from coterie.api.hub.pages import Cursor
from coterie.api.route import Request
from coterie.errors import Invalid
from coterie.http.cursors import CursorScope, read_cursor, write_cursor
from coterie.http.errors import InvalidQuery
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.store.contact_changes import Change, find_expired_revision, find_last_change, list_changes
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx
from coterie.store.filters.builder import Where
from coterie.store.filters.contacts import keep_matching

LIMIT = 100
LIMIT_MAX = 500


Reason = Literal["deleted", "merged", "erased", "left_filter"]


class ChangesQuery(Struct, forbid_unknown_fields=True):
    cursor: Cursor = None
    limit: Annotated[int, Meta(description=f"Changes on a page; {LIMIT} by default.", ge=1, le=LIMIT_MAX)] | None = None
    filter: Filter = None
    segment_id: SegmentId = None
    fields: Fields = None
    include: Include = None


class RemovedEntity(Struct):
    """A contact that is no longer in the book."""

    id: Annotated[int | None, Meta(description="null if it was erased: the key of a mirror is the uuid.")]
    uuid: str
    revision: int
    reason: Annotated[Reason, Meta(description="All but erased ones can come back.")]
    into: Annotated[int | None, Meta(description="The contact it was merged into.")]


class ChangesPage(Struct):
    items: Annotated[list[ContactEntity], Meta(description="Contacts that are new or changed, as they are now.")]
    removed: Annotated[list[RemovedEntity], Meta(description="Contacts to drop; some you may never have had.")]
    next_cursor: Annotated[str, Meta(description="Where the feed goes on: the next page, or later changes.")]
    has_more: Annotated[bool, Meta(description="Whether more changes can be read at once.")]


class _Position(Struct, frozen=True, array_like=True):
    """after: the last revision read. begun_at: the last change when the mirror began."""

    after: int
    begun_at: int


def list_(tx: Tx, caller: Caller, request: Request) -> ChangesPage:
    query: ChangesQuery = request.query
    shape, limit = read_shape(query.fields, query.include), query.limit or LIMIT
    where, filter_parameters = _read_filter(tx, caller, query)
    scope = CursorScope(request.settings, caller, "changes", (*shape.parameters, *filter_parameters))
    position = _read_position(tx, scope, query.cursor)
    found = list_changes(
        tx, caller.organization_id, after=position.after, gone_after=position.begun_at, limit=limit + 1
    )
    changes = found[:limit]
    after = changes[-1].revision if changes else position.after
    contacts = _contacts(tx, caller, changes, where)
    return ChangesPage(
        items=present_contacts(tx, caller.organization_id, contacts, shape),
        removed=_list_removed(changes, contacts, position),
        next_cursor=write_cursor(scope, _Position(after, position.begun_at)),
        has_more=len(found) > limit,
    )


def _read_filter(tx: Tx, caller: Caller, query: ChangesQuery) -> tuple[Where | None, tuple[str, ...]]:
    try:
        return read_feed_filter(tx, caller, query.filter, query.segment_id)
    except Invalid as error:
        raise InvalidQuery(*error.problems) from None


def _read_position(tx: Tx, scope: CursorScope, cursor: str | None) -> _Position:
    """The position of a cursor, or the beginning. Raises CursorExpired if tombstones after it were deleted."""
    organization_id = scope.caller.organization_id
    if cursor is None:
        return _Position(0, find_last_change(tx, organization_id))
    position = read_cursor(scope, cursor, _Position)
    if max(position.after, position.begun_at) < find_expired_revision(tx, organization_id):
        raise CursorExpired("The cursor is too old: begin again without one")
    return position


def _contacts(tx: Tx, caller: Caller, changes: Sequence[Change], where: Where | None) -> list[Contact]:
    """The contacts of the changes that match and are not deleted, in the order of the changes."""
    ids = [change.contact_id for change in changes if change.contact_id is not None and not change.is_deleted]
    if where is not None:
        matching = keep_matching(tx, caller.organization_id, where, ids)
        ids = [contact_id for contact_id in ids if contact_id in matching]
    by_id = {contact.id: contact for contact in list_contacts_by_id(tx, caller.organization_id, ids)}
    return [by_id[contact_id] for contact_id in ids if contact_id in by_id]


def _list_removed(changes: Sequence[Change], shown: Sequence[Contact], position: _Position) -> list[RemovedEntity]:
    """The changes without a contact to show; one from before the mirror began is of a contact it never had."""
    ids = {contact.id for contact in shown}
    return [_removed(each) for each in changes if each.contact_id not in ids and each.revision > position.begun_at]


def _removed(change: Change) -> RemovedEntity:
    reason: Reason = "deleted" if change.contact_id is not None else "erased"
    if change.merged_into is not None:
        reason = "merged"
    elif not change.is_deleted:
        reason = "left_filter"
    return RemovedEntity(change.contact_id, change.uuid, change.revision, reason, change.merged_into)
