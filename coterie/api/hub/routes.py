"""Our own contract as a table: everything the two published contracts have no words for (docs/decisions/0021, 0040)."""

from typing import Any
from uuid import UUID

from msgspec import structs

from coterie.api.hub import (
    batches,
    changes,
    contact_lists,
    contacts,
    duplicates,
    errors,
    history,
    import_routes,
    in_touch_routes,
    me,
    members,
    merges,
    organization,
    problems,
    reader_routes,
    segments,
    subscription_routes,
    timeline,
    tokens,
    upserts,
    webhook_routes,
)
from coterie.api.hub.contact_entity import ContactEntity
from coterie.api.hub.contact_input import ContactFields
from coterie.api.hub.contacts import ShapeQuery
from coterie.api.hub.examples import EXAMPLES, PATHS
from coterie.api.hub.ids import ContactId
from coterie.api.hub.pages import ListQuery, LongListQuery, NoQuery
from coterie.api.hub.scopes import ORGANIZATION, ORGANIZATION_WRITE, READ, WRITE
from coterie.api.route import Contract, Route

CONTACT = "/contacts/{contact_id}"
SEGMENT = "/segments/{segment_id}"
# BatchOperation is not a parameter: it is here because no type names it, but the document of the batch does
IDS: dict[str, Any] = {"contact_id": ContactId, "operation": batches.BatchOperation, "user_id": UUID, "token_id": UUID,
                       "segment_id": int, "merge_id": UUID, "cadence_id": UUID, "touch_id": UUID,
                       "webhook_id": UUID, "import_id": UUID, "row": int, "subscription_id": UUID, "device_id": UUID,
                       "feed_id": UUID,
                       "job_id": UUID}  # fmt: skip
IDEMPOTENCY_KEY = {
    "Idempotency-Key": "Any text of your own: a request that is repeated with it has one effect and the same response."
}
IF_MATCH = {"If-Match": "The ETag you have read: 412 if the contact has changed since."}
IF_NONE_MATCH = {"If-None-Match": "The ETag you have: 304 if the contact has not changed."}
NOT_MODIFIED: dict[int, Any] = {304: None}
DESCRIPTION = """\
Our own door: contacts with everything about them in one shape, for what you build on them.

Send `Authorization: Bearer` with a token of `coterie tokens create`. Every error is a problem (RFC 9457) with a `type`,
the invalid fields in `errors`, and what mends them. Every response has an X-Request-Id, under which it is in the log.
Bodies are JSON; a field that does not exist is an error. Lists have a `next_cursor` that is stable while contacts come
and go. Contacts have an ETag: send it as If-Match, and a change by someone else in between is 412 instead of lost.
Members of an organization have the same rights over its contacts; only owners change the organization and its members.
Send an Idempotency-Key with a write, and repeating it after a failure does not do it twice. It is valid for 24 hours.
"""

