"""The handles of a draft, normalized: one value each, each once, one primary on each channel."""

import re

from msgspec.structs import replace

from coterie.errors import Invalid
from coterie.model.handles import EMAIL, LABEL_LENGTH_MAX, PHONE, normalize
from coterie.model.imports import ContactDraft, HandleDraft
from coterie.model.several import split_emails, split_phones
from coterie.model.text import fold, words

HANDLES_MAX = 200
# direction marks, zero-width spaces and byte order marks, which come along when a value is copied
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")


def normalize_handles(draft: ContactDraft, country: str | None) -> tuple[list[HandleDraft], list[tuple[str, str, str]]]:
    """(the normalized handles, (channel, value, reason) of each value that cannot be one).

    A text with several phone numbers or addresses becomes several handles. The primary of a channel is the first that
    is marked so, otherwise the first; a fax number only if the channel has nothing else.
    """
    handles: dict[tuple[str, str], HandleDraft] = {}
    problems: list[tuple[str, str, str]] = []
    for handle in draft.handles[:HANDLES_MAX]:
        plain = handle.value if handle.value.isascii() else _INVISIBLE.sub("", handle.value)
        if handle.label and len(handle.label) > LABEL_LENGTH_MAX:
            reason = f"is longer than {LABEL_LENGTH_MAX} characters and was cut"
            problems.append((f"{handle.channel} label", handle.label, reason))
        try:
            normal = [_normalized(handle, plain, country)]
        except Invalid as error:
            normal = _split(handle, plain, country)
            if plain.strip() and not (normal and _is_complete(draft, handle, plain)):
                reason = "contains other text" if normal else error.problems[0].reason
                problems.append((handle.channel, plain.strip(), reason))
        for each in normal:
            before = handles.setdefault((each.channel, each.normalized or ""), each)
            if each.is_primary and not before.is_primary:
                handles[each.channel, each.normalized or ""] = replace(before, is_primary=True)
    for handle in draft.handles[HANDLES_MAX:]:
        problems.append((handle.channel, handle.value, f"is over the limit of {HANDLES_MAX} handles"))
    return _with_primaries(list(handles.values())), problems


def _normalized(handle: HandleDraft, value: str, country: str | None) -> HandleDraft:
    value, normalized = normalize(handle.channel, value, country, handle.channel)
    label = handle.label[:LABEL_LENGTH_MAX] if handle.label else None
    return HandleDraft(handle.channel, value, label, handle.is_primary, normalized)


def _split(handle: HandleDraft, text: str, country: str | None) -> list[HandleDraft]:
    """The handles of a text that contains more than one value, or text around a value; [] if any is invalid."""
    values = []
    if handle.channel == PHONE:
        values = split_phones(text, country)
    elif handle.channel == EMAIL:
        values = split_emails(text)[0]
    try:
        handles = [_normalized(handle, value, country) for value in values if value != text]
    except Invalid:
        return []
    return [replace(each, is_primary=each.is_primary and not position) for position, each in enumerate(handles)]


def _is_complete(draft: ContactDraft, handle: HandleDraft, text: str) -> bool:
    """Whether the text around the values of a handle is the contact's name only."""
    return handle.channel != EMAIL or set(words(split_emails(text)[1])) <= set(words(_names(draft)))


def _names(draft: ContactDraft) -> str:
    return " ".join(filter(None, (draft.composed_name, draft.full_name, draft.display_name, draft.nickname)))


def _with_primaries(handles: list[HandleDraft]) -> list[HandleDraft]:
    primary: dict[str, HandleDraft] = {}
    for handle in handles:
        before = primary.get(handle.channel)
        if before is None or _rank(handle) > _rank(before):
            primary[handle.channel] = handle
    return [
        handle if handle.is_primary == (primary[handle.channel] is handle) else
        replace(handle, is_primary=primary[handle.channel] is handle)
        for handle in handles
    ]  # fmt: skip


def _rank(handle: HandleDraft) -> tuple[bool, bool]:
    label = fold(handle.label) if handle.label and handle.channel == PHONE else ""
    is_fax = "fax" in label or "telecop" in label
    return not is_fax, handle.is_primary
