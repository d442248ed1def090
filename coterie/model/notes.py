"""Notes: texts users write about contacts; one of a contact's notes may be pinned (Inrō's `notes`)."""

from msgspec import Struct

TEXT_LENGTH_MAX = 100_000


class Note(Struct, frozen=True):
    id: str
    author_id: str | None
    text: str
    is_personal: bool
    is_pinned: bool
    created_at: str
    updated_at: str
    deleted_at: str | None
