"""The meaning of the lines of a card: units of a main line with its companions, compared without regard to spelling.

Two programs write the same phone number with another group, order of parameters, case of TYPE, folding or escaping.
"""

import hashlib
from collections.abc import Hashable, Mapping, Sequence

from msgspec import Struct

from coterie.errors import Invalid
from coterie.model.handles import normalize
from coterie.model.imports import ContactDraft, PictureDraft
from coterie.vcard import programs, values
from coterie.vcard.channels import label_of_types, messenger_of
from coterie.vcard.lines import Property
from coterie.vcard.raw import RawLine, card_of
from coterie.vcard.read_handles import read_handle
from coterie.vcard.read_pictures import read_picture
from coterie.vcard.reading import Reading, free_label, labels_of

# A card has one of these; a second one is kept, and the first counts
SINGLE = frozenset(
    ("FN", "N", "NICKNAME", "BDAY", "ORG", "TITLE", "ROLE", "GENDER", "X-GENDER", "NOTE", "PHOTO", "UID", "REV",
     "PRODID", "KIND", "X-ABSHOWAS", "X-PHONETIC-FIRST-NAME", "X-PHONETIC-LAST-NAME", "X-MAIDENNAME",
     "X-ADDRESSBOOKSERVER-KIND", "CATEGORIES", "LANG", "X-LANG", "SORT-STRING", "X-ABUID", "X-EVOLUTION-FILE-AS")
)  # fmt: skip
# properties that every program writes for itself; a change of these alone does not change the card
OF_PROGRAMS = frozenset(("PRODID", "REV"))
_HANDLES = frozenset(("TEL", "EMAIL", "URL", "IMPP", "SOCIALPROFILE", "X-SOCIALPROFILE"))
_HANDLE = "handle"
_ANNIVERSARIES = frozenset(("ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY"))
_DAYS = frozenset(("BDAY", "X-ABDATE")) | _ANNIVERSARIES
_STRUCTURED = frozenset(("N", "ADR", "ORG", "GENDER", "X-GENDER"))
_COMPANION = "X-AB"
_NOT_COMPANIONS = frozenset(("X-ABDATE", "X-ABRELATEDNAMES", "X-ABSHOWAS", "X-ABUID"))


class CardUnit(Struct, frozen=True):
    """lines: the main one first. meaning: equal for equal values, whatever their spelling. label: of its types or its
    X-ABLabel."""

    lines: tuple[RawLine, ...]
    meaning: Hashable
    label: str | None

    @property
    def main(self) -> RawLine:
        return self.lines[0]

    @property
    def family(self) -> str:
        """The name of the property."""
        return self.main.name

    @property
    def is_handle(self) -> bool:
        """Whether it is an e-mail address, a phone number or another handle; its meaning is as handle_meaning."""
        return isinstance(self.meaning, tuple) and self.meaning[0] == _HANDLE

    @property
    def channel(self) -> str:
        """The channel of a handle; '' for anything else."""
        return str(self.meaning[1]) if isinstance(self.meaning, tuple) and self.is_handle else ""


def is_companion(line: RawLine) -> bool:
    """Whether a line says something about another of its group: X-ABLabel, X-ABADR."""
    return bool(line.group) and line.name.startswith(_COMPANION) and line.name not in _NOT_COMPANIONS


def units_of(lines: Sequence[RawLine], country: str | None) -> list[CardUnit]:
    """The units of a card in the order of their main lines, without the envelope. Companions without a main line, and
    lines that are not properties, are units of their own."""
    labels = labels_of(card_of(lines))
    mains = {line.group for line in lines if line.group and not is_companion(line)}
    companions: dict[str, list[RawLine]] = {}
    for line in lines:
        if is_companion(line) and line.group in mains:
            companions.setdefault(line.group, []).append(line)
    units = []
    for line in lines:
        if line.is_envelope or not line.text.strip() or (is_companion(line) and line.group in mains):
            continue
        own = companions.get(line.group, []) if line.group else []
        entry = line.entry
        label = None if entry is None else _label(entry, labels)
        units.append(CardUnit((line, *own), meaning_of(line, labels, country), label))
    return units


def _label(entry: Property, labels: Mapping[str, str]) -> str | None:
    if entry.name in _HANDLES or messenger_of(entry.name):
        handle = read_handle(entry, labels)
        return handle.label if handle else None
    if entry.name in _ANNIVERSARIES:
        return "anniversary"
    if entry.name in SINGLE:
        return None
    return free_label(entry, labels) or label_of_types(entry.parameters.get("TYPE", ()))


def meaning_of(line: RawLine, labels: Mapping[str, str], country: str | None) -> Hashable:
    """A key that is equal for equal values of the same kind."""
    entry = line.entry
    if entry is None:
        return "", line.text.strip()
    name = entry.name
    if name in _HANDLES or messenger_of(name):
        return _meaning_of_handle(entry, labels, country)
    if name in ("PHOTO", "LOGO"):
        picture = read_picture(entry)
        if isinstance(picture, PictureDraft):
            return name, picture.url or hashlib.sha256(picture.data or b"").hexdigest()
    if name in _DAYS:
        day = values.read_date(values.unescape(entry.value), entry.first("X-APPLE-OMIT-YEAR"))
        return "BDAY" if name == "BDAY" else "date", day or values.unescape(entry.value).strip()
    if name in programs.READERS:
        return _meaning_of_program(entry, country)
    if name in _STRUCTURED:
        pieces = [values.unescape(piece).strip() for piece in values.split(entry.value, ";")]
        return name, tuple(pieces) if any(pieces) else ()
    if name == "CATEGORIES":
        return name, frozenset(filter(None, map(values.line, values.split(entry.value, ","))))
    return name, values.unescape(entry.value).strip()


def _meaning_of_program(entry: Property, country: str | None) -> Hashable:
    """That of the standard property which says the same: a program has a property of its own for nicknames."""
    reading = Reading(ContactDraft(), {}, False)
    programs.READERS[entry.name](reading, entry)
    draft = reading.draft
    if draft.nickname:
        return "NICKNAME", draft.nickname
    if draft.birthday:
        return "BDAY", draft.birthday
    for date in draft.dates:
        return "date", date.occurs_on
    for handle in draft.handles:
        return handle_meaning(handle.channel, handle.value, country)
    return entry.name, values.unescape(entry.value).strip()


def _meaning_of_handle(entry: Property, labels: Mapping[str, str], country: str | None) -> Hashable:
    handle = read_handle(entry, labels)
    if handle is None:
        return entry.name, ""
    return handle_meaning(handle.channel, handle.value, country)


def handle_meaning(channel: str, value: str, country: str | None) -> Hashable:
    """The meaning of the line of a handle."""
    try:
        return _HANDLE, channel, normalize(channel, value, country, "value")[1]
    except Invalid:
        return _HANDLE, channel, value.strip()
