"""Exports an organization's contacts as vCard, written as they are read, so memory stays flat."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from coterie.exports.sheets import load_drafts
from coterie.model.attachments import PICTURE, Attachment
from coterie.model.imports import DRAFT_SOURCE, UID_SOURCE, PictureDraft
from coterie.model.organizations import Caller
from coterie.store.database import Tx
from coterie.store.files import file_path
from coterie.store.filters.builder import Where
from coterie.vcard.write import write_card

PICTURE_BYTES_MAX = 5 * 1024**2
PICTURES_MAX = 3


def write_vcards(
    tx: Tx, caller: Caller, folder: Path, version: str = "4.0", *, where: Where | None = None
) -> Iterator[str]:
    """A card for each contact. version: "4.0" or "3.0". folder: the data folder. where: a filter they must match.

    UID is the id that the contact was imported with, otherwise its uuid.
    """
    for sheet, draft in load_drafts(tx, caller, ("relationships",), where=where):
        files = [p for each in sheet.attachments[:PICTURES_MAX] if (p := _picture(folder, each))]
        draft.pictures = files or [picture for picture in draft.pictures if picture.url]
        draft.external_ids = [entry for entry in draft.external_ids if entry[0] != DRAFT_SOURCE]
        if all(source != UID_SOURCE for source, _ in draft.external_ids):
            draft.external_ids.insert(0, (UID_SOURCE, sheet.contact.uuid))
        yield write_card(draft, version)


def _picture(folder: Path, attachment: Attachment) -> PictureDraft | None:
    if attachment.kind == PICTURE and attachment.byte_count <= PICTURE_BYTES_MAX:
        with suppress(OSError):  # the file was erased: the card has no picture
            return PictureDraft(attachment.media_type, file_path(folder, attachment.digest).read_bytes())
    return None
