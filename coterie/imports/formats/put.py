"""Puts values, as written in a file, into a draft. A value without a field goes to the note."""

import re
from collections.abc import Iterable
from functools import lru_cache

from coterie.imports.formats.gender_words import GENDER_OF, UNSPECIFIED
from coterie.model.contacts import GENDERS, GRADES
from coterie.model.groups import is_system_group
from coterie.model.handles import INSTAGRAM, LABEL_LENGTH_MAX, LINKEDIN, WEBSITE
from coterie.model.imports import ContactDraft, DateDraft, HandleDraft, PictureDraft
from coterie.model.names import NAME_PARTS, formatted_name, is_same_name, split_name
from coterie.model.related_people import NAME_LENGTH_MAX, RelatedDraft, find_type
from coterie.model.text import fold, words
from coterie.model.written_dates import is_no_date, read_date

# handles, tags, folders of one contact
COUNT_MAX = 200
# the words of labels that programs offer
_USUAL_LABELS = frozenset((
    "work", "home", "mobile", "other", "main", "fax", "pager", "phone", "number", "email", "address", "car", "company",
    "private", "personal", "school", "assistant", "radio", "telex", "isdn", "callback", "tty", "google", "voice",
    "homepage", "home-page", "profile", "blog", "ftp", "im", "billing", "delivery",
))  # fmt: skip
_HONORIFICS = frozenset((
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev", "herr", "frau", "m", "mme",
    "mlle", "sr", "sra", "don", "dona", "sig", "dott",
))  # fmt: skip
_NAME_FIELDS = (*NAME_PARTS, "display_name", "nickname")

_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*://)?(?:[a-z0-9-]+\.)*?(linkedin|instagram)\.com(?:[/?#]|$)", re.IGNORECASE)
_SERVICES = {
    "google talk": "xmpp", "gtalk": "xmpp", "jabber": "xmpp", "xmpp": "xmpp", "skype": "skype",
    "telegram": "telegram", "whatsapp": "whatsapp", "signal": "signal", "matrix": "matrix",
    "facebook": "facebook", "messenger": "facebook", "facebook messenger": "facebook",
    "instagram": "instagram", "twitter": "twitter", "x": "twitter",
    "mastodon": "mastodon", "github": "github",
}  # fmt: skip


def put_text(draft: ContactDraft, name: str, value: str, header: str) -> None:
    """Sets a text field. A second, different value becomes a line of the note."""
    if getattr(draft, name) is None:
        setattr(draft, name, value)
    elif getattr(draft, name) != value:
        put_extra(draft, header, value)


def put_name(draft: ContactDraft, value: str) -> None:
    """Splits a whole name and sets the parts that are not set. A maiden name and a nickname have their own fields.

    The text is the full name as written, unless parts that were set say something else: then it is the display name
    if the parts do not say everything. A telephone number is the display name only.
    """
    if not any(map(str.isalpha, value)):
        put_text(draft, "display_name", value, "Name")
        return
    split = split_name(value)
    is_whole = draft.composed_name is None
    for name, part in split.parts.items():
        if part and getattr(draft, name) is None:
            setattr(draft, name, part)
    if split.nickname:
        put_text(draft, "nickname", split.nickname, "Nickname")
    if is_whole or is_same_name(value, draft.composed_name or ""):
        draft.formatted_name = formatted_name(value, draft.composed_name)
    elif not split.maiden_name and not set(words(value)) <= {
        word for name in _NAME_FIELDS for word in words(getattr(draft, name) or "")
    }:
        put_text(draft, "display_name", value, "Name")
    if split.maiden_name:
        put_text(draft, "maiden_name", split.maiden_name, "Maiden name")


def put_title(draft: ContactDraft, value: str, header: str) -> None:
    """Sets the title before a name, such as Dr. or Frau, after a salutation; any other is the job title."""
    is_honorific = fold(value).rstrip(".") in _HONORIFICS or value.endswith(".")
    if is_honorific and draft.name_prefix and value not in draft.name_prefix.split():
        draft.name_prefix = f"{draft.name_prefix} {value}"
    else:
        put_text(draft, "name_prefix" if is_honorific else "job_title", value, header)


def put_handles(
    draft: ContactDraft, channel: str, values: Iterable[str], label: str | None, *, is_primary: bool = False
) -> None:
    """Adds handles, 200 at most; the others go to the note. Blank and repeated values are dropped.

    Only the first can be primary.
    """
    rest = []
    for value in values:
        plain = value.strip()
        if not plain:
            continue
        if len(draft.handles) >= COUNT_MAX:
            rest.append(plain)
        elif not any(handle.value == plain and handle.channel == channel for handle in draft.handles):
            draft.handles.append(HandleDraft(channel, plain, clean_label(label), is_primary))
            is_primary = False
    if rest:
        draft.warnings.append(f"More than {COUNT_MAX} handles of one contact; the rest is in the note")
        put_extra(draft, channel.capitalize(), ", ".join(rest))


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


