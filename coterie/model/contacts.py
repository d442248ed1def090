"""Contacts: the people of an organization, and their names."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from coterie.model.names import NAME_COLUMNS, NAME_PARTS, is_inverted, join_name
from coterie.model.text import sort_key
from coterie.model.words import stored_words

SUBSCRIBED = "subscribed"
OPTOUT = "optout"
STATUSES = (SUBSCRIBED, OPTOUT)
GENDERS = ("male", "female", "transgender", "non-binary", "other")
GRADES = range(6)

# Text columns of a contact that are stored as given: name -> maximum length
TEXTS = {
    "display_name": 300, "name_prefix": 100, "first_name": 200, "middle_name": 200, "last_name": 200,
    "name_suffix": 100, "formatted_name": 500, "phonetic_first_name": 200, "phonetic_last_name": 200,
    "maiden_name": 200, "nickname": 200, "gender": 20, "birthday": 40, "employer": 300, "department": 300,
    "job_title": 300, "how_you_met": 5000, "status": 20, "language": 35, "bio": 5000, "profile_picture_url": 2000,
}  # fmt: skip


# a list shows the first of these that a contact has
SHOWN_BY = ("name", "username", "employer", "email", "phone")


class Contact(Struct, frozen=True):
    """One contact with the summary of its parts, its fields in the order of the columns."""

    id: int
    uuid: str
    display_name: str | None
    name_prefix: str | None
    first_name: str | None
    middle_name: str | None
    last_name: str | None
    name_suffix: str | None
    # the full name as written, where the parts do not compose to it
    formatted_name: str | None
    phonetic_first_name: str | None
    phonetic_last_name: str | None
    maiden_name: str | None
    nickname: str | None
    gender: str | None
    birthday: str | None
    employer: str | None
    department: str | None
    job_title: str | None
    how_you_met: str | None
    relationship_grade: int | None
    status: str
    language: str | None
    bio: str | None
    profile_picture_url: str | None
    is_follower: bool | None
    created_at: str
    updated_at: str
    deleted_at: str | None
    # moves with every change a client can see (docs/decisions/0028-revisions.md)
    revision: int
    username: str | None
    email: str | None
    phone: str | None
    website: str | None
    linkedin_url: str | None
    pinned_note: str | None
    follower_count: int | None
    follower_growth: int | None

    @property
    def composed_name(self) -> str | None:
        """The parts of the real name as one text, or None if all are missing."""
        return join_name(self.name_prefix, self.first_name, self.middle_name, self.last_name, self.name_suffix)

    @property
    def full_name(self) -> str | None:
        """The real name as written, otherwise composed of its parts; None if there is neither."""
        return self.formatted_name or self.composed_name

    @property
    def shown_name(self) -> str | None:
        """The name, or what a list shows in its place: a handle, the employer, an address or a number."""
        return next(filter(None, (getattr(self, name) for name in SHOWN_BY)), None)

    @property
    def name(self) -> str | None:
        """The display name, else the full name (composed if "Berg, Ole" is written), else the nickname."""
        return self.display_name or self._full_name_in_order() or self.nickname

    def _full_name_in_order(self) -> str | None:
        written = self.formatted_name
        return self.composed_name if written is None or is_inverted(written, self.last_name) else written


def with_current_name(before: Contact, after: Contact) -> Contact:
    """The changed contact without the full name as written, if a part of the name changed and that did not."""
    if after.formatted_name is None or after.formatted_name != before.formatted_name:
        return after
    is_current = all(getattr(before, name) == getattr(after, name) for name in NAME_PARTS)
    return after if is_current else replace(after, formatted_name=None)


# column of words (model/words.py) -> the text it is of; name_words is of all names
WORDS = {
    f"{name}_words": name
    for name in ("first_name", "last_name", "nickname", "employer", "department", "job_title", "how_you_met", "bio")
}
NAMED_BY = (
    "display_name", "formatted_name", "nickname", "maiden_name", "phonetic_first_name", "phonetic_last_name",
)  # fmt: skip


def birthday_day(birthday: str | None) -> str:
    """MM-DD of a birthday, "" for none."""
    return birthday[-5:] if birthday else ""


def word_columns(row: Mapping[str, Any], composed_name: str | None) -> dict[str, str]:
    """The columns of a contact's row by which filters find it."""
    names = (row[name] for name in NAMED_BY)
    return {
        "birthday_day": birthday_day(row["birthday"]),
        "name_words": stored_words(composed_name, *names),
        **{column: stored_words(text) if (text := row[name]) else "" for column, name in WORDS.items()},
    }


def _name_words(contact: Contact) -> str:
    return stored_words(contact.composed_name, *(getattr(contact, name) for name in NAMED_BY))


_SORT_VALUES: dict[str, Callable[[Contact], str | None]] = {
    "name_key": lambda contact: contact.name,
    "real_name_key": lambda contact: contact.full_name,
    "username_key": lambda contact: contact.username,
    "email_key": lambda contact: contact.email,
    "phone_key": lambda contact: contact.phone,
    "website_key": lambda contact: contact.website,
    "note_key": lambda contact: contact.pinned_note,
    "bio_key": lambda contact: contact.bio,
}
# column -> the sort keys computed from it
KEYS_OF: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(NAME_COLUMNS, ("name_key", "real_name_key", "shown_key")),
    **dict.fromkeys(("display_name", "nickname"), ("name_key", "shown_key")),
    **{name: (f"{name}_key", "shown_key") for name in ("username", "email", "phone")},
    **{name: (f"{name}_key",) for name in ("website", "bio")},
    "pinned_note": ("note_key",),
    "employer": ("shown_key",),
}
for _name in (*NAME_PARTS, *NAMED_BY):
    KEYS_OF[_name] = (*KEYS_OF.get(_name, ()), "name_words")
KEYS_OF["birthday"] = ("birthday_day",)
for _column, _name in WORDS.items():
    KEYS_OF[_name] = (*KEYS_OF.get(_name, ()), _column)


def sort_keys(contact: Contact, names: Iterable[str] | None = None) -> dict[str, str]:
    """The sort keys of a contact and the columns by which filters find it: all of them, or those named."""
    keys = (*_SORT_VALUES, "shown_key", "name_words", "birthday_day", *WORDS) if names is None else names
    return {name: _key_of(contact, name) for name in keys}


def _key_of(contact: Contact, name: str) -> str:
    if name == "birthday_day":
        return birthday_day(contact.birthday)
    if name == "shown_key":
        return next(filter(None, (sort_key(getattr(contact, each)) for each in SHOWN_BY)), "")
    if name in WORDS:
        return stored_words(getattr(contact, WORDS[name]))
    return _name_words(contact) if name == "name_words" else sort_key(_SORT_VALUES[name](contact))
