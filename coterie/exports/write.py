"""Exports an organization's contacts as vCard or CSV, written as they are read, so memory stays flat."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from coterie.drafts.from_sheet import DRAFT_PARTS, draft_of_sheet
from coterie.model.attachments import PICTURE, Attachment
from coterie.model.cells import join_list, safe_cell
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.contacts import Contact
from coterie.model.imports import DRAFT_SOURCE, ContactDraft, PictureDraft
from coterie.model.organizations import Caller
from coterie.model.related_people import RelatedDraft
from coterie.model.relationships import TYPES
from coterie.store.contact_sheets import sheets_of
from coterie.store.contacts import list_contacts_after, list_contacts_by_id, list_external_ids_of
from coterie.store.database import Tx
from coterie.store.files import file_path
from coterie.vcard.write import write_card

UID_SOURCE = "vcard"
PAGE_SIZE = 200
PICTURE_BYTES_MAX = 5 * 1024**2
PICTURES_MAX = 3
_CHANNELS = ("email", "phone", "instagram", "website", "linkedin")
_HANDLES_MAX = 3
_ADDRESS = ("address_line_1", "address_line_2", "address_line_3", "locality", "region", "postcode", "country")
_FIELDS = (
    "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "formatted_name",
    "phonetic_first_name", "phonetic_last_name", "maiden_name", "nickname", "display_name", "employer", "department",
    "job_title", "how_you_met", "birthday", "gender", "language", "bio",
)  # fmt: skip
# the names of R0's template, by which an import recognizes the file
HEADER = (
    *_FIELDS,
    *(name if number == 1 else f"{name}_{number}" for name in _CHANNELS for number in range(1, _HANDLES_MAX + 1)),
    *_ADDRESS, "tags", "folders", "notes",
)  # fmt: skip


def write_vcards(tx: Tx, caller: Caller, folder: Path, version: str = "4.0") -> Iterator[str]:
    """A card for each contact. version: "4.0" or "3.0". folder: the data folder.

    UID is the id that the contact was imported with, otherwise its uuid.
    """
    for sheet, draft in _sheets(tx, caller, ("relationships",)):
        files = [p for each in sheet.attachments[:PICTURES_MAX] if (p := _picture(folder, each))]
        draft.pictures = files or [picture for picture in draft.pictures if picture.url]
        draft.external_ids = [entry for entry in draft.external_ids if entry[0] != DRAFT_SOURCE]
        if all(source != UID_SOURCE for source, _ in draft.external_ids):
            draft.external_ids.insert(0, (UID_SOURCE, sheet.contact.uuid))
        yield write_card(draft, version)


def write_csv(tx: Tx, caller: Caller) -> Iterator[str]:
    """A row for each contact under HEADER, with three handles of each channel and the first address.

    No cell is a formula for the program that opens it; imports undo what safe_cell adds.
    """
    yield _line(HEADER)
    for _, draft in _sheets(tx, caller):
        cells: list[str | None] = [getattr(draft, name) for name in _FIELDS]
        for channel in _CHANNELS:
            values = [h.value for h in sorted(draft.handles, key=lambda h: not h.is_primary) if h.channel == channel]
            cells += (values + [None] * _HANDLES_MAX)[:_HANDLES_MAX]
        address = draft.addresses[0] if draft.addresses else None
        cells += [getattr(address, name, None) for name in _ADDRESS]
        cells += [join_list(draft.tags), join_list(draft.folders), draft.note]
        yield _line([safe_cell(cell or "") for cell in cells])


def _line(cells: Any) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerow(cells)
    return stream.getvalue()


def _sheets(tx: Tx, caller: Caller, more: Sequence[Part] = ()) -> Iterator[tuple[ContactSheet, ContactDraft]]:
    """Each contact that is not deleted, by id, with its draft. All shared notes are joined, the pinned one first."""
    last = 0
    while contacts := list_contacts_after(tx, caller.organization_id, last, limit=PAGE_SIZE):
        last = contacts[-1].id
        sheets = sheets_of(tx, caller.organization_id, contacts, (*DRAFT_PARTS, "notes", *more))
        others = _people_related(tx, caller, sheets.values()) if "relationships" in more else {}
        for sheet in sheets.values():
            draft = draft_of_sheet(sheet)
            draft.related = _related(sheet, others) if others else []
            notes = sorted(sheet.notes, key=lambda note: (not note.is_pinned, note.created_at))
            draft.note = "\n\n".join(note.text for note in notes) or None
            yield sheet, draft


def _people_related(tx: Tx, caller: Caller, sheets: Iterable[ContactSheet]) -> dict[int, tuple[str | None, str]]:
    """contact id -> (name, UID of the card) of everybody who is related to one of these."""
    ids = {side.second_contact_id for sheet in sheets for side in sheet.relationships}
    if not ids:
        return {}
    uids = list_external_ids_of(tx, caller.organization_id, ids)
    return {
        contact.id: (contact.full_name or contact.name, _uid(contact, uids.get(contact.id, ())))
        for contact in list_contacts_by_id(tx, caller.organization_id, ids)
    }


def _uid(contact: Contact, external_ids: Sequence[tuple[str, str]]) -> str:
    """UID of a contact's card: the one it was imported with, otherwise its uuid."""
    return next((external_id for source, external_id in external_ids if source == UID_SOURCE), contact.uuid)


def _related(sheet: ContactSheet, others: Mapping[int, tuple[str | None, str]]) -> list[RelatedDraft]:
    return [
        RelatedDraft(TYPES[side.type_id].name, *others[side.second_contact_id])
        for side in sheet.relationships
        if side.second_contact_id in others
    ]


def _picture(folder: Path, attachment: Attachment) -> PictureDraft | None:
    if attachment.kind == PICTURE and attachment.byte_count <= PICTURE_BYTES_MAX:
        with suppress(OSError):  # the file was erased: the card has no picture
            return PictureDraft(attachment.media_type, file_path(folder, attachment.digest).read_bytes())
    return None
