"""Finds a contact that a command names: by its id or its UUID."""

from coterie.cli.terminal import printable
from coterie.errors import invalid
from coterie.model.ids import parse_id
from coterie.model.organizations import Caller
from coterie.store.contacts import find_contact, find_contact_by_uuid
from coterie.store.database import Tx

NUMBER_DIGITS_MAX = 18


def find_contact_id(tx: Tx, caller: Caller, text: str, field: str) -> int:
    """The id of a contact; that of a merged one means its survivor. Raises Invalid if it does not exist."""
    if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX:
        contact = find_contact(tx, caller.organization_id, int(text))
    else:
        uuid = parse_id(text)
        contact = find_contact_by_uuid(tx, caller.organization_id, uuid) if uuid else None
    if contact is None:
        raise invalid(printable(field), "does not exist")
    return contact.id
