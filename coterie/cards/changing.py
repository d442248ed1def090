"""Changes a contact by what differs between its card and another: devices and subscriptions write through this."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from coterie.actions.cards import add_uid, record_card_change, save_card
from coterie.actions.contact_equality import make_equal
from coterie.actions.quotas import check_files
from coterie.cards.draft_changes import changed_draft, read_lines, with_digest
from coterie.cards.rendering import card_draft, uid_of_contact
from coterie.drafts.from_sheet import DRAFT_PARTS, draft_of_sheet
from coterie.errors import Invalid
from coterie.model.cards import CardRef
from coterie.model.contact_sheets import ContactSheet, Part
from coterie.model.handles import CHANNELS, EMAIL
from coterie.model.imports import PictureDraft
from coterie.model.organizations import Caller
from coterie.store.cards import StoredCard
from coterie.store.contact_sheets import load_sheets, reload_sheet
from coterie.store.database import Tx
from coterie.store.files import file_path, lock_files, save_file
from coterie.vcard import values
from coterie.vcard.raw import RawLine, join_lines
from coterie.vcard.read_pictures import read_picture

# the name of a part in a draft, where it is another one
_FAMILY: Mapping[Part, str] = {"attachments": "pictures"}
# families without a limit per contact and without a value that only one contact may have
_WITHOUT_LIMITS = frozenset(
    ("display_name", "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "formatted_name",
     "phonetic_first_name", "phonetic_last_name", "maiden_name", "nickname", "gender", "birthday", "employer",
     "department", "job_title", "language", "note")
)  # fmt: skip


def change_contact(
    tx: Tx, caller: Caller, folder: Path, contact_id: int, *, before: Sequence[RawLine], after: Sequence[RawLine]
) -> ContactSheet:
    """Changes a contact by what differs between its card before and after, and moves its revision in any case.

    A username that another contact has, or what exceeds a limit, stays in the lines alone. Returns the contact as it is
    then, with DRAFT_PARTS. Raises Invalid if the organization's quota has no room for a new picture.
    """
    old, new = read_lines(before, caller.country), read_lines(after, caller.country)
    sheet = load_sheets(tx, caller.organization_id, [contact_id], DRAFT_PARTS, to_change=True)[contact_id]
    draft, families = changed_draft(draft_of_sheet(sheet), old, new)
    if "pictures" in families:
        present = {each.digest for each in sheet.attachments}
        save_pictures(tx, caller, folder, [each for each in new.pictures if each.digest not in present])
    rows: object = None
    for governed in (families, families & _WITHOUT_LIMITS):
        try:
            if governed:
                rows = make_equal(tx, caller, contact_id, draft, governed, sheet=sheet)
            break
        except Invalid:
            continue
    if not rows:
        record_card_change(tx, caller, contact_id)
    changed = {part for part in DRAFT_PARTS if _FAMILY.get(part, part) in families}
    return _reload(tx, caller, contact_id, changed | {"handles"} if families & {*CHANNELS} else changed, sheet)


def _reload(tx: Tx, caller: Caller, contact_id: int, changed: Collection[Part], before: ContactSheet) -> ContactSheet:
    """The contact after its change; only the parts that changed are read again."""
    unchanged = {part: getattr(before, part) for part in DRAFT_PARTS if part not in changed}
    return reload_sheet(tx, caller.organization_id, contact_id, changed, unchanged)


def save_lines(
    tx: Tx, caller: Caller, href: str, sheet: ContactSheet, lines: Sequence[RawLine], *, uid: str, is_new: bool
) -> CardRef:
    """Stores these lines as the card of a contact, which was changed to match them; returns the card.

    sheet: the contact as it is now, with DRAFT_PARTS. is_new: whether it had no card of this name.
    """
    if uid_of_contact(sheet) != uid:
        add_uid(tx, caller, sheet.contact.id, uid)
    return save_card(tx, caller, sheet.contact, stored_card(caller, href, sheet, lines, uid=uid), is_new=is_new)


def stored_card(caller: Caller, href: str, sheet: ContactSheet, lines: Sequence[RawLine], *, uid: str) -> StoredCard:
    """These lines, which the caller wrote, with the part of the contact that they show."""
    contact = sheet.contact
    return StoredCard(
        href, contact.id, uid, body=join_lines(lines), draft=msgspec.json.encode(card_draft(sheet)).decode(),
        revision=contact.revision, device_id=caller.token_id, other_emails=_other_emails(lines, sheet),
    )  # fmt: skip


def _other_emails(lines: Sequence[RawLine], sheet: ContactSheet) -> str | None:
    """The e-mail addresses of the lines that the contact does not have; None if it has all of them."""
    present = {handle.value.lower() for handle in sheet.handles if handle.channel == EMAIL}
    written = {values.unescape(line.entry.value).lower() for line in lines if line.entry and line.name == "EMAIL"}
    return "\n".join(sorted(written - present)) or None


def save_pictures(tx: Tx, caller: Caller, folder: Path, pictures: Sequence[PictureDraft]) -> None:
    """Stores the bytes of new pictures, most of which were stored before the transaction began.

    Raises Invalid if the organization's quota has no room for them.
    """
    if not pictures:
        return
    check_files(tx, caller, sum(len(picture.data or b"") for picture in pictures), "PHOTO")
    lock_files(tx)
    for picture in pictures:
        if picture.data and picture.digest and not file_path(folder, picture.digest).exists():
            save_file(folder, picture.data)


def store_pictures(folder: Path, lines: Iterable[RawLine]) -> None:
    """Stores the pictures of a card as files. The worker removes those that no contact refers to."""
    for line in lines:
        picture = read_picture(line.entry) if line.entry and line.name == "PHOTO" else None
        if isinstance(picture, PictureDraft) and picture.data:
            digest = with_digest(picture).digest
            if digest and not file_path(folder, digest).exists():
                save_file(folder, picture.data)
