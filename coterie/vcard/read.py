"""A card as a ContactDraft: one function per property, found in a table.

Choices where the vCards in the world leave one: an employer is the first component of ORG that is not empty (units
are a line of the note, as is whatever else has no field, see read_others); several nicknames are one text; PO box and
extended address are lines below the street; Google's tag "myContacts" is everybody and no tag.
"""

from collections.abc import Callable

from msgspec import Struct, field

from coterie.model.contacts import GENDERS, join_name, split_name
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, RowError
from coterie.vcard import read_handles, read_others, read_pictures, values
from coterie.vcard.channels import MESSENGERS, label_of_types, plain_label
from coterie.vcard.lines import Card, Property

TEXT_LENGTH_MAX = 100_000
WARNINGS_MAX = 50
TAGS_MAX = 500
NAME_LENGTH_MAX = 1_000
EXTRAS_MAX = 200
OWN = "X-COTERIE-"
_PEOPLE_KINDS = ("", "individual", "org", "company")
_NOBODY = "has no name, phone, e-mail or other handle"
_GENDER_OF = {"M": "male", "F": "female", "O": "other"}
_SYSTEM_TAGS = ("myContacts",)


class _Reading(Struct):
    """What is known of a card while its properties pass by."""

    draft: ContactDraft
    labels: dict[str, str]
    primary: set[str]
    notes: list[str]
    formatted: str | None = None
    own_display: str | None = None
    has_own_display: bool = False
    role: str | None = None
    is_company: bool = False
    extras: list[str] = field(default_factory=list)

    def keep(self, line: str | None) -> None:
        """A line of the note for what has no field."""
        if line is None or line in self.extras:
            return
        if len(self.extras) < EXTRAS_MAX:
            self.extras.append(line)
        elif (reason := f"More than {EXTRAS_MAX} properties without a field, the rest was left out") not in (
            self.draft.warnings
        ):
            self.warn(reason)

    def warn(self, reason: str) -> None:
        if len(self.draft.warnings) < WARNINGS_MAX:
            self.draft.warnings.append(reason)

    def label(self, entry: Property) -> str | None:
        """The label of a property: the X-ABLabel of its group, else what its types say."""
        own = self.labels.get(entry.group.lower()) if entry.group and self.labels else None
        return own or label_of_types(entry.parameters.get("TYPE", ()))


def read_card(card: Card) -> ContactDraft | RowError:
    """The draft a card makes, with a warning for each value that cannot be read.

    Refused: a group, a place or a thing, and a card with nothing to call a person by.
    """
    reading = _Reading(ContactDraft(), _labels(card), set(), [])
    for problem in card.problems:
        reading.warn(problem)
    for entry in card.properties:
        name = entry.name
        if name in _KINDS:
            kind = (values.line(entry.value) or "").lower()
            if kind not in _PEOPLE_KINDS:
                return RowError(f"is a {kind[:50]}, not a person", card.source)
            reading.is_company = reading.is_company or kind in ("org", "company")
            continue
        if name in read_others.OF_PROGRAMS:
            continue
        read = _READERS.get(name, _other)
        if len(entry.value) > TEXT_LENGTH_MAX and name != "PHOTO":
            reading.warn(f"{name} is longer than {TEXT_LENGTH_MAX:,} characters and was left out")
            continue
        read(reading, entry)
    _finish(reading)
    draft = reading.draft
    if not (draft.display_name or draft.handles or draft.nickname or _any_name(draft)):
        return RowError(_NOBODY, card.source)
    return draft


def _labels(card: Card) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in card.properties:
        if entry.name == "X-ABLABEL" and entry.group and len(entry.value) <= TEXT_LENGTH_MAX:
            label = values.line(entry.value)
            if label:
                found[entry.group.lower()] = plain_label(label)
    return found


def _finish(reading: _Reading) -> None:
    """What only the whole card decides: the display name, the job title, the note."""
    draft, formatted = reading.draft, reading.formatted
    if reading.role and draft.job_title and reading.role != draft.job_title:
        reading.keep(f"Role: {reading.role}")
    draft.job_title = draft.job_title or reading.role
    draft.note = "\n\n".join([*reading.notes, *(["\n".join(reading.extras)] if reading.extras else [])]) or None
    if reading.has_own_display:
        draft.display_name = reading.own_display
        return
    if formatted and not _any_name(draft) and _is_like_a_person(formatted, reading):
        for part, value in split_name(formatted).items():
            setattr(draft, part, value)
    if formatted and not is_same_name(formatted, full_name(draft)):
        draft.display_name = formatted
    if not formatted and not _any_name(draft) and not draft.nickname and not draft.handles:
        draft.display_name = draft.employer


