"""Contacts: people an organization knows, and how they are named."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from coterie.model.text import sort_key

SUBSCRIBED = "subscribed"
OPTOUT = "optout"
STATUSES = (SUBSCRIBED, OPTOUT)
GENDERS = ("male", "female", "transgender", "non-binary", "other")
GRADES = range(6)

SPLIT_LENGTH_MAX = 1_000
NAME_PARTS = ("name_prefix", "first_name", "middle_name", "last_name", "name_suffix")

# Text columns of a contact that are stored as given: name -> maximum length
TEXTS = {
    "display_name": 300, "name_prefix": 100, "first_name": 200, "middle_name": 200, "last_name": 200,
    "name_suffix": 100, "nickname": 200, "gender": 20, "birthday": 40, "employer": 300, "job_title": 300,
    "how_you_met": 5000, "status": 20, "language": 35, "bio": 5000, "profile_picture_url": 2000,
}  # fmt: skip


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
    nickname: str | None
    gender: str | None
    birthday: str | None
    employer: str | None
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
    def full_name(self) -> str | None:
        """The parts of the real name as one text, or None if all are missing."""
        return join_name(self.name_prefix, self.first_name, self.middle_name, self.last_name, self.name_suffix)

    @property
    def name(self) -> str | None:
        """The display name, else the full name, else the nickname."""
        return self.display_name or self.full_name or self.nickname


def join_name(
    prefix: str | None, first: str | None, middle: str | None, last: str | None, suffix: str | None
) -> str | None:
    """The parts of a name as one text, or None if all are missing."""
    return " ".join(filter(None, (prefix, first, middle, last, suffix))) or None


def split_name(text: str) -> dict[str, str | None]:
    """Splits a name into its five parts (nameparser); missing parts are None.

    Every name is accepted: a text that nameparser cannot split, or longer than 1,000 characters, is the first name.
    """
    parts, maiden_name = split_name_and_maiden(text)
    # a contact has no field for a maiden name, and the text must not lose it
    return _unsplit(text) if maiden_name else parts


def split_name_and_maiden(text: str) -> tuple[dict[str, str | None], str | None]:
    """(the parts of a name, the maiden name): "Anne Wold (geb. Falk)" gives Anne, Wold and Falk."""
    from nameparser import HumanName  # lazy: 25 ms, and a start parses no name

    plain = " ".join(text.split())
    if len(plain) > SPLIT_LENGTH_MAX:  # nameparser takes quadratic time
        return _unsplit(text), None
    parsed = HumanName(plain)
    parts = {
        "name_prefix": parsed.title or None,
        "first_name": parsed.first or None,
        "middle_name": parsed.middle or None,
        "last_name": parsed.last or None,
        "name_suffix": parsed.suffix or None,
    }
    if parsed.nickname or not (parts["first_name"] or (parsed.maiden and parts["last_name"])):
        # a nickname in quotes would be lost, and a title alone ("Dr") is a name
        return _unsplit(text), None
    return parts, parsed.maiden or None


def _unsplit(text: str) -> dict[str, str | None]:
    return dict.fromkeys(NAME_PARTS) | {"first_name": " ".join(text.split()) or None}


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
KEYS_OF = {
    **dict.fromkeys(NAME_PARTS, ("name_key", "real_name_key")),
    **dict.fromkeys(("display_name", "nickname"), ("name_key",)),
    **{name: (f"{name}_key",) for name in ("username", "email", "phone", "website", "bio")},
    "pinned_note": ("note_key",),
}


def sort_keys(contact: Contact, names: Iterable[str] = _SORT_VALUES) -> dict[str, str]:
    """The sort keys of a contact: all of them, or those named."""
    return {name: sort_key(_SORT_VALUES[name](contact)) for name in names}
