"""The lines of a card as devices receive them.

A contact that no device wrote is rendered from its draft. Stored lines are served unchanged if the contact has not
changed since; otherwise its change is applied to them. Reads never write.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from msgspec.structs import replace

from coterie.drafts.from_sheet import DRAFT_PARTS, draft_of_sheet
from coterie.model.cards import CardRef
from coterie.model.contact_sheets import ContactSheet
from coterie.model.imports import UID_SOURCE, ContactDraft, PictureDraft, decode_draft
from coterie.model.organizations import Caller
from coterie.store import cards as store
from coterie.store.cards import StoredCard
from coterie.store.contact_sheets import load_sheets
from coterie.store.database import Tx
from coterie.store.files import file_path
from coterie.vcard.difference import compare
from coterie.vcard.patch import Patch
from coterie.vcard.raw import RawLine, join_lines, split_card, version_of
from coterie.vcard.write import write_card

# our own properties, and those that phones do not use: bytes of a rendered picture beyond this are not sent
PICTURE_BYTES_MAX = 1_048_576
_NOT_ON_PHONES = {"how_you_met": None, "bio": None, "is_follower": None, "relationship_grade": None}


@dataclass(frozen=True)
class Rendered:
    """A card as it is served. stored: as a device wrote it."""

    ref: CardRef
    text: str
    uid: str
    stored: StoredCard | None = None

    @cached_property
    def lines(self) -> list[RawLine]:
        """The lines of the text; most responses need only the text."""
        return split_card(self.text)


class Renderer:
    """Renders cards of an organization. folder: the data folder, which has the pictures."""

    def __init__(self, tx: Tx, caller: Caller, folder: Path) -> None:
        self._tx, self._caller, self._folder = tx, caller, folder

    def render(self, refs: Iterable[CardRef]) -> dict[str, Rendered]:
        """name -> card, for any number of cards with a few queries."""
        cards = {ref.href: ref for ref in refs}
        if not cards:
            return {}
        stored = store.find_stored(self._tx, self._caller.organization_id, cards.values())
        ids = [ref.contact_id for ref in cards.values() if ref.contact_id is not None and not _is_current(ref, stored)]
        sheets = load_sheets(self._tx, self._caller.organization_id, ids, DRAFT_PARTS) if ids else {}
        result = {}
        for href, ref in cards.items():
            if _is_current(ref, stored) or ref.contact_id is None:
                body = stored[href]
                result[href] = Rendered(ref, body.body, body.uid, body)
            elif ref.contact_id in sheets:
                result[href] = self.render_sheet(ref, sheets[ref.contact_id], stored.get(href))
        return result

    def render_sheet(self, ref: CardRef, sheet: ContactSheet, stored: StoredCard | None) -> Rendered:
        """The card of a loaded contact: rendered, or its stored lines with what changed since."""
        draft = card_draft(sheet)
        uid = stored.uid if stored else uid_of_contact(sheet)
        if stored is None:
            return Rendered(ref, self._text_of(draft, uid, "3.0"), uid)
        text = stored.body
        if stored.draft is not None:
            lines = split_card(text)
            version = version_of(lines)
            shown, now = _by_digest(decode_draft(stored.draft)), _by_digest(draft)
            now = now if now.pictures == shown.pictures else draft
            before, after = (split_card(self._text_of(each, uid, version)) for each in (shown, now))
            difference = compare(before, after, self._caller.country)
            if not difference.is_empty:
                patch = Patch(lines, self._caller.country, keeps_heads=True, whole=after)
                text = join_lines(patch.make(difference))
        return Rendered(ref, text, uid, stored)

    def _text_of(self, draft: ContactDraft, uid: str, version: str) -> str:
        """A draft as a card without properties of our own, with the first of its pictures that is not too large."""
        pictures = [picture if picture.url else self._with_bytes(picture) for picture in draft.pictures[:1]]
        shown = replace(
            draft, external_ids=[(UID_SOURCE, uid)], pictures=[picture for picture in pictures if picture is not None]
        )
        return write_card(shown, "4.0" if version == "4.0" else "3.0", with_extensions=False)

    def _with_bytes(self, picture: PictureDraft) -> PictureDraft | None:
        if picture.digest is None or picture.byte_count > PICTURE_BYTES_MAX:
            return None
        try:
            return replace(picture, data=file_path(self._folder, picture.digest).read_bytes())
        except OSError:
            return None


def _by_digest(draft: ContactDraft) -> ContactDraft:
    """The draft with the digest of its picture in place of the picture: the meaning of its line is the same
    (vcard/units.py), and the file may be deleted or too large."""
    return replace(draft, pictures=[PictureDraft(url=picture.digest) for picture in draft.pictures[:1]])


def card_draft(sheet: ContactSheet) -> ContactDraft:
    """The contact as its card shows it: of its notes the pinned one, no folders, of its pictures those in files."""
    draft = replace(draft_of_sheet(sheet), folders=[], external_ids=[], **_NOT_ON_PHONES)
    draft.pictures = [picture for picture in draft.pictures if picture.digest]
    return draft


def uid_of_contact(sheet: ContactSheet) -> str:
    """The UID a contact came with, otherwise its uuid."""
    return next((uid for source, uid in sheet.external_ids if source == UID_SOURCE), sheet.contact.uuid)


def _is_current(ref: CardRef, stored: dict[str, StoredCard]) -> bool:
    return ref.href in stored and stored[ref.href].revision == ref.revision
