"""Cards: how a contact is named, tagged and synchronized over CardDAV (docs/decisions/0042)."""

import hashlib
import uuid
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from coterie.model.handles import INSTAGRAM
from coterie.model.ids import parse_id
from coterie.model.imports import UID_SOURCE
from coterie.model.organizations import Caller

# A contact that only these doors touched is audience: phones do not see it. Imports decide row by row.
IMPERSONAL_DOORS = frozenset(("instagram", "inro", "import", "worker"))
ALL_CONTACTS = "contacts"
HREF_BYTES_MAX = 255
TOKEN_PREFIX = "data:,"  # noqa: S105  # not a secret: a sync token must be a URI (RFC 6578, section 4)
_CHECK_LENGTH = 12


class CardRef(NamedTuple):
    """A card of the book: its name, contact (None for a group), change number and the moment of that change."""

    href: str
    contact_id: int | None
    revision: int
    changed_at: str


def is_on_phones(
    caller: Caller, *, channels: Collection[str], sources: Collection[str], has_address: bool = False
) -> bool:
    """Whether phones see a contact that this caller creates, or gives these parts.

    They see it if a person adds it, or an import that has more than an Instagram account. channels: of its handles;
    sources: of its external ids.
    """
    if caller.via not in IMPERSONAL_DOORS:
        return True
    return caller.import_id is not None and (set(channels) != {INSTAGRAM} or has_address or UID_SOURCE in sources)


def default_href(contact_uuid: str) -> str:
    """The name of a card that no device named."""
    return f"{contact_uuid}.vcf"


def contact_uuid_of(href: str) -> str | None:
    """The contact whose default name this is; None if it is another name."""
    stem = href.removesuffix(".vcf")
    if stem == href or len(stem) != 36:
        return None
    return stem if parse_id(stem) == stem else None


def etag_of(card: CardRef) -> str:
    """The ETag, in quotes. The moment is in it because a restored backup gives the same change numbers again."""
    return f'"{card.revision}-{check_of(card.changed_at)[:8]}"'


def check_of(text: str) -> str:
    """The first characters of a text's digest, to compare it with another."""
    return hashlib.sha256(text.encode()).hexdigest()[:_CHECK_LENGTH]


@lru_cache
def membership_uuid(organization_uuid: str, user_id: str) -> str:
    """The name of a member in URLs: one user in two organizations has two address books."""
    return str(uuid.uuid5(uuid.UUID(organization_uuid), user_id))


def make_token(book_uuid: str, revision: int, history: str) -> str:
    """A sync token: everything up to a change number. history: the moment of the last event up to it."""
    return f"{TOKEN_PREFIX}{book_uuid}_{revision}_{check_of(history)}"


def parse_token(token: str, book_uuid: str) -> tuple[int, str] | None:
    """(change number, check of the history) of a token of this book; None if it is not one."""
    parts = token.removeprefix(TOKEN_PREFIX).split("_")
    if not token.startswith(TOKEN_PREFIX) or len(parts) != 3 or parts[0] != book_uuid:
        return None
    number = parts[1]
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    return int(number), parts[2]
