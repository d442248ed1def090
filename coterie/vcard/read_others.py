"""Properties that have no field here: lines of the note, unless they say nothing of the person."""

from coterie.vcard import values
from coterie.vcard.lines import Property

# What programs write for themselves. Anything else with a value is somebody's.
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
    "TZ": "Time zone", "GEO": "Position", "X-ABRELATEDNAMES": "Related", "X-SPOUSE": "Spouse", "BDAY": "Birthday",
    "X-EVOLUTION-SPOUSE": "Spouse", "CALURI": "Calendar", "FBURL": "Free and busy times", "ORG": "Organization",
    "X-EVOLUTION-ANNIVERSARY": "Anniversary", "X-ABDATE": "Date", "X-MAIDENNAME": "Maiden name",
}  # fmt: skip


def line_of(entry: Property, label: str | None) -> str | None:
    """The line of the note that keeps a property, "Related (spouse): Maggie"; None where it holds nothing."""
    value = values.text(entry.value)
    if value is None or not value.strip(";, "):
        return None
    name = _LABELS.get(entry.name) or entry.name.removeprefix("X-").replace("-", " ").capitalize()
    return f"{name} ({label}): {value}" if label else f"{name}: {value}"


def is_binary(entry: Property) -> bool:
    """A key, a logo, a sound as bytes: nothing to read."""
    is_link = entry.value.strip()[:8].lower().startswith(("http://", "https://"))
    is_encoded = entry.first("ENCODING").upper() in ("B", "BASE64") or entry.value[:5].lower() == "data:"
    return not is_link and (entry.name in _BINARY or is_encoded)
