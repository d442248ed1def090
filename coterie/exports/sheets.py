"""The contacts of an organization with their drafts, read page by page, as every export writes them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from coterie.drafts.from_sheet import DRAFT_PARTS, draft_of_sheet
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.imports import UID_SOURCE, ContactDraft
from coterie.model.organizations import Caller
from coterie.model.related_people import RelatedDraft
from coterie.model.relationships import TYPES
from coterie.store.contact_sheets import sheets_of
from coterie.store.contacts import list_contacts_after, list_contacts_by_id, list_external_ids_of
from coterie.store.database import Tx
from coterie.store.filters.builder import Where
from coterie.store.filters.contacts import list_matching_after

PAGE_SIZE = 200


def load_drafts(
    tx: Tx, caller: Caller, more: Sequence[Part] = (), *, where: Where | None = None
) -> Iterator[tuple[ContactSheet, ContactDraft]]:
    """Each contact that is not deleted, by id, with its draft. All shared notes are joined, the pinned one first.

    where: a filter that the contacts must match.
    """
    last = 0
    while contacts := _next_page(tx, caller.organization_id, last, where):
        last = contacts[-1].id
        sheets = sheets_of(tx, caller.organization_id, contacts, (*DRAFT_PARTS, "notes", *more))
        others = _people_related(tx, caller, sheets.values()) if "relationships" in more else {}
        for sheet in sheets.values():
            draft = draft_of_sheet(sheet)
            draft.related = _related(sheet, others) if others else []
            notes = sorted(sheet.notes, key=lambda note: (not note.is_pinned, note.created_at))
            draft.note = "\n\n".join(note.text for note in notes) or None
            yield sheet, draft


def _next_page(tx: Tx, organization_id: int, last: int, where: Where | None) -> list[Contact]:
    if where is None:
        return list_contacts_after(tx, organization_id, last, limit=PAGE_SIZE)
    return list_matching_after(tx, organization_id, where, last, limit=PAGE_SIZE)


def _people_related(tx: Tx, caller: Caller, sheets: Iterable[ContactSheet]) -> dict[int, tuple[str | None, str]]:
    """contact id -> (name, UID of the card) of all contacts related to one of these."""
    ids = {side.second_contact_id for sheet in sheets for side in sheet.relationships}
    if not ids:
        return {}
    uids = list_external_ids_of(tx, caller.organization_id, ids)
    return {
        contact.id: (contact.full_name or contact.name, uid_of(contact, uids.get(contact.id, ())))
        for contact in list_contacts_by_id(tx, caller.organization_id, ids)
    }


def uid_of(contact: Contact, external_ids: Sequence[tuple[str, str]]) -> str:
    """UID of a contact's card: the one it was imported with, otherwise its uuid."""
    return next((external_id for source, external_id in external_ids if source == UID_SOURCE), contact.uuid)


def _related(sheet: ContactSheet, others: Mapping[int, tuple[str | None, str]]) -> list[RelatedDraft]:
    return [
        RelatedDraft(TYPES[side.type_id].name, *others[side.second_contact_id])
        for side in sheet.relationships
        if side.second_contact_id in others
    ]