def full_name(draft: ContactDraft) -> str | None:
    """The parts of a draft's name as one text."""
    return join_name(draft.name_prefix, draft.first_name, draft.middle_name, draft.last_name, draft.name_suffix)


def is_same_name(formatted: str, joined: str | None) -> bool:
    """Whether FN only repeats N: commas and spaces apart, which programs put in by themselves."""
    return joined is not None and (
        formatted == joined or formatted.replace(",", " ").split() == joined.replace(",", " ").split()
    )


def _any_name(draft: ContactDraft) -> bool:
    return full_name(draft) is not None


def _is_like_a_person(formatted: str, reading: _Reading) -> bool:
    is_a_handle = "@" in formatted or "://" in formatted or not any(c.isalpha() for c in formatted)
    is_too_long = len(formatted) > NAME_LENGTH_MAX
    return not (is_a_handle or is_too_long or reading.is_company or formatted == reading.draft.employer)


def _formatted_name(reading: _Reading, entry: Property) -> None:
    reading.formatted = reading.formatted or values.line(entry.value)


def _name(reading: _Reading, entry: Property) -> None:
    draft = reading.draft
    if _any_name(draft):
        return
    last, first, middle, prefix, suffix = values.components(entry.value, 5)
    draft.last_name = _part(last, " ")
    draft.first_name = _part(first, " ")
    draft.middle_name = _part(middle, " ")
    draft.name_prefix = _part(prefix, " ")
    draft.name_suffix = _part(suffix, ", ")


def _part(component: str, joiner: str) -> str | None:
    """A component of N or ADR, which may itself be a list, as one text of one line."""
    if "," not in component:
        return values.line(component)
    found = [values.line(piece) for piece in values.split(component, ",")]
    return joiner.join([piece for piece in found if piece]) or None


def _nickname(reading: _Reading, entry: Property) -> None:
    found = _part(entry.value, ", ")
    if found:
        before = reading.draft.nickname
        joined = f"{before}, {found}" if before else found
        if before is None or len(joined) <= NAME_LENGTH_MAX:
            reading.draft.nickname = joined


def _employer(reading: _Reading, entry: Property) -> None:
    found = [unit for unit in [values.line(piece) for piece in values.split(entry.value, ";")] if unit]
    if found and reading.draft.employer is None:
        reading.draft.employer = found.pop(0)
        if found:
            reading.keep(f"Unit: {', '.join(found)}")
    elif found and found != [reading.draft.employer]:
        reading.keep(f"Organization: {', '.join(found)}")


def _job_title(reading: _Reading, entry: Property) -> None:
    found = values.line(entry.value)
    if reading.draft.job_title and found and found != reading.draft.job_title:
        reading.keep(f"Title: {found}")
    reading.draft.job_title = reading.draft.job_title or found


def _role(reading: _Reading, entry: Property) -> None:
    reading.role = reading.role or values.line(entry.value)


def _birthday(reading: _Reading, entry: Property) -> None:
    reading.draft.birthday = reading.draft.birthday or _date(reading, entry)


def _anniversary(reading: _Reading, entry: Property) -> None:
    if date := _date(reading, entry):
        reading.draft.dates.append(DateDraft("anniversary", date))


def _labelled_date(reading: _Reading, entry: Property) -> None:
    if date := _date(reading, entry):
        reading.draft.dates.append(DateDraft(reading.label(entry) or "other", date))


def _date(reading: _Reading, entry: Property) -> str | None:
    plain = values.line(entry.value)
    if plain is None:
        return None
    date = values.read_date(plain, entry.first("X-APPLE-OMIT-YEAR"))
    if date is None:
        reading.warn(f"{entry.name}: {plain[:100]!r} is not a day of a year")
        reading.keep(read_others.line_of(entry, reading.label(entry)))
    return date


def _gender(reading: _Reading, entry: Property) -> None:
    sex, _, words = entry.value.partition(";")
    said = (values.line(words) or values.line(sex) or "").lower()
    letter = (values.line(sex) or "").upper()
    found = said if said in GENDERS else _GENDER_OF.get(letter, "other" if words.strip() else None)
    reading.draft.gender = reading.draft.gender or found


def _address(reading: _Reading, entry: Property) -> None:
    box, extended, street, *rest = values.components(entry.value, 7)
    lines = _lines(values.unescape(", ".join(values.split(street, ","))))
    lines += [piece for piece in (_part(extended, ", "), _part(box, ", ")) if piece]
    locality, region, postcode, country = [_part(piece, ", ") for piece in rest]
    if not any((*lines, locality, region, postcode, country)):
        lines = _lines(entry.first("LABEL"))
        if not lines:
            return
    first, second, *below = [*lines, "", ""]
    third = ", ".join([piece for piece in below if piece])
    label = reading.label(entry)
    reading.draft.addresses.append(
        AddressDraft(first or None, second or None, third or None, locality, region, postcode, country, label)
    )


