"""What phone numbers and e-mail addresses have in common; their own files hold their bodies and how they are shown."""

from typing import Any

from msgspec import Struct

from coterie.actions import handles as actions
from coterie.api.errors import wire_names
from coterie.api.r0.ids import contact_of, part_id
from coterie.api.r0.input import requested_deletion, required_unless_deleted
from coterie.api.r0.pages import envelope, includes_deleted, read_page
from coterie.api.route import Request
from coterie.errors import NotFound
from coterie.model.handles import EMAIL, PHONE, Handle
from coterie.model.organizations import Caller
from coterie.store import handles as store
from coterie.store.database import Tx

Listed = tuple[tuple[int, int, int, int, int], list[Handle]]


class Words(Struct, frozen=True):
    """What R0 calls the handles of a channel: the id in a path, what wraps a body, the field in it, the noun."""

    channel: str
    id_name: str
    wrapper: str
    field: str
    noun: str


PHONE_NUMBERS = Words(PHONE, "phone_id", "phone_number", "phone_number", "Phone number")
EMAILS = Words(EMAIL, "email_id", "email", "email_address", "E-mail address")


def list_page(tx: Tx, caller: Caller, words: Words, request: Request) -> Listed:
    """A page of what the contact of the path has."""
    contact, page = contact_of(tx, caller, request), read_page(request.query)
    of, deleted = (tx, caller.organization_id, contact.id, words.channel), includes_deleted(request.query.include)
    found = store.list_handles_on(*of, include_deleted=deleted, limit=page.limit, offset=page.offset)
    total = store.count_handles_on(*of, include_deleted=deleted)
    return envelope(page, total, found), found


def find(tx: Tx, caller: Caller, words: Words, request: Request) -> Handle:
    """The one of the path, deleted or not."""
    contact = contact_of(tx, caller, request)
    handle = store.find_handle(tx, caller.organization_id, contact.id, _id(words, request))
    if handle is None or handle.channel != words.channel:
        raise NotFound(f"{words.noun} not found")
    return handle


def create(tx: Tx, caller: Caller, words: Words, request: Request, value: str) -> Handle:
    """One more for the contact of the path."""
    contact = contact_of(tx, caller, request, to_change=True)
    with wire_names(words.wrapper):
        return actions.add_handle(tx, caller, contact.id, words.channel, value, words.field)


def update(tx: Tx, caller: Caller, words: Words, request: Request, fields: Any) -> Handle:
    """Change, restore or delete the one of the path."""
    contact = contact_of(tx, caller, request, to_change=True)
    handle_id, value = _id(words, request), required_unless_deleted(fields, words.wrapper, words.field)
    with wire_names(words.wrapper):
        return actions.update_handle(
            tx, caller, contact.id, handle_id, channel=words.channel, field=words.field, value=value,
            deleted=requested_deletion(fields),
        )  # fmt: skip


def delete(tx: Tx, caller: Caller, words: Words, request: Request) -> Handle:
    """Delete the one of the path so that it can be restored."""
    contact = contact_of(tx, caller, request, to_change=True)
    return actions.delete_handle(tx, caller, contact.id, _id(words, request), channel=words.channel)


def erase(tx: Tx, caller: Caller, words: Words, request: Request) -> None:
    """Remove the one of the path for good."""
    contact = contact_of(tx, caller, request, to_change=True)
    actions.erase_handle(tx, caller, contact.id, _id(words, request), channel=words.channel)


def _id(words: Words, request: Request) -> str:
    return part_id(request, words.id_name, words.noun)
