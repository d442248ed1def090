"""Compares a contact with a draft: plans the changes that make the contact equal to the draft."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from coterie.drafts.equal_parts import Changed, Deleted, compare_addresses, compare_dates, compare_handles, match
from coterie.drafts.from_sheet import FIELDS
from coterie.drafts.merge import picture_url
from coterie.model.addresses import Address
from coterie.model.attachments import PICTURE, Attachment
from coterie.model.contact_sheets import ContactSheet
from coterie.model.contacts import with_current_name
from coterie.model.dates import ImportantDate
from coterie.model.handles import CHANNELS, Handle
from coterie.model.imports import ContactDraft, PictureDraft
from coterie.model.terms import Term, name_key
from coterie.model.text import identity_key

T = TypeVar("T")

# the families a draft can govern: fields of a contact, channels of handles, kinds of parts
ALL_FAMILIES = frozenset(
    (*FIELDS, *CHANNELS, "profile_picture_url", "note", "addresses", "dates", "tags", "folders", "pictures")
)


class EqualPlan(Struct, frozen=True):
    """The changes to write. fields: column -> value, including pinned_note."""

    fields: dict[str, Any]
    handles: Changed[Handle]
    addresses: Changed[Address]
    dates: Changed[ImportantDate]
    tags_to_add: Sequence[str] = ()
    tags_to_remove: Sequence[Term] = ()
    folders_to_add: Sequence[str] = ()
    folders_to_remove: Sequence[int] = ()
    pictures_to_add: Sequence[PictureDraft] = ()
    pictures_to_remove: Sequence[Attachment] = ()


def plan_equal(
    sheet: ContactSheet, deleted: Deleted, draft: ContactDraft, families: Collection[str] = ALL_FAMILIES
) -> EqualPlan:
    """Compares a contact, whose sheet has DRAFT_PARTS, with a normalized draft.

    families: those the draft governs; all others stay unchanged. External ids, interactions and files other than
    pictures are never compared. Tags and folders are compared without case and accents.
    """
    assert ALL_FAMILIES.issuperset(families), set(families) - ALL_FAMILIES
    parts: dict[str, Any] = {}
    if "tags" in families:
        added, removed = _names(draft.tags, sheet.tags, lambda tag: tag.name, key=name_key)
        parts |= {"tags_to_add": added, "tags_to_remove": removed}
    if "folders" in families:
        added, out_of = _names(draft.folders, sheet.folders, lambda folder: folder[1], key=_folder_key)
        parts |= {"folders_to_add": added, "folders_to_remove": [folder[0] for folder in out_of]}
    if "pictures" in families:
        parts["pictures_to_add"], parts["pictures_to_remove"] = _pictures(sheet, draft)
    return EqualPlan(
        fields=_fields(sheet, draft, families),
        handles=compare_handles(sheet, deleted, [h for h in draft.handles if h.channel in families], families),
        addresses=compare_addresses(sheet, deleted, draft.addresses) if "addresses" in families else [],
        dates=compare_dates(sheet, deleted, draft.dates) if "dates" in families else [],
        **parts,
    )


def _fields(sheet: ContactSheet, draft: ContactDraft, families: Collection[str]) -> dict[str, Any]:
    wanted = {name: getattr(draft, name) for name in FIELDS if name in families}
    if "profile_picture_url" in families:
        wanted["profile_picture_url"] = picture_url(draft)
    if "note" in families:
        wanted["pinned_note"] = draft.note
    contact = with_current_name(sheet.contact, replace(sheet.contact, **wanted))
    wanted["formatted_name"] = contact.formatted_name
    return {name: value for name, value in wanted.items() if value != getattr(sheet.contact, name)}


def _names(
    wanted: Sequence[str], existing: Sequence[T], name_of: Callable[[T], str], *, key: Callable[[str], str]
) -> tuple[list[str], list[T]]:
    """(the names that no existing part has, the existing parts that have none of the names)."""
    wanted_keys = {key(name) for name in wanted}
    existing_keys = {key(name_of(each)) for each in existing}
    missing = {key(name): name for name in reversed(wanted) if key(name) not in existing_keys}
    return list(reversed(missing.values())), [each for each in existing if key(name_of(each)) not in wanted_keys]


def _folder_key(name: str) -> str:
    return identity_key(name) or name


def _pictures(sheet: ContactSheet, draft: ContactDraft) -> tuple[list[PictureDraft], list[Attachment]]:
    existing = [attachment for attachment in sheet.attachments if attachment.kind == PICTURE]
    wanted = [picture for picture in draft.pictures if picture.digest and not picture.filename]
    _, removed, added = match(existing, wanted, lambda part: part.digest)
    return added, removed