def put_birthday(draft: ContactDraft, value: str, label: str = "Birthday", *, day_first: bool = False) -> None:
    """Sets the birthday. A value that is not a date becomes a warning and a line of the note, as does a second date."""
    if is_no_date(value):
        return
    date = read_date(value, day_first=day_first)
    if date is None:
        draft.warnings.append(f"The birthday is not a date: {value[:100]}")
    if date is None or draft.birthday not in (None, date):
        put_extra(draft, label, value)
    else:
        draft.birthday = date


def put_date(draft: ContactDraft, label: str, value: str, *, day_first: bool = False) -> None:
    """Adds a date; one labelled "Birthday" is the birthday. A value that is not a date becomes a warning and a line
    of the note."""
    if fold(label) == "birthday" and draft.birthday is None:
        put_birthday(draft, value, day_first=day_first)
    elif not is_no_date(value):
        if occurs_on := read_date(value, day_first=day_first):
            draft.dates.append(DateDraft(label.strip()[:LABEL_LENGTH_MAX] or "other", occurs_on))
        else:
            draft.warnings.append(f"{label.strip() or 'A date'} is not a date: {value[:100]}")
            put_extra(draft, label.strip().capitalize() or "Date", value)


def put_gender(draft: ContactDraft, value: str) -> None:
    """Sets the gender, a word of some twenty languages. "Unspecified" is ignored; a value that is not one of ours
    becomes a line of the note."""
    plain = GENDER_OF.get(fold(value), fold(value))
    if plain in GENDERS and draft.gender in (None, plain):
        draft.gender = plain
    elif plain != UNSPECIFIED:
        put_extra(draft, "Gender", value)


def put_related(draft: ContactDraft, label: str, value: str) -> None:
    """Adds a related person, also as a line of the note until the import creates a relationship from it."""
    before = draft.note or ""
    put_extra(draft, label, value)
    line = (draft.note or "")[len(before) :].removeprefix("\n")
    if find_type(label) and len(value) <= NAME_LENGTH_MAX and "\n" not in line and len(draft.related) < COUNT_MAX:
        draft.related.append(RelatedDraft(label.strip(), value, None, line))


def put_grade(draft: ContactDraft, value: str) -> None:
    """Sets how close the contact is. Anything but 0 to 5 becomes a warning and a line of the note."""
    if value.isascii() and value.isdigit() and int(value[:9]) in GRADES:
        draft.relationship_grade = int(value)
    else:
        draft.warnings.append(f"The relationship type is not 0 to 5 and was skipped: {value[:100]}")
        put_extra(draft, "Relationship type", value)


def put_picture(draft: ContactDraft, value: str) -> None:
    """Adds a picture by its web address. Anything else becomes a warning and a line of the note."""
    if value.lower().startswith(("http://", "https://")):
        draft.pictures.append(PictureDraft(url=value))
    else:
        draft.warnings.append(f"The picture is not a web address: {value[:100]}")
        put_extra(draft, "Picture", value)


def put_tags(draft: ContactDraft, values: Iterable[str]) -> None:
    """Adds tags. Groups that programs make for every account (* myContacts, * starred) are dropped."""
    plain = [value.strip().removeprefix("*").strip() for value in values]
    _put_names(draft, draft.tags, [tag for tag in plain if not is_system_group(tag)], "Tag")


def put_folders(draft: ContactDraft, values: Iterable[str]) -> None:
    _put_names(draft, draft.folders, [value.strip() for value in values], "Folder")


def _put_names(draft: ContactDraft, names: list[str], values: Iterable[str], label: str) -> None:
    """Adds names that are not there, 200 at most; the others go to the note."""
    rest: list[str] = []
    for value in values:
        if value and value not in names:
            (names if len(names) < COUNT_MAX else rest).append(value)
    if rest:
        put_extra(draft, label, ", ".join(rest))


def put_note(draft: ContactDraft, value: str) -> None:
    """Adds a paragraph to the note."""
    draft.note = f"{draft.note}\n\n{value}" if draft.note else value


def put_extra(draft: ContactDraft, label: str, value: str) -> None:
    """Adds a line "label: value" to the note."""
    line = f"{label.strip()}: {value}" if label.strip() else value
    draft.note = f"{draft.note}\n{line}" if draft.note else line


@lru_cache(maxsize=1024)
def clean_label(label: str | None) -> str | None:
    """A label without the star that marks a primary value: one that programs use in lower case, any other as written.

    "internet" and "smtp" mean nothing.
    """
    written = " ".join((label or "").strip().removeprefix("*").split())
    plain = {"business": "work", "cell": "mobile", "cellular": "mobile"}.get(written.lower(), written.lower())
    if not plain or plain in ("internet", "smtp", "custom"):
        return None
    return (plain if set(plain.split()) <= _USUAL_LABELS else written)[:LABEL_LENGTH_MAX]
