"""Folders: named, colored collections of contacts."""

from msgspec import Struct

COLORS = ("yellow", "red", "green", "blue", "purple", "pink", "orange")
NAME_LENGTH_MAX = 200
FOLDERS_MAX = 2_000


class Folder(Struct, frozen=True):
    id: int
    name: str
    color: str | None
    contact_count: int
    created_at: str
    updated_at: str
