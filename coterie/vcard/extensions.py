"""Our own X-COTERIE properties, for values that no version of vCard can express. Other programs ignore them."""

from collections.abc import Callable

from coterie.vcard import values
from coterie.vcard.lines import Property
from coterie.vcard.reading import Reading

PREFIX = "X-COTERIE-"


def _display_name(reading: Reading, entry: Property) -> None:
    reading.has_own_display, reading.own_display = True, values.line(entry.value)


def _full_name(reading: Reading, entry: Property) -> None:
    reading.own_full = values.text(entry.value)


def _department(reading: Reading, entry: Property) -> None:
    reading.draft.department = values.line(entry.value)


def _text(field: str, label: str) -> Callable[[Reading, Property], None]:
    """The reader of a text. A second, different one becomes a line of the note."""

    def read(reading: Reading, entry: Property) -> None:
        value, before = values.text(entry.value), getattr(reading.draft, field)
        if value and before not in (None, value):
            reading.add_extra(f"{label}: {value}")
        setattr(reading.draft, field, before or value)

    return read


def _follower(reading: Reading, entry: Property) -> None:
    reading.draft.is_follower = entry.value == "TRUE"


def _folder(reading: Reading, entry: Property) -> None:
    if folder := values.line(entry.value):
        reading.draft.folders.append(folder)


def _external_id(reading: Reading, entry: Property) -> None:
    source, external_id = [values.line(piece) for piece in values.components(entry.value, 2)]
    if source and external_id:
        reading.draft.external_ids.append((source, external_id))


READERS: dict[str, Callable[[Reading, Property], None]] = {
    PREFIX + "DISPLAY-NAME": _display_name,
    PREFIX + "FULL-NAME": _full_name,
    PREFIX + "DEPARTMENT": _department,
    PREFIX + "HOW-YOU-MET": _text("how_you_met", "How you met"),
    PREFIX + "BIO": _text("bio", "Bio"),
    PREFIX + "FOLLOWER": _follower,
    PREFIX + "FOLDER": _folder,
    # published under this name
    PREFIX + "OUTSIDE-ID": _external_id,
}
