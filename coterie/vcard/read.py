"""Reads a card into a ContactDraft: one function per property, found in a table.

A value without a field becomes a line of the note (read_others).
"""

from collections.abc import Callable

from msgspec.structs import replace

from coterie.model.imports import ContactDraft, RowError
from coterie.vcard import (
    extensions,
    programs,
    read_addresses,
    read_names,
    read_others,
    read_person,
    read_pictures,
    related,
    values,
)
from coterie.vcard.cards import Card
from coterie.vcard.channels import messenger_of
from coterie.vcard.lines import Property
from coterie.vcard.read_handles import preference_of, read_handle
from coterie.vcard.reading import TEXT_LENGTH_MAX, Reading, labels_of

_PEOPLE_KINDS = ("", "individual", "org", "company")
_NO_NAME = "has no name, phone, e-mail or other handle"


def read_card(card: Card) -> ContactDraft | RowError:
    """The draft of a card, with a warning for each value that cannot be read.

    A RowError is: a group, a place or a thing, and a card without a name or a handle.
    """
    for entry in card.properties:
        if entry.name in _KINDS:
            kind = (values.line(entry.value) or "").lower()
            if kind not in _PEOPLE_KINDS:
                return RowError(f"is a {kind[:50]}, not a person", card.source)
    draft = read_parts(card)
    if not (draft.display_name or draft.handles or draft.nickname or read_names.has_name(draft)):
        return RowError(_NO_NAME, card.source)
    return draft


def read_parts(card: Card, *, keeps_rest: bool = True) -> ContactDraft:
    """The draft of a card, whatever it is and has. keeps_rest: whether values without a field are in the note."""
    reading = Reading(ContactDraft(), labels_of(card), keeps_rest)
    reading.is_company = any(_is_company(entry) for entry in card.properties)
    for line in card.unread:
        reading.warn(f"line {line[:80]!r} is not a vCard property")
        reading.add_extra(values.text(line[:TEXT_LENGTH_MAX]))
    for entry in card.properties:
        name = entry.name
        if name in _KINDS or name in read_others.OF_PROGRAMS:
            continue
        read = _READERS.get(name) or (_handle if messenger_of(name) else read_others.read_other)
        if len(entry.value) > TEXT_LENGTH_MAX and name not in ("PHOTO", "LOGO"):
            reading.warn(f"{name} is longer than {TEXT_LENGTH_MAX:,} characters and was skipped")
            continue
        read(reading, entry)
    _finish(reading)
    return reading.draft


def _is_company(entry: Property) -> bool:
    if entry.name not in _KINDS and entry.name != "X-ABSHOWAS":
        return False
    text = entry.value.strip().lower()
    return text == "company" or (text == "org" and entry.name in _KINDS)


def _finish(reading: Reading) -> None:
    """Sets the values that depend on the whole card: job title, note, display name."""
    read_addresses.finish_addresses(reading)
    read_person.finish_work(reading)
    _finish_logos(reading)
    _finish_handles(reading)
    extras = ["\n".join(reading.extras)] if reading.extras else []
    reading.draft.note = "\n\n".join([*reading.notes, *extras]) or None
    read_names.finish_name(reading)


def _handle(reading: Reading, entry: Property) -> None:
    handle = read_handle(entry, reading.labels)
    if handle is not None:
        reading.draft.handles.append(handle)
        reading.preferences.append(preference_of(entry))


def _finish_handles(reading: Reading) -> None:
    """The most preferred handle of a channel is primary, the first of several. Needs the whole card."""
    handles, best, counts = reading.draft.handles, dict[str, int](), dict[str, int]()
    for position, handle in enumerate(handles):
        counts[handle.channel] = counts.get(handle.channel, 0) + 1
        before = best.setdefault(handle.channel, position)
        if reading.preferences[position] < reading.preferences[before]:
            best[handle.channel] = position
    for position, handle in enumerate(handles):
        preference = reading.preferences[position]
        is_preferred = preference == 1 or (preference <= 100 and counts[handle.channel] > 1)
        handles[position] = replace(handle, is_primary=is_preferred and best[handle.channel] == position)


def _logo(reading: Reading, entry: Property) -> None:
    if reading.is_company and read_others.is_binary(entry):
        reading.logos.append(entry)
    else:
        read_others.read_other(reading, entry)


def _finish_logos(reading: Reading) -> None:
    """The logo of a company is its picture if it has no other. Needs the whole card."""
    for entry in reading.logos:
        if not reading.draft.pictures:
            _picture(reading, entry)
        else:
            read_others.read_other(reading, entry)


def _picture(reading: Reading, entry: Property) -> None:
    picture = read_pictures.read_picture(entry)
    if isinstance(picture, str):
        reading.warn(picture)
    elif picture is not None:
        reading.draft.pictures.append(picture)


_KINDS = ("KIND", "X-ADDRESSBOOKSERVER-KIND", "X-KIND")

_READERS: dict[str, Callable[[Reading, Property], None]] = {
    "FN": read_names.read_formatted,
    "N": read_names.read_name,
    "NICKNAME": read_names.read_nickname,
    "X-PHONETIC-FIRST-NAME": read_names.read_text("phonetic_first_name", "Phonetic first name"),
    "X-PHONETIC-LAST-NAME": read_names.read_text("phonetic_last_name", "Phonetic last name"),
    **dict.fromkeys(("X-MAIDENNAME", "X-MAIDEN-NAME"), read_names.read_text("maiden_name", "Maiden name")),
    "ORG": read_person.read_employer,
    "TITLE": read_person.read_job_title,
    "ROLE": read_person.read_role,
    "BDAY": read_person.read_birthday,
    "ANNIVERSARY": read_person.read_anniversary,
    "X-ANNIVERSARY": read_person.read_anniversary,
    "X-EVOLUTION-ANNIVERSARY": read_person.read_anniversary,
    "X-ABDATE": read_person.read_labelled_date,
    "GENDER": read_person.read_gender,
    "X-GENDER": read_person.read_gender,
    "ADR": read_addresses.read_address,
    "LABEL": read_addresses.read_address_label,
    "NOTE": read_person.read_note,
    "CATEGORIES": read_person.read_tags,
    "LANG": read_person.read_language,
    "X-LANG": read_person.read_language,
    "UID": read_person.read_uid,
    "PHOTO": _picture,
    "LOGO": _logo,
    "X-ABSHOWAS": lambda reading, entry: None,
    **dict.fromkeys(("TEL", "EMAIL", "URL", "IMPP", "SOCIALPROFILE", "X-SOCIALPROFILE"), _handle),
    **programs.READERS,
    **related.READERS,
    **extensions.READERS,
}
