"""Puts values, as written in a file, into a draft. A value without a field goes to the note."""

import re
from collections.abc import Iterable
from functools import lru_cache

from coterie.imports.formats.dates import is_no_date, read_date
from coterie.imports.formats.fields import LABEL_LENGTH_MAX
from coterie.model.contacts import GENDERS, GRADES, split_name
from coterie.model.handles import INSTAGRAM, LINKEDIN, WEBSITE
from coterie.model.imports import AddressDraft, ContactDraft, DateDraft, HandleDraft, PictureDraft
from coterie.model.text import fold

# handles, tags, folders of one contact
COUNT_MAX = 200

_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*://)?(?:[a-z0-9-]+\.)*?(linkedin|instagram)\.com(?:[/?#]|$)", re.IGNORECASE)
_SERVICES = {
    "google talk": "xmpp", "gtalk": "xmpp", "jabber": "xmpp", "xmpp": "xmpp", "skype": "skype",
    "telegram": "telegram", "whatsapp": "whatsapp", "signal": "signal", "matrix": "matrix",
    "facebook": "facebook", "messenger": "facebook", "facebook messenger": "facebook",
    "instagram": "instagram", "twitter": "twitter", "x": "twitter",
    "mastodon": "mastodon", "github": "github",
}  # fmt: skip
# groups that every Google account has: they say nothing about a person
_SYSTEM_TAGS = (
    "mycontacts", "my contacts", "starred", "other contacts", "starred in android", "suggested contacts",
)  # fmt: skip


def put_text(draft: ContactDraft, name: str, value: str, header: str) -> None:
    """Sets a text field. A second, different value becomes a line of the note."""
    if getattr(draft, name) is None:
        setattr(draft, name, value)
    elif getattr(draft, name) != value:
        put_extra(draft, header, value)


def put_name(draft: ContactDraft, value: str) -> None:
    """Splits a whole name and sets the parts that are not set."""
    for name, part in split_name(value).items():
        if part and getattr(draft, name) is None:
            setattr(draft, name, part)


def put_handles(
    draft: ContactDraft, channel: str, values: Iterable[str], label: str | None, *, is_primary: bool = False
) -> None:
    """Adds handles, 200 at most. Blank and repeated values are dropped; only the first can be primary."""
    for value in values:
        plain = value.strip()
        if not plain:
            continue
        if len(draft.handles) >= COUNT_MAX:
            draft.warnings.append(f"More than {COUNT_MAX} handles of one contact; the rest was skipped")
            return
        if not any(handle.value == plain and handle.channel == channel for handle in draft.handles):
            draft.handles.append(HandleDraft(channel, plain, clean_label(label), is_primary))
            is_primary = False


def put_link(draft: ContactDraft, value: str, label: str | None, *, is_primary: bool = False) -> None:
    """Adds a link on the channel of its host: linkedin, instagram, otherwise website."""
    host = _HOST.match(value.strip())
    channel = WEBSITE if host is None else LINKEDIN if host[1].lower() == "linkedin" else INSTAGRAM
    repeats_channel = channel != WEBSITE and fold(label or "") == channel
    put_handles(draft, channel, [value], None if repeats_channel else label, is_primary=is_primary)


def put_message_name(draft: ContactDraft, service: str, value: str, label: str | None) -> None:
    """Adds a name on a messenger. An unknown service becomes the label of a handle on the channel "other"."""
    channel = _SERVICES.get(fold(service), "other")
    put_handles(draft, channel, [value], (service or label) if channel == "other" else label)


def put_birthday(draft: ContactDraft, value: str, *, day_first: bool = False) -> None:
    """Sets the birthday. A value that is not a date becomes a warning."""
    if not is_no_date(value):
        draft.birthday = read_date(value, day_first=day_first) or draft.birthday
        if draft.birthday is None:
            draft.warnings.append(f"The birthday is not a date: {value[:100]}")


def put_date(draft: ContactDraft, label: str, value: str, *, day_first: bool = False) -> None:
    """Adds a date; one labelled "Birthday" is the birthday. A value that is not a date becomes a warning."""
    if fold(label) == "birthday" and draft.birthday is None:
        put_birthday(draft, value, day_first=day_first)
    elif not is_no_date(value):
        if occurs_on := read_date(value, day_first=day_first):
            draft.dates.append(DateDraft(label.strip()[:LABEL_LENGTH_MAX] or "other", occurs_on))
        else:
            draft.warnings.append(f"{label.strip() or 'A date'} is not a date: {value[:100]}")


def put_gender(draft: ContactDraft, value: str) -> None:
    """Sets the gender. "Unspecified" is ignored; a value that is not one of ours becomes a line of the note."""
    plain = {"m": "male", "f": "female", "nonbinary": "non-binary"}.get(fold(value), fold(value))
    if plain in GENDERS:
        draft.gender = plain
    elif plain != "unspecified":
        put_extra(draft, "Gender", value)


def put_grade(draft: ContactDraft, value: str) -> None:
    """Sets how close the contact is. Anything but a whole number from 0 to 5 becomes a warning."""
    if value.isascii() and value.isdigit() and int(value[:9]) in GRADES:
        draft.relationship_grade = int(value)
    else:
        draft.warnings.append(f"The relationship type is not 0 to 5 and was skipped: {value[:100]}")


def put_picture(draft: ContactDraft, value: str) -> None:
    """Adds a picture by its web address. Anything else becomes a warning."""
    if value.lower().startswith(("http://", "https://")):
        draft.pictures.append(PictureDraft(url=value))
    else:
        draft.warnings.append(f"The picture is not a web address: {value[:100]}")


def put_tags(draft: ContactDraft, values: Iterable[str]) -> None:
    """Adds tags, 200 at most. Google's own groups (* myContacts, * starred) and repeated tags are dropped."""
    for value in values:
        tag = value.strip().removeprefix("*").strip()
        if tag and fold(tag) not in _SYSTEM_TAGS and tag not in draft.tags and len(draft.tags) < COUNT_MAX:
            draft.tags.append(tag)


def put_folders(draft: ContactDraft, values: Iterable[str]) -> None:
    """Adds folders, 200 at most. Repeated ones are dropped."""
    for value in values:
        folder = value.strip()
        if folder and folder not in draft.folders and len(draft.folders) < COUNT_MAX:
            draft.folders.append(folder)


def put_note(draft: ContactDraft, value: str) -> None:
    """Adds a paragraph to the note."""
    draft.note = f"{draft.note}\n\n{value}" if draft.note else value


def put_extra(draft: ContactDraft, label: str, value: str) -> None:
    """Adds a line "label: value" to the note."""
    line = f"{label.strip()}: {value}" if label.strip() else value
    draft.note = f"{draft.note}\n{line}" if draft.note else line


@lru_cache(maxsize=1024)
def clean_label(label: str | None) -> str | None:
    """A label in lower case without the star that marks a primary value. "internet" and "smtp" mean nothing."""
    plain = " ".join((label or "").strip().removeprefix("*").lower().split())
    plain = {"business": "work", "cell": "mobile", "cellular": "mobile"}.get(plain, plain)
    return plain[:LABEL_LENGTH_MAX] if plain and plain not in ("internet", "smtp", "custom") else None


def lines_of_address(text: str, label: str | None) -> AddressDraft | None:
    """An address that is one text: its first three lines, the rest joined to the third. None if it is blank."""
    lines = [line.strip(" ,") for line in text.splitlines() if line.strip(" ,")]
    if not lines:
        return None
    second = lines[1] if len(lines) > 1 else None
    return AddressDraft(lines[0], second, ", ".join(lines[2:]) or None, label=label)
