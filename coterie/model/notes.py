"""Notes: texts users write about contacts; one of a contact's notes may be pinned (Inrō's `notes`)."""

from msgspec import Struct

TEXT_LENGTH_MAX = 100_000
CONTACTS_MAX = 500
TAGS_MAX = 100
# how many contacts and tags a list shows of each note
FEW = 5


class Note(Struct, frozen=True):
    """is_personal: nobody but its author can see it. author_id is a user's."""

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
        """Whether the kept count of an organization's notes has it: what is shared and not deleted."""
        return not self.is_personal and self.deleted_at is None