# fmt: off
_CONTACTS: tuple[Route, ...] = (
    Route("GET", "/contacts", contact_lists.list_, READ, "read", "List, filter or search contacts",
          query=contact_lists.ContactsQuery, response=contact_lists.ContactPage, paged=True,
          is_search=contact_lists.is_search,
          description="With q, the best matches come first, and hits says why each was found: misspelt names,"
          " nicknames, other scripts, parts of phone numbers. Its pages go by position: a change in between may"
          " repeat or skip a contact. With filter or segment_id, only contacts that match."),
    Route("POST", "/contacts", contacts.create, WRITE, "write", "Create a contact",
          query=ShapeQuery, body=ContactFields, response=ContactEntity, status=201,
          description="Does not look for duplicates."),
    Route("POST", "/contacts/upsert", upserts.upsert, WRITE, "write",
          "Change the contact that has an identifier, or create it", query=ShapeQuery, body=upserts.UpsertBody,
          response=upserts.UpsertEntity, responses={201: upserts.UpsertEntity}, headers=IF_MATCH,
          description="201 if it was created. 409 with candidates if several contacts have the identifier. A new"
          " contact gets the identifiers of match as handles and external ids."),
    Route("POST", "/contacts/batch", batches.run, WRITE, "write", "Run up to 200 operations",
          body=batches.BatchBody, response=batches.BatchEntity,
          description="200 with a result for each: one that fails does not stop the others, unless atomic is true."),
    Route("GET", "/contacts/changes", changes.list_, READ, "slow", "List what has changed",
          query=changes.ChangesQuery, response=changes.ChangesPage,
          description="For a mirror: without a cursor it begins with every contact, then it goes on with each change,"
          " in the order of commits, so that nothing is missed. Store next_cursor with what you have read. 410 if the"
          " cursor is older than COTERIE_TOMBSTONE_DAYS: begin again."),
    Route("GET", CONTACT, contacts.show, READ, "read", "Get a contact",
          query=ShapeQuery, response=ContactEntity, responses=NOT_MODIFIED, headers=IF_NONE_MATCH,
          description="By its id or uuid, deleted or not. With If-None-Match, 304 if it has not changed."),
    Route("PATCH", CONTACT, contacts.update, WRITE, "write", "Change a contact",
          query=ShapeQuery, body=ContactFields, response=ContactEntity, headers=IF_MATCH,
          description="A merge patch (RFC 7396). With If-Match, 412 if it was changed since."),
    Route("DELETE", CONTACT, contacts.delete, WRITE, "write", "Delete a contact, or erase it for good",
          query=contacts.EraseQuery, response=ContactEntity, responses={204: None}, headers=IF_MATCH,
          description="A deleted contact can be restored. erase=true needs If-Match, because nothing undoes it: 428."),
    Route("GET", f"{CONTACT}/interactions", timeline.list_interactions, READ, "read",
          "List messages, comments and mentions, newest first",
          query=timeline.InteractionsQuery, response=timeline.InteractionPage),
    Route("GET", f"{CONTACT}/history", timeline.list_history, READ, "read",
          "List what was changed, by whom and through which door, newest first",
          query=ListQuery, response=timeline.EventPage),
    Route("POST", f"{CONTACT}/restore", contacts.restore, WRITE, "write", "Restore a deleted contact",
          query=ShapeQuery, response=ContactEntity, headers=IF_MATCH),
)
_IDENTITY: tuple[Route, ...] = (
    Route("GET", "/segments", segments.list_, READ, "read", "List segments", response=segments.SegmentPage),
    Route("POST", "/segments", segments.create, WRITE, "write", "Save a filter as a segment",
          body=segments.SegmentBody, response=segments.SegmentEntity, status=201),
    Route("GET", SEGMENT, segments.show, READ, "slow", "Get a segment with its count",
          response=segments.CountedSegment, description="Its contacts are at GET /contacts?segment_id=."),
    Route("PATCH", SEGMENT, segments.update, WRITE, "write", "Change a segment",
          body=segments.SegmentFields, response=segments.SegmentEntity),
    Route("DELETE", SEGMENT, segments.delete, WRITE, "write", "Delete a segment; its contacts stay", status=204),
    Route("GET", "/duplicates", duplicates.list_, READ, "slow", "List contacts that may be one person",
          query=duplicates.DuplicatesQuery, response=duplicates.DuplicatePage),
    Route("GET", f"{CONTACT}/duplicates", duplicates.list_of_contact, READ, "read", "List who a contact may be",
          response=duplicates.DuplicatePage),
    Route("POST", "/duplicates/scan", duplicates.scan, WRITE, "write", "Let the worker look for duplicates",
          body=duplicates.ScanBody, response=duplicates.ScanReceipt, status=202),
    Route("POST", "/duplicates/dismiss", duplicates.dismiss, WRITE, "write",
          "Record that two contacts are not the same", body=duplicates.PairBody, status=204),
    Route("POST", "/duplicates/undismiss", duplicates.undismiss, WRITE, "write", "Take that back",
          body=duplicates.PairBody, status=204),
    Route("GET", "/merges", merges.list_, READ, "read", "List merges that are not undone, newest first",
          query=ListQuery, response=merges.MergePage),
    Route("POST", "/merges", merges.merge, WRITE, "write", "Merge contacts into one",
          body=merges.MergeBody, response=merges.MergedEntity, status=201, headers=merges.IF_MATCH,
          description="Nothing is lost: second values become further handles, addresses and notes. The ids of the"
          " losers mean the survivor from then on."),
    Route("GET", "/merges/{merge_id}", merges.show, READ, "read", "Get a merge", response=merges.MergeEntity),
    Route("POST", "/merges/{merge_id}/undo", merges.undo, WRITE, "write", "Undo a merge",
          body=merges.UnmergeBody, response=merges.UnmergedEntity,
          description="Both contacts come back as they were; later changes stay."),
    Route("GET", "/history", history.list_, READ, "slow", "List what was done in the organization, newest first",
          query=history.HistoryQuery, response=history.HistoryPage,
          description="An item is what was done at once. The history of one contact, change by change, is at"
          " GET /contacts/{contact_id}/history."),
    Route("POST", "/history/undo", history.undo, WRITE, "write", "Undo changes",
          body=history.UndoBody, response=history.UndoneEntity, responses={202: history.UndoJobEntity},
          description="A value that changed since stays and is listed in `cannot`; what is erased stays erased. The"
          " undo is a change itself, and can be undone. More than 500 changes are undone in the background: 202."),
    Route("GET", "/history/undo/{job_id}", history.show_undo, READ, "read", "Get an undo in the background",
          response=history.UndoJobEntity),
)
_ACCOUNT: tuple[Route, ...] = (
    Route("GET", "/me", me.show, ORGANIZATION, "read", "Get the user of the token", response=me.MeEntity),
    Route("PATCH", "/me", me.update, ORGANIZATION_WRITE, "write", "Change your name or time zone",
          body=me.MeFields, response=me.MeEntity),
    Route("PUT", "/me/password", me.change_password, ORGANIZATION_WRITE, "write", "Change your password",
          body=me.PasswordBody, response=me.PasswordEntity, check=me.check_passwords,
          description="Ends your logins and sessions. Wrong passwords count like failed logins."),
    Route("GET", "/tokens", tokens.list_, ORGANIZATION, "read", "List the API tokens",
          query=LongListQuery, response=tokens.TokenPage,
          description="All of the organization for an owner, your own for a member."),
    Route("POST", "/tokens", tokens.create, ORGANIZATION_WRITE, "write", "Create an API token",
          body=tokens.TokenBody, response=tokens.NewTokenEntity, status=201,
          description="For yourself, with at most the scopes of the token you send."),
    Route("DELETE", "/tokens/{token_id}", tokens.revoke, ORGANIZATION_WRITE, "write", "Revoke an API token",
          status=204),
    Route("GET", "/members", members.list_, ORGANIZATION, "read", "List the members", query=LongListQuery,
          response=members.MemberPage),
    Route("POST", "/members", members.add, ORGANIZATION_WRITE, "write", "Add a member (owners only)",
          body=members.MemberBody, response=members.MemberEntity, status=201, check=members.hash_new_password),
    Route("DELETE", "/members/{user_id}", members.remove, ORGANIZATION_WRITE, "write", "Remove a member", status=204,
          description="For owners, and for a member who leaves. Revokes the member's tokens; what they wrote stays."
          " 409 for the only owner."),
    Route("GET", "/organization", organization.show, ORGANIZATION, "read", "Get the organization",
          response=organization.OrganizationEntity),
    Route("PATCH", "/organization", organization.update, ORGANIZATION_WRITE, "write",
          "Change name, country or time zone (owners only)",
          body=organization.OrganizationFields, response=organization.OrganizationEntity),
    Route("GET", "/time_zones", organization.list_time_zones, ORGANIZATION, "read", "List the time zones",
          query=organization.TimeZonesQuery, response=organization.TimeZoneList),
)
_PROBLEMS: tuple[Route, ...] = (
    Route("GET", "/problems", problems.list_, None, "read", "List the kinds of problems",
          response=problems.ProblemKindList),
    Route("GET", "/problems/{slug}", problems.show, None, "read", "Get a kind of problem",
          response=problems.ProblemKind, description="Where the type of a problem leads."),
)
# fmt: on


def _complete(route: Route) -> Route:
    """The route with what all of them have: types of ids, headers, and no parameters other than its own."""
    headers = route.headers if route.method == "GET" or route.scope is None else {**route.headers, **IDEMPOTENCY_KEY}
    return structs.replace(route, query=route.query or NoQuery, path_types=IDS, headers=headers)


HUB = Contract(
    name="hub",
    title="Coterie API",
    version="1",
    prefix="/api/hub/v1",
    description=DESCRIPTION,
    routes=tuple(
        _complete(route)
        for route in (
            *_CONTACTS,
            *in_touch_routes.ROUTES,
            *_IDENTITY,
            *_ACCOUNT,
            *import_routes.ROUTES,
            *webhook_routes.ROUTES,
            *reader_routes.ROUTES,
            *subscription_routes.ROUTES,
            *_PROBLEMS,
        )
    ),
    examples=EXAMPLES,
    path_examples=PATHS,
    present_error=errors.present_error,
    add_request_id=errors.add_request_id,
    error_types=errors.TYPES,
    error_media_type=errors.MEDIA_TYPE,
)
