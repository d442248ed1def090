"""Normalizes a draft for storage; values without a field become lines of the note, so that none is lost."""

import re
from typing import Any

import msgspec

from coterie.drafts.handles import normalize_handles
from coterie.errors import Invalid
from coterie.model import times
from coterie.model.contacts import GENDERS, GRADES, TEXTS
from coterie.model.folders import NAME_LENGTH_MAX as FOLDER_LENGTH_MAX
from coterie.model.handles import LABEL_LENGTH_MAX
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft
from coterie.model.notes import TEXT_LENGTH_MAX
from coterie.model.text import identity_key

PARTS_MAX = 200
WARNINGS_MAX = 50
TAG_LENGTH_MAX = 100
ADDRESS_LENGTH_MAX = 500
EXTERNAL_ID_LENGTH_MAX = 500
_TEXTS = {name: length for name, length in TEXTS.items() if name not in ("status", "profile_picture_url", "birthday")}
_NUL, _SURROGATE = "\0", re.compile("[\ud800-\udfff]")


def normalize_draft(draft: ContactDraft, country: str | None, *, keeps_rest: bool = True) -> ContactDraft:
    """Cuts every text to its limit and normalizes every handle. The draft is changed in place.

    An invalid phone number, an unknown gender or a text that is too long becomes a line of the note and a warning, so
    that no row is rejected for one cell. Never raises Invalid. country: the ISO code for phone numbers without a
    country code. keeps_rest: False drops such values instead, for a card that keeps them in its lines.
    """
    draft = _clean(draft)
    lines: list[str] = []
    for name, length in _TEXTS.items():
        if (text := getattr(draft, name)) is not None:
            setattr(draft, name, _fit(draft, lines, name, text, length))
    if draft.gender is not None and draft.gender not in GENDERS:
        _to_note(draft, lines, "gender", draft.gender, "is not one we know")
        draft.gender = None
    if draft.birthday is not None:
        try:
            draft.birthday = times.parse_date(draft.birthday, "birthday")
        except Invalid as error:
            _to_note(draft, lines, "birthday", draft.birthday, error.problems[0].reason)
            draft.birthday = None
    if draft.relationship_grade not in (None, *GRADES):
        draft.relationship_grade = None
    draft.handles, problems = normalize_handles(draft, country)
    for channel, value, reason in problems:
        _to_note(draft, lines, channel, value, reason)
    _prepare_parts(draft)
    _put_note(draft, lines if keeps_rest else [])
    del draft.warnings[WARNINGS_MAX:]
    return draft


def _clean(draft: ContactDraft) -> ContactDraft:
    """Removes NUL characters and replaces lone surrogates, which no database stores. Most drafts have none."""
    try:
        if b"\\u0000" not in msgspec.json.encode(draft):
            return draft
    except UnicodeEncodeError:
        pass
    values = _clean_value(msgspec.to_builtins(draft, builtin_types=(bytes,)))
    return msgspec.convert(values, ContactDraft, builtin_types=(bytes,))


def _clean_value(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value.replace(_NUL, ""))
    if isinstance(value, dict):
        return {key: _clean_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean_value(item) for item in value]
    return value


def _fit(draft: ContactDraft, lines: list[str], name: str, text: str, length: int) -> str | None:
    plain = text.strip()
    if len(plain) > length:
        _to_note(draft, lines, name, plain, f"is longer than {length} characters and was cut")
        return plain[:length].strip() or None
    return plain or None


def _to_note(draft: ContactDraft, lines: list[str], name: str, text: str, reason: str) -> None:
    label = name.replace("_", " ").capitalize()
    lines.append(f"{label}: {text}")
    draft.warnings.append(f"{label} {reason}: {text[:100]}")


def _prepare_parts(draft: ContactDraft) -> None:
    if draft.addresses:
        draft.addresses = [a for a in map(_address, draft.addresses[:PARTS_MAX]) if a is not None]
    if draft.dates:
        draft.dates = [
            DateDraft(date.label.strip()[:LABEL_LENGTH_MAX] or "other", date.occurs_on)
            for date in dict.fromkeys(draft.dates[:PARTS_MAX])
        ]
    if draft.tags:
        draft.tags = _names(draft.tags, TAG_LENGTH_MAX)
    if draft.folders:
        draft.folders = _names(draft.folders, FOLDER_LENGTH_MAX)
    draft.external_ids = [
        (source[:LABEL_LENGTH_MAX], external_id[:EXTERNAL_ID_LENGTH_MAX])
        for source, external_id in dict.fromkeys(draft.external_ids[:PARTS_MAX])
        if source and external_id.strip()
    ]


def _address(address: AddressDraft) -> AddressDraft | None:
    values = {
        name: (getattr(address, name) or "").strip()[: LABEL_LENGTH_MAX if name == "label" else ADDRESS_LENGTH_MAX]
        or None
        for name in address.__struct_fields__
    }
    return AddressDraft(**values) if any(values[name] for name in values if name != "label") else None


def _names(names: list[str], length: int) -> list[str]:
    """Short names, each once regardless of case."""
    found: dict[str, str] = {}
    for name in names:
        plain = " ".join(name.split())[:length].strip()
        if plain and len(found) < PARTS_MAX:
            found.setdefault(identity_key(plain), plain)
    return list(found.values())


def _put_note(draft: ContactDraft, lines: list[str]) -> None:
    if not lines and draft.note is None:
        return
    note = "\n".join([*((draft.note or "").strip().splitlines()), *lines]) if lines else (draft.note or "").strip()
    if len(note) > TEXT_LENGTH_MAX:
        draft.warnings.append(f"The note is longer than {TEXT_LENGTH_MAX} characters and was cut")
    draft.note = note[:TEXT_LENGTH_MAX].strip() or None
