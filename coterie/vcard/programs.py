"""Properties of Android, Outlook and Japanese phones for what vCard has no property for: nicknames, dates, relations,
an IM address, how a name is pronounced."""

import re
from collections.abc import Callable

from coterie.model.imports import DateDraft, HandleDraft
from coterie.vcard import read_names, read_others, related, values
from coterie.vcard.lines import Property
from coterie.vcard.reading import Reading

_ANDROID = re.compile(r"\s*vnd\.android\.cursor\.item/(?:[\w.-]*\.)?([\w-]+)\s*", re.IGNORECASE)
# ContactsContract.CommonDataKinds: the numbers of types; 0 is a free label
_EVENTS = {"1": "anniversary", "2": "other", "3": "birthday"}
_RELATIONS = {
    "1": "assistant", "2": "brother", "3": "child", "4": "domestic partner", "5": "father", "6": "friend",
    "7": "manager", "8": "mother", "9": "parent", "10": "partner", "11": "referred by", "12": "relative",
    "13": "sister", "14": "spouse",
}  # fmt: skip


def _android(reading: Reading, entry: Property) -> None:
    """X-ANDROID-CUSTOM:vnd.android.cursor.item/KIND;VALUE;TYPE;LABEL;… A kind without a field is a line of the note."""
    kind, *rest = [values.line(piece) or "" for piece in values.split(entry.value, ";")]
    match = _ANDROID.fullmatch(kind)
    value, type_, label = [*rest, "", "", ""][:3]
    if match is None or not value:
        pieces = [piece for piece in (kind if match is None else "", *rest) if piece]
        if pieces:
            reading.add_extra(f"Android: {', '.join(pieces)}")
        return
    read = {"nickname": _nickname, "contact_event": _event, "relation": _relation}.get(match[1].lower())
    if read is not None:
        read(reading, value, type_, label)
    else:
        name = match[1].replace("_", " ").capitalize()
        reading.add_extra(f"{name}: {', '.join(piece for piece in rest if piece)}")


def _nickname(reading: Reading, value: str, type_: str, label: str) -> None:
    read_names.add_nickname(reading, value)


def _event(reading: Reading, value: str, type_: str, label: str) -> None:
    name = label or _EVENTS.get(type_, "other")
    _add_date(reading, name, value)


def _relation(reading: Reading, value: str, type_: str, label: str) -> None:
    name = label or _RELATIONS.get(type_)
    line = f"Related ({name}): {value}" if name else f"Related: {value}"
    reading.add_extra(line)
    related.add_related(reading, name, value, None, line)


def _add_date(reading: Reading, label: str, value: str) -> None:
    date = values.read_date(value)
    if date is None:
        reading.warn(f"{label}: {value[:100]!r} is not a day of a year")
        reading.add_extra(f"{label.capitalize()}: {value}")
    elif label == "birthday" and reading.draft.birthday in (None, date):
        reading.draft.birthday = date
    else:
        reading.draft.dates.append(DateDraft(label, date))


def _ms_anniversary(reading: Reading, entry: Property) -> None:
    if value := values.line(entry.value):
        _add_date(reading, "anniversary", value)


def _ms_address(reading: Reading, entry: Property) -> None:
    if value := values.line(entry.value):
        reading.draft.handles.append(HandleDraft("other", value, "im"))
        reading.preferences.append(101)


def _sound(reading: Reading, entry: Property) -> None:
    """SOUND;X-IRMC-N is not a sound but the name in Kana, as the Infrared Mobile Communications of phones write it."""
    if not any(type_.upper() == "X-IRMC-N" for type_ in entry.parameters.get("TYPE", ())):
        read_others.read_other(reading, entry)
        return
    last, first, *rest = [values.line(piece) for piece in values.split(entry.value, ";")] + [None]
    for field, value in (("phonetic_last_name", last), ("phonetic_first_name", first)):
        if value and getattr(reading.draft, field) is None:
            setattr(reading.draft, field, value)
    if more := " ".join(piece for piece in rest if piece):
        reading.add_extra(f"Phonetic name: {more}")


READERS: dict[str, Callable[[Reading, Property], None]] = {
    "X-ANDROID-CUSTOM": _android,
    "SOUND": _sound,
    "X-MS-ANNIVERSARY": _ms_anniversary,
    "X-MS-IMADDRESS": _ms_address,
    "X-MS-CHILD": related.read_role("Child"),
    "X-MS-ASSISTANT": related.read_role("Assistant"),
}
