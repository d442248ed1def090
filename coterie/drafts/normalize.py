"""Normalizes a draft for storage; values without a field become lines of the note, so that none is lost."""

import re
from typing import Any, TypeVar

import msgspec

from coterie.drafts.handles import normalize_handles
from coterie.errors import Invalid
from coterie.model import times
from coterie.model.addresses import TEXTS as ADDRESS_TEXTS
from coterie.model.contacts import GENDERS, GRADES, TEXTS
from coterie.model.folders import NAME_LENGTH_MAX as FOLDER_LENGTH_MAX
from coterie.model.handles import LABEL_LENGTH_MAX
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft
from coterie.model.notes import TEXT_LENGTH_MAX
from coterie.model.text import identity_key

Part = TypeVar("Part", AddressDraft, DateDraft, str)
PARTS_MAX = 200
WARNINGS_MAX = 50
TAG_LENGTH_MAX = 100
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
    _prepare_parts(draft, lines)
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


def _prepare_parts(draft: ContactDraft, lines: list[str]) -> None:
    if draft.addresses:
        addresses = _limited(draft, lines, "address", draft.addresses)
        draft.addresses = [plain for each in addresses if (plain := _address(draft, lines, each)) is not None]
    if draft.dates:
        draft.dates = [
            DateDraft(_fit(draft, lines, "date label", date.label, LABEL_LENGTH_MAX) or "other", date.occurs_on)
            for date in _limited(draft, lines, "date", list(dict.fromkeys(draft.dates)))
        ]
    if draft.tags:
        draft.tags = _names(draft, lines, "tag", draft.tags, TAG_LENGTH_MAX)
    if draft.folders:
        draft.folders = _names(draft, lines, "folder", draft.folders, FOLDER_LENGTH_MAX)
    draft.external_ids = [
        (source[:LABEL_LENGTH_MAX], external_id[:EXTERNAL_ID_LENGTH_MAX])
        for source, external_id in dict.fromkeys(draft.external_ids[:PARTS_MAX])
        if source and external_id.strip()
    ]


def _limited(draft: ContactDraft, lines: list[str], name: str, parts: list[Part]) -> list[Part]:
    for each in parts[PARTS_MAX:]:
        text = each if isinstance(each, str) else ", ".join(filter(None, msgspec.structs.astuple(each)))
        _to_note(draft, lines, name, text, f"is over the limit of {PARTS_MAX}")
    return parts[:PARTS_MAX]


def _address(draft: ContactDraft, lines: list[str], address: AddressDraft) -> AddressDraft | None:
    values = {
        name: _fit(draft, lines, "address label" if name == "label" else name, text, length)
        for name, length in ADDRESS_TEXTS.items()
        if (text := getattr(address, name))
    }
    return AddressDraft(**values) if any(values[name] for name in values if name != "label") else None


def _names(draft: ContactDraft, lines: list[str], kind: str, names: list[str], length: int) -> list[str]:
    """Short names, each once regardless of case."""
    found: dict[str, str] = {}
    for name in names:
        plain = _fit(draft, lines, kind, " ".join(name.split()), length)
        if plain:
            found.setdefault(identity_key(plain), plain)
    return _limited(draft, lines, kind, list(found.values()))


def _put_note(draft: ContactDraft, lines: list[str]) -> None:
    if not lines and draft.note is None:
        return
    note = "\n".join([*((draft.note or "").strip().splitlines()), *lines]) if lines else (draft.note or "").strip()
    if len(note) > TEXT_LENGTH_MAX:
        draft.warnings.append(f"The note is longer than {TEXT_LENGTH_MAX} characters and was cut")
    draft.note = note[:TEXT_LENGTH_MAX].strip() or None