def _lines(text: str) -> list[str]:
    return [piece.strip() for piece in text.split("\n") if piece.strip()]


def _note(reading: _Reading, entry: Property) -> None:
    if found := values.text(entry.value):
        reading.notes.append(found)


def _tags(reading: _Reading, entry: Property) -> None:
    for piece in values.split(entry.value, ","):
        tag = values.line(piece)
        if len(reading.draft.tags) >= TAGS_MAX:
            reading.warn(f"CATEGORIES: more than {TAGS_MAX} tags, the rest was left out")
            return
        if tag and tag not in _SYSTEM_TAGS and tag not in reading.draft.tags:
            reading.draft.tags.append(tag)


def _language(reading: _Reading, entry: Property) -> None:
    if reading.draft.language is None or entry.first("PREF") == "1":
        reading.draft.language = values.line(entry.value)


def _uid(reading: _Reading, entry: Property) -> None:
    uid = values.line(entry.value)
    if uid:
        plain = uid[9:] if uid[:9].lower() == "urn:uuid:" else uid
        reading.draft.external_ids.append(("vcard", plain))


def _handle(reading: _Reading, entry: Property) -> None:
    found = read_handles.read_handle(entry, reading.labels)
    if found is None:
        return
    if found.is_primary and found.channel in reading.primary:
        found = read_handles.without_primary(found)
    if found.is_primary:
        reading.primary.add(found.channel)
    reading.draft.handles.append(found)


def _picture(reading: _Reading, entry: Property) -> None:
    found = read_pictures.read_picture(entry)
    if isinstance(found, str):
        reading.warn(found)
    elif found is not None:
        reading.draft.pictures.append(found)


def _show_as(reading: _Reading, entry: Property) -> None:
    reading.is_company = reading.is_company or entry.value.strip().upper() == "COMPANY"


def _address_label(reading: _Reading, entry: Property) -> None:
    """A whole address as text (2.1 and 3.0), which repeats the one beside it."""
    if not reading.draft.addresses:
        _other(reading, entry)


def _other(reading: _Reading, entry: Property) -> None:
    if read_others.is_binary(entry):
        reading.warn(f"{entry.name} is no text and was left out")
    else:
        reading.keep(read_others.line_of(entry, reading.label(entry)))


def _own(reading: _Reading, entry: Property) -> None:
    """What only our own cards say: see write.py."""
    draft, what = reading.draft, entry.name.removeprefix(OWN)
    if what == "DISPLAY-NAME":
        reading.has_own_display, reading.own_display = True, values.line(entry.value)
    elif what == "HOW-YOU-MET":
        draft.how_you_met = values.text(entry.value)
    elif what == "BIO":
        draft.bio = values.text(entry.value)
    elif what == "FOLLOWER":
        draft.is_follower = entry.value == "TRUE"
    elif what == "FOLDER" and (folder := values.line(entry.value)):
        draft.folders.append(folder)
    elif what == "OUTSIDE-ID":
        source, external_id = [values.line(piece) for piece in values.components(entry.value, 2)]
        if source and external_id:
            draft.external_ids.append((source, external_id))


_KINDS = ("KIND", "X-ADDRESSBOOKSERVER-KIND", "X-KIND")

_READERS: dict[str, Callable[[_Reading, Property], None]] = {
    "FN": _formatted_name,
    "N": _name,
    "NICKNAME": _nickname,
    "ORG": _employer,
    "TITLE": _job_title,
    "ROLE": _role,
    "BDAY": _birthday,
    "ANNIVERSARY": _anniversary,
    "X-ANNIVERSARY": _anniversary,
    "X-EVOLUTION-ANNIVERSARY": _anniversary,
    "X-ABDATE": _labelled_date,
    "GENDER": _gender,
    "X-GENDER": _gender,
    "ADR": _address,
    "LABEL": _address_label,
    "NOTE": _note,
    "CATEGORIES": _tags,
    "LANG": _language,
    "X-LANG": _language,
    "UID": _uid,
    "PHOTO": _picture,
    "X-ABSHOWAS": _show_as,
    **dict.fromkeys(("TEL", "EMAIL", "URL", "IMPP", "SOCIALPROFILE", "X-SOCIALPROFILE"), _handle),
    **dict.fromkeys(MESSENGERS, _handle),
    **dict.fromkeys(
        [OWN + what for what in ("DISPLAY-NAME", "HOW-YOU-MET", "BIO", "FOLLOWER", "FOLDER", "OUTSIDE-ID")],
        _own,
    ),
}
