"""Gifts: ideas for a contact, gifts given, and gifts received."""

from msgspec import Struct

STATUSES = ("potential", "given", "received")
NAME_LENGTH_MAX = 300
LINK_LENGTH_MAX = 2000
GIFTS_MAX = 2000


class Gift(Struct, frozen=True):
    contact_id: int
    id: str
    name: str
    link: str | None
    status: str
    created_at: str
    updated_at: str
    deleted_at: str | None
