"""Segments: saved filters of an organization."""

from msgspec import Struct

from coterie.errors import invalid
from coterie.model.filters.tree import Filter
from coterie.model.text import identity_key

NAME_LENGTH_MAX = 200
SEGMENTS_MAX = 500


class Segment(Struct, frozen=True):
    """filter: with ids in place of names. created_by: the id of the user who created it."""

    id: int
    name: str
    filter: Filter
    created_by: str | None
    created_at: str
    updated_at: str


def parse_name(text: str) -> str:
    """A name without surrounding space. Raises Invalid if it is empty, too long, or contains a NUL character."""
    name = text.strip()
    if not name:
        raise invalid("name", "is empty", kind="blank")
    if len(name) > NAME_LENGTH_MAX:
        raise invalid("name", f"is longer than {NAME_LENGTH_MAX} characters", kind="too_long")
    if "\0" in name:
        raise invalid("name", "contains a NUL character")
    return name


def name_key(name: str) -> str:
    """The key by which two names are the same."""
    return identity_key(name) or name
