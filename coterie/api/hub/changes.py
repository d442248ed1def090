"""GET /contacts/changes: everything once, then what has changed. A mirror that follows it equals the book."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from coterie.api.hub.contact_entity import ContactEntity, present_contacts, read_shape
from coterie.api.hub.contact_lists import Fields, Include
from coterie.api.hub.errors import CursorExpired
from coterie.api.hub.pages import Cursor
from coterie.api.route import Request
from coterie.http.cursors import Scope, read_cursor, write_cursor
from coterie.model.contacts import Contact
from coterie.model.organizations import Caller
from coterie.store.contact_changes import Change, find_expired_revision, find_last_change, list_changes
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx

LIMIT = 100
LIMIT_MAX = 500


class ChangesQuery(Struct, forbid_unknown_fields=True):
    cursor: Cursor = None
    limit: Annotated[int, Meta(description=f"Changes on a page; {LIMIT} by default.", ge=1, le=LIMIT_MAX)] | None = None
    fields: Fields = None
    include: Include = None


class RemovedEntity(Struct):
    """A contact that is no longer in the book."""

    id: Annotated[int | None, Meta(description="null if it was erased.")]
    uuid: str
    revision: int
    reason: Annotated[Literal["deleted", "merged", "erased"], Meta(description="All but erased ones can come back.")]
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
    scope = Scope(request.settings, caller, "changes", shape.parameters)
    position = _read_position(tx, scope, query.cursor)
    found = list_changes(
        tx, caller.organization_id, after=position.after, gone_after=position.begun_at, limit=limit + 1
    )
    changes = found[:limit]
    after = changes[-1].revision if changes else position.after
    return ChangesPage(
        items=present_contacts(tx, caller.organization_id, _contacts(tx, caller, changes), shape),
        removed=[_removed(change) for change in changes if change.is_deleted],
        next_cursor=write_cursor(scope, _Position(after, position.begun_at)),
        has_more=len(found) > limit,
    )


def _read_position(tx: Tx, scope: Scope, cursor: str | None) -> _Position:
    """The position of a cursor, or the beginning. Raises CursorExpired if tombstones after it are gone."""
    organization_id = scope.caller.organization_id
    if cursor is None:
        return _Position(0, find_last_change(tx, organization_id))
    position = read_cursor(scope, cursor, _Position)
    if max(position.after, position.begun_at) < find_expired_revision(tx, organization_id):
        raise CursorExpired("The cursor is too old: begin again without one")
    return position


def _contacts(tx: Tx, caller: Caller, changes: Sequence[Change]) -> list[Contact]:
    """The contacts of the changes that are not deleted, in the order of the changes."""
    ids = [change.contact_id for change in changes if change.contact_id is not None and not change.is_deleted]
    by_id = {contact.id: contact for contact in list_contacts_by_id(tx, caller.organization_id, ids)}
    return [by_id[contact_id] for contact_id in ids if contact_id in by_id]


def _removed(change: Change) -> RemovedEntity:
    reason: Literal["deleted", "merged", "erased"] = "deleted" if change.contact_id is not None else "erased"
    if change.merged_into is not None:
        reason = "merged"
    return RemovedEntity(change.contact_id, change.uuid, change.revision, reason, change.merged_into)
