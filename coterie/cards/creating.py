"""Creates the contact of a card that a device or another server has written."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from coterie.actions.cards import add_card
from coterie.actions.new_contacts import NewContacts, create_planned, plan_contact
from coterie.actions.quotas import check_contacts
from coterie.cards.changing import save_pictures, stored_card
from coterie.model.addresses import Address
from coterie.model.cards import CardRef
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.dates import ImportantDate
from coterie.model.imports import ContactDraft
from coterie.model.organizations import Caller
from coterie.store.contact_sheets import sheets_of
from coterie.store.database import Tx
from coterie.vcard.raw import RawLine

P = TypeVar("P", bound=Struct)


def create_contact(tx: Tx, caller: Caller, folder: Path, draft: ContactDraft) -> ContactSheet:
    """Creates a contact from a draft that read_lines returned, with its pictures; returns it with DRAFT_PARTS.

    Raises Invalid if the organization's quotas have no room for the contact or its pictures.
    """
    check_contacts(tx, caller)
    save_pictures(tx, caller, folder, draft.pictures)
    pictures = [replace(picture, data=None) for picture in draft.pictures]
    return _sheet_of(tx, caller, create_planned(tx, caller, [plan_contact(replace(draft, pictures=pictures))]))


def _sheet_of(tx: Tx, caller: Caller, new: NewContacts) -> ContactSheet:
    """One new contact with DRAFT_PARTS. Tags, folders and files are read: some may have been there, or have no room."""
    (contact,), parts = _structs(Contact, new.contacts), new.parts
    others: dict[Part, Sequence[object]] = {"tags": parts.tags, "folders": parts.folders, "attachments": parts.files}
    to_read = [name for name, rows in others.items() if rows]
    (sheet,) = sheets_of(tx, caller.organization_id, [contact], to_read).values()
    for name in others:
        if name not in to_read:
            setattr(sheet, name, ())
    sheet.handles = sorted(new.handles, key=attrgetter("id"))
    sheet.addresses = _structs(Address, parts.addresses)
    sheet.dates = _structs(ImportantDate, parts.dates)
    sheet.external_ids = sorted((row["source"], row["external_id"]) for row in parts.external_ids)
    return sheet


def _structs(kind: type[P], rows: Iterable[dict[str, Any]]) -> list[P]:
    """Inserted rows as they are read, in the order of their ids."""
    names = kind.__struct_fields__
    stamped = [{"created_at": row.get("now"), "updated_at": row.get("now"), **row, "deleted_at": None} for row in rows]
    found = [kind(**{name: row[name] for name in names}) for row in stamped]
    return sorted(found, key=attrgetter("id"))


def add_lines(tx: Tx, caller: Caller, href: str, sheet: ContactSheet, lines: Sequence[RawLine], *, uid: str) -> CardRef:
    """Stores these lines as the card of a contact that create_contact made of them with this UID; returns the card."""
    return add_card(tx, caller, sheet.contact, stored_card(caller, href, sheet, lines, uid=uid))
