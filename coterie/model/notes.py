"""Notes: texts that users write about contacts. A contact may have one pinned note (Inrō's `notes`)."""

from msgspec import Struct

TEXT_LENGTH_MAX = 100_000
CONTACTS_MAX = 500
TAGS_MAX = 100
# a list shows at most this many contacts and tags of each note
FEW = 5


class Note(Struct, frozen=True):
    """is_personal: only its author can see it. author_id: a user."""

    id: str
    author_id: str | None
    text: str
    is_personal: bool
    is_pinned: bool
    created_at: str
    updated_at: str
    deleted_at: str | None

    @property
    def is_counted(self) -> bool:
        """Whether the organization's cached count of notes includes it: it is shared and not deleted."""
        return not self.is_personal and self.deleted_at is None
