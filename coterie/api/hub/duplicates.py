"""/duplicates: pairs of contacts that may be one person, and pairs that are not."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from msgspec import Meta, Struct

from coterie.actions import duplicates as actions
from coterie.api.hub.ids import ContactId, contact_of, find_contact
from coterie.api.hub.pages import LIMIT, ListQuery, Page, cut_page, open_page
from coterie.api.route import Request
from coterie.errors import NotFound, invalid
from coterie.http.cursors import CursorScope
from coterie.model.duplicates import SUGGESTED, Duplicate, Level, describe_reasons
from coterie.model.organizations import Caller
from coterie.store import duplicates as store
from coterie.store.contacts import list_contacts_by_id
from coterie.store.database import Tx


class DuplicatesQuery(ListQuery, kw_only=True, forbid_unknown_fields=True):
    level: Annotated[Level, Meta(description="suggested may be merged in bulk; possible is worth a look.")] = SUGGESTED


class DuplicateContact(Struct):
    id: int
    uuid: str
    name: str | None


class ReasonEntity(Struct):
    code: str
    data: dict[str, Any]


class DuplicateEntity(Struct):
    contacts: Annotated[list[DuplicateContact], Meta(description="The two of the pair.")]
    level: Level
    bits: Annotated[float, Meta(description="log2 of the odds that both are one person: 0 is even, 7 is 99 in 100.")]
    reasons: list[ReasonEntity]
    description: Annotated[str, Meta(description="The reasons as one phrase.")]


class DuplicatePage(Page, kw_only=True):
    items: list[DuplicateEntity]
    is_scanned: Annotated[bool, Meta(description="Whether all contacts were compared since they changed.")]


class ScanBody(Struct, forbid_unknown_fields=True):
    all: Annotated[bool, Meta(description="Compare all contacts, not only those that changed.")] = False


class ScanReceipt(Struct):
    job_id: Annotated[str | None, Meta(description="null if a scan is waiting already.")]


class PairBody(Struct, forbid_unknown_fields=True):
    contact_ids: Annotated[
        list[int | Annotated[str, Meta(max_length=36)]],
        Meta(min_length=2, max_length=2, description="Ids or uuids of the two contacts."),
    ]


class _Position(NamedTuple):
    bits: float
    first_contact_id: int
    second_contact_id: int


def list_(tx: Tx, caller: Caller, request: Request) -> DuplicatePage:
    query: DuplicatesQuery = request.query
    limit, scope = query.limit or LIMIT, CursorScope(request.settings, caller, "duplicates", (query.level,))
    after = open_page(scope, query.cursor, _Position, None)
    pairs = store.list_duplicates(tx, caller.organization_id, query.level, limit=limit + 1, after=after)
    page, cursor = cut_page(
        scope, pairs, limit, lambda pair: _Position(pair.bits, pair.first_contact_id, pair.second_contact_id)
    )
    is_scanned = actions.is_scanned(tx, caller.organization_id)
    return DuplicatePage(items=_present(tx, caller, page), next_cursor=cursor, is_scanned=is_scanned)


def list_of_contact(tx: Tx, caller: Caller, request: Request) -> DuplicatePage:
    pairs = store.list_duplicates_of(tx, caller.organization_id, [contact_of(tx, caller, request).id])
    is_scanned = actions.is_scanned(tx, caller.organization_id)
    return DuplicatePage(items=_present(tx, caller, pairs), next_cursor=None, is_scanned=is_scanned)


def _present(tx: Tx, caller: Caller, pairs: Sequence[Duplicate]) -> list[DuplicateEntity]:
    ids = {contact_id for pair in pairs for contact_id in (pair.first_contact_id, pair.second_contact_id)}
    contacts = {
        contact.id: DuplicateContact(contact.id, contact.uuid, contact.name)
        for contact in list_contacts_by_id(tx, caller.organization_id, ids)
    }
    return [
        DuplicateEntity(
            [contacts[pair.first_contact_id], contacts[pair.second_contact_id]], pair.level, pair.bits,
            [ReasonEntity(reason.code, dict(reason.data)) for reason in pair.reasons], describe_reasons(pair.reasons),
        )
        for pair in pairs
        if pair.first_contact_id in contacts and pair.second_contact_id in contacts
    ]  # fmt: skip


def scan(tx: Tx, caller: Caller, request: Request) -> ScanReceipt:
    return ScanReceipt(actions.request_scan(tx, caller, is_whole=request.body.all))


def dismiss(tx: Tx, caller: Caller, request: Request) -> None:
    actions.dismiss(tx, caller, *_pair(tx, caller, request))


def undismiss(tx: Tx, caller: Caller, request: Request) -> None:
    actions.undismiss(tx, caller, *_pair(tx, caller, request))


def _pair(tx: Tx, caller: Caller, request: Request) -> tuple[int, int]:
    one, other = (contact_id(tx, caller, text) for text in request.body.contact_ids)
    if one == other:
        raise invalid("contact_ids", "names the same contact twice")
    return one, other


def contact_id(tx: Tx, caller: Caller, text: ContactId | str) -> int:
    """The id of a contact that is named by its id or uuid. Raises NotFound if it does not exist."""
    contact = find_contact(tx, caller, str(text))
    if contact is None:
        raise NotFound("Contact not found")
    return contact.id
