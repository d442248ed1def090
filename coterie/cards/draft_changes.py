"""Turns the change of a card into a change of its contact, from the drafts read before and after.

Only the differences between the two change the contact, so values that a card cannot express stay as they are.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

from msgspec.structs import replace

from coterie.drafts.from_sheet import FIELDS
from coterie.drafts.normalize import normalize_draft
from coterie.model.handles import CHANNELS
from coterie.model.imports import ContactDraft, HandleDraft, PictureDraft
from coterie.vcard.raw import RawLine, card_of
from coterie.vcard.read import read_parts

T = TypeVar("T")


def read_lines(lines: Sequence[RawLine], country: str | None) -> ContactDraft:
    """The normalized draft of a card, without the properties that have no field. Pictures have their digest."""
    draft = normalize_draft(read_parts(card_of(lines), keeps_rest=False), country, keeps_rest=False)
    draft.pictures = [with_digest(picture) for picture in draft.pictures if picture.data]
    draft.related = []
    return draft


def with_digest(picture: PictureDraft) -> PictureDraft:
    assert picture.data is not None
    digest = sha256(picture.data).hexdigest()
    return replace(picture, digest=digest, byte_count=len(picture.data))


def changed_draft(
    current: ContactDraft, before: ContactDraft, after: ContactDraft
) -> tuple[ContactDraft, frozenset[str]]:
    """(the contact as it should be, the families that differ, as drafts.equality names them)."""
    families = {name for name in (*FIELDS, "note") if getattr(before, name) != getattr(after, name)}
    wanted = replace(current, **{name: getattr(after, name) for name in families})
    handles = list(current.handles)
    for channel in CHANNELS:
        old, new = ([h for h in draft.handles if h.channel == channel] for draft in (before, after))
        if old != new:
            families.add(channel)
            own = [handle for handle in handles if handle.channel == channel]
            handles = [handle for handle in handles if handle.channel != channel] + _handles(own, old, new)
    wanted.handles = handles
    for name in ("addresses", "dates", "tags", "pictures"):
        old_parts, new_parts = getattr(before, name), getattr(after, name)
        if [_key(part) for part in old_parts] != [_key(part) for part in new_parts]:
            families.add(name)
            setattr(wanted, name, _parts(getattr(current, name), old_parts, new_parts))
    return wanted, frozenset(families)


def _handles(current: list[HandleDraft], old: list[HandleDraft], new: list[HandleDraft]) -> list[HandleDraft]:
    before = {handle.normalized: handle for handle in old}
    after = {handle.normalized: handle for handle in new}
    result = {h.normalized: h for h in current if h.normalized in after or h.normalized not in before}
    for key, handle in after.items():
        if before.get(key) != handle:
            result[key] = handle
    primary = next((h.normalized for h in new if h.is_primary), None)
    if primary == next((h.normalized for h in old if h.is_primary), None):
        primary = next((h.normalized for h in current if h.is_primary and h.normalized in result), primary)
    return [replace(handle, is_primary=key == primary) for key, handle in result.items()]


def _parts(current: Sequence[T], old: Sequence[T], new: Sequence[T]) -> list[T]:
    """The current parts without those that were removed, followed by the new ones."""
    kept_keys, old_keys = [_key(part) for part in new], [_key(part) for part in old]
    result: list[T] = []
    for position, part in enumerate(current):
        # a part that cannot be read back from its lines is found by its position
        key = _key(part) if _key(part) in old_keys or len(old) != len(current) else old_keys[position]
        if key in kept_keys or key not in old_keys:
            result.append(part)
    return result + [_without_data(part) for part in new if _key(part) not in old_keys]


def _key(part: object) -> object:
    return part.digest if isinstance(part, PictureDraft) else part


def _without_data(part: T) -> T:
    return replace(part, data=None) if isinstance(part, PictureDraft) else part
