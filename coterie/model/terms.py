"""Tags and expertises: an organization's two vocabularies of terms for its contacts. Both work alike.

A tag is a free word, for contacts and notes; an expertise is a field a contact knows about. Within a vocabulary the
folded names of all terms are unique, deleted terms included.
"""

from msgspec import Struct

from coterie.errors import invalid
from coterie.model.text import identity_key

NAME_LENGTH_MAX = 200
TERMS_MAX = 10_000
TERMS_OF_CONTACT_MAX = 500


class Term(Struct, frozen=True):
    """One term of a vocabulary. contact_count: the contacts that have it and are not deleted."""

    id: str
    name: str
    contact_count: int
    created_at: str
    updated_at: str
    deleted_at: str | None


Tag = Term


class Vocabulary(Struct, frozen=True):
    """One of the two vocabularies: its noun and its tables."""

    noun: str
    table: str
    link_table: str
    link_column: str


TAGS = Vocabulary("tag", "tags", "contact_tags", "tag_id")
EXPERTISES = Vocabulary("expertise", "expertises", "contact_expertises", "expertise_id")


def parse_name(text: str) -> str:
    """A name without surrounding space. Raises Invalid if it is empty or longer than 200 characters."""
    name = text.strip()
    if not name:
        raise invalid("name", "is empty", kind="blank")
    if len(name) > NAME_LENGTH_MAX:
        raise invalid("name", f"is longer than {NAME_LENGTH_MAX} characters", kind="too_long")
    return name


def name_key(name: str) -> str:
    """The key by which two names are the same (model.text.identity_key). A name of nothing but accents is its own."""
    return identity_key(name)[:NAME_LENGTH_MAX] or name
