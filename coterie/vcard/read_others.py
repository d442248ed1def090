"""Properties without a field of their own: they become lines of the note, unless they are about the program."""

from coterie.vcard import values
from coterie.vcard.lines import Property
from coterie.vcard.reading import Reading

# What programs write for themselves; every other value is about the person
OF_PROGRAMS = frozenset((
    "BEGIN", "END", "VERSION", "PRODID", "REV", "CLIENTPIDMAP", "XML", "SOURCE", "NAME", "PROFILE", "MAILER", "CLASS",
    "SORT-STRING", "CREATED", "X-CREATED", "X-PRODID", "X-ABLABEL", "X-ABUID", "X-ABADR", "X-ABORDER", "X-IMAGETYPE",
    "X-IMAGEHASH", "X-MS-OL-DEFAULT-POSTAL-ADDRESS", "X-MS-OL-DESIGN", "X-MS-CARDPICTURE",
    "X-APPLE-SUBLOCALITY", "X-APPLE-SUBADMINISTRATIVEAREA", "X-SHARED-PHOTO-DISPLAY-PREF", "X-ACTIVITY-ALERT",
    "X-WALLPAPER", "X-EVOLUTION-FILE-AS", "X-EVOLUTION-WEBDAV-ETAG", "X-MOZILLA-HTML", "X-RADICALE-NAME",
    "X-COTERIE-REASON", "X-MICROSOFT-CDO-APPTYPE",
))  # fmt: skip
_BINARY = frozenset(("KEY", "LOGO", "SOUND"))
_LABELS = {
    "TZ": "Time zone", "GEO": "Position", "X-ABRELATEDNAMES": "Related", "BDAY": "Birthday", "CALURI": "Calendar",
    "FBURL": "Free and busy times", "ORG": "Organization", "X-EVOLUTION-ANNIVERSARY": "Anniversary", "X-ABDATE": "Date",
}  # fmt: skip


def read_other(reading: Reading, entry: Property) -> None:
    """Adds a property to the note. A key, logo or sound as bytes is skipped with a warning."""
    if is_binary(entry):
        reading.warn(f"{entry.name} is not text and was skipped")
    else:
        reading.add_extra(line_of(entry, reading.label(entry)))


def line_of(entry: Property, label: str | None) -> str | None:
    """The line of the note for a property, "Related (spouse): Maggie"; None if it is empty."""
    value = values.text(entry.value)
    if value is None or not value.strip(";, "):
        return None
    name = _LABELS.get(entry.name) or entry.name.removeprefix("X-").replace("-", " ").capitalize()
    return f"{name} ({label}): {value}" if label else f"{name}: {value}"


def is_binary(entry: Property) -> bool:
    """Whether a property holds bytes, not text or a link."""
    is_link = entry.value.strip()[:8].lower().startswith(("http://", "https://"))
    is_encoded = entry.first("ENCODING").upper() in ("B", "BASE64") or entry.value[:5].lower() == "data:"
    return not is_link and (entry.name in _BINARY or is_encoded)
