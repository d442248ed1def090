"""/merges: merges contacts, and undoes merges."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from coterie.actions.merges import LOSERS_MAX, merge_contacts
from coterie.actions.unmerges import unmerge_contact
from coterie.api.hub.conditions import check_if_match
from coterie.api.hub.contact_entity import ContactEntity, present_contact, present_contacts
from coterie.api.hub.contacts import contact_headers
from coterie.api.hub.duplicates import contact_id
from coterie.api.hub.ids import part_id
from coterie.api.hub.pages import LIMIT, Page, cut_page, open_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.http.conditions import read_etags
from coterie.http.cursors import CursorScope
from coterie.http.responses import Response
from coterie.model.merges import Merge
from coterie.model.organizations import Caller
from coterie.store import merges as store
from coterie.store.contacts import find_contact, find_contact_to_change
from coterie.store.database import Tx

IF_MATCH = {"If-Match": "The ETag of the survivor, or those of all the contacts: 412 if one of them has changed since."}
ContactName = int | Annotated[str, Meta(max_length=36)]


class MergeEntity(Struct):
    id: str
    survivor_id: int
    loser_id: Annotated[int, Meta(description="Its id means the survivor until the merge is undone.")]
    user_id: str | None
    created_at: str
    unmerged_at: str | None


class MergeBody(Struct, forbid_unknown_fields=True):
    survivor_id: Annotated[ContactName, Meta(description="Id or uuid of the contact that stays.")]
    loser_ids: Annotated[list[ContactName], Meta(min_length=1, max_length=LOSERS_MAX)]
    choices: Annotated[
        dict[str, int],
        Meta(
            description="Field -> the id of the contact whose value is taken: a column, name, email, phone, username,"
            " website, linkedin_url, pinned_note, or property: and a slug. By default the survivor's, if it has one."
        ),
    ] = {}


class MergedEntity(Struct):
    contact: ContactEntity
    merges: Annotated[list[MergeEntity], Meta(description="One for each loser; each can be undone.")]


class UnmergeBody(Struct, forbid_unknown_fields=True):
    additions_to: Annotated[
        Literal["survivor", "loser"], Meta(description="Who gets what was added since the merge.")
    ] = "survivor"


class UnmergedEntity(Struct):
    survivor: ContactEntity
    loser: ContactEntity


class MergePage(Page, kw_only=True):
    items: list[MergeEntity]


def list_(tx: Tx, caller: Caller, request: Request) -> MergePage:
    limit, scope = request.query.limit or LIMIT, CursorScope(request.settings, caller, "merges")
    offset = open_page(scope, request.query.cursor, int, 0)
    merges = store.list_merges(tx, caller.organization_id, limit=limit + 1, offset=offset)
    page, cursor = cut_page(scope, merges, limit, lambda _: offset + limit)
    return MergePage(items=[_present(merge) for merge in page], next_cursor=cursor)


def show(tx: Tx, caller: Caller, request: Request) -> MergeEntity:
    merge = store.find_merge(tx, caller.organization_id, part_id(request, "merge_id", "Merge"))
    if merge is None:
        raise NotFound("Merge not found")
    return _present(merge)


def _present(merge: Merge) -> MergeEntity:
    return MergeEntity(*(getattr(merge, name) for name in MergeEntity.__struct_fields__))


def merge(tx: Tx, caller: Caller, request: Request) -> Response:
    body: MergeBody = request.body
    survivor_id = contact_id(tx, caller, body.survivor_id)
    loser_ids = [contact_id(tx, caller, each) for each in body.loser_ids]
    _check_if_match(tx, caller, request, survivor_id, loser_ids)
    merges = merge_contacts(tx, caller, survivor_id, loser_ids, body.choices)
    contact = find_contact(tx, caller.organization_id, merges[0].survivor_id)
    if contact is None:
        raise NotFound("Contact not found")
    entity = present_contact(tx, caller.organization_id, contact)
    return Response(MergedEntity(entity, [_present(each) for each in merges]), 201, contact_headers(contact))


def _check_if_match(tx: Tx, caller: Caller, request: Request, survivor_id: int, loser_ids: Sequence[int]) -> None:
    """Compares If-Match with the survivor and, if it has several ETags, with each loser; locks those until the commit.

    Revisions are unique in an organization, so an ETag is of one contact. Raises as check_if_match does.
    """
    header = request.header("If-Match")
    if header is None and not caller.require_if_match:
        return
    compared = {survivor_id, *(loser_ids if header is not None and len(read_etags(header)) > 1 else ())}
    for each in sorted(compared):
        contact = find_contact_to_change(tx, caller.organization_id, each)
        if contact is not None:
            check_if_match(tx, caller, contact, header)


def undo(tx: Tx, caller: Caller, request: Request) -> UnmergedEntity:
    merge_id = part_id(request, "merge_id", "Merge")
    both = unmerge_contact(tx, caller, merge_id, additions_to=request.body.additions_to)
    return UnmergedEntity(*present_contacts(tx, caller.organization_id, both))
