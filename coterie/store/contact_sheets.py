"""Loads contacts with their parts: one query for the contacts and one for each part, for any number of contacts.

Every door and export that shows more of a contact than its row loads it here.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.terms import EXPERTISES, TAGS
from coterie.store.addresses import list_addresses_of
from coterie.store.attachments import list_attachments_of
from coterie.store.contact_relationships import list_contact_relationships_of
from coterie.store.contacts import list_contacts_by_id, list_external_ids_of
from coterie.store.database import Tx
from coterie.store.dates import list_dates_of
from coterie.store.folders import list_folders_of
from coterie.store.gifts import list_gifts_of
from coterie.store.grouping import rows_by_contact
from coterie.store.handles import list_handles_of
from coterie.store.interactions import list_recent_of
from coterie.store.notes import list_notes_of
from coterie.store.pets import list_pets_of
from coterie.store.properties import list_values_of
from coterie.store.revisions import lock_contacts
from coterie.store.terms import list_terms_of
from coterie.store.user_relationships import list_user_relationships_of

Loader = Callable[[Tx, int, Collection[int], str | None], Mapping[int, Any]]

# part -> its query: (tx, organization, contact ids, reader)
LOADERS: dict[Part, Loader] = {
    "handles": lambda tx, organization_id, ids, _: list_handles_of(tx, organization_id, ids),
    "addresses": lambda tx, organization_id, ids, _: list_addresses_of(tx, organization_id, ids),
    "dates": lambda tx, organization_id, ids, _: list_dates_of(tx, organization_id, ids),
    "folders": lambda tx, organization_id, ids, _: list_folders_of(tx, organization_id, ids),
    "tags": lambda tx, organization_id, ids, _: list_terms_of(tx, organization_id, TAGS, ids),
    "hidden_tags": lambda tx, organization_id, ids, _: list_terms_of(tx, organization_id, TAGS, ids, deleted=True),
    "expertises": lambda tx, organization_id, ids, _: list_terms_of(tx, organization_id, EXPERTISES, ids),
    "properties": lambda tx, organization_id, ids, _: list_values_of(tx, organization_id, ids),
    "notes": lambda tx, organization_id, ids, reader: list_notes_of(tx, organization_id, ids, reader_id=reader),
    "gifts": lambda tx, organization_id, ids, _: list_gifts_of(tx, organization_id, ids),
    "pets": lambda tx, organization_id, ids, _: list_pets_of(tx, organization_id, ids),
    "relationships": lambda tx, organization_id, ids, _: list_contact_relationships_of(tx, organization_id, ids),
    "user_relationships": lambda tx, organization_id, ids, reader: (
        list_user_relationships_of(tx, organization_id, reader, ids) if reader else {}
    ),
    "attachments": lambda tx, organization_id, ids, _: list_attachments_of(tx, organization_id, ids),
    "external_ids": lambda tx, organization_id, ids, _: list_external_ids_of(tx, organization_id, ids),
    "recent": lambda tx, organization_id, ids, _: rows_by_contact(list_recent_of(tx, organization_id, ids)),
}


def load_sheets(
    tx: Tx,
    organization_id: int,
    contact_ids: Iterable[int],
    parts: Collection[Part],
    *,
    reader_id: str | None = None,
    to_change: bool = False,
) -> dict[int, ContactSheet]:
    """contact id -> its sheet, for those of the contacts that exist and are not deleted.

    reader_id: the user for whom personal notes and relationships of a user are read; None reads none of them.
    to_change locks the contacts until the commit.
    """
    ids = set(contact_ids)
    if not ids:
        return {}
    if to_change:
        lock_contacts(tx, organization_id, ids)
    return sheets_of(tx, organization_id, list_contacts_by_id(tx, organization_id, ids), parts, reader_id=reader_id)


def sheets_of(
    tx: Tx,
    organization_id: int,
    contacts: Iterable[Contact],
    parts: Collection[Part],
    *,
    reader_id: str | None = None,
) -> dict[int, ContactSheet]:
    """The sheets of contacts that were read already, deleted or not, in their order."""
    sheets = {contact.id: ContactSheet(contact) for contact in contacts}
    for part in parts if sheets else ():
        value_of = LOADERS[part](tx, organization_id, sheets, reader_id).get
        nothing: Any = {} if part == "properties" else ()
        for contact_id, sheet in sheets.items():
            setattr(sheet, part, value_of(contact_id, nothing))
    return sheets


def reload_sheet(
    tx: Tx, organization_id: int, contact_id: int, parts: Collection[Part], unchanged: Mapping[Part, Any]
) -> ContactSheet:
    """The sheet of a contact that this transaction has changed.

    parts: read again, as the contact itself is. unchanged: the other parts with their values.
    """
    (sheet,) = load_sheets(tx, organization_id, [contact_id], parts).values()
    for part, value in unchanged.items():
        setattr(sheet, part, value)
    return sheet
