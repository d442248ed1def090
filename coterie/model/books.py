"""Books: address books of phones besides the one of all contacts: of a folder, a tag or a segment, or a user's own."""

from typing import Literal

from msgspec import Struct

Kind = Literal["folder", "tag", "segment", "personal"]
KINDS: tuple[Kind, ...] = ("folder", "tag", "segment", "personal")
BOOKS_MAX = 100
# phones become slow above the first number, and fail above the second
CARDS_WARNING, CARDS_MAX = 10_000, 50_000


class Book(Struct, frozen=True):
    """name: in URLs. source_id: the folder, tag or segment. user_id: whose personal book it is.

    refreshed_revision: the newest change number when its members were last computed, on the day refreshed_on;
    last_revision: the change number of its newest change.
    """

    id: str
    name: str
    kind: Kind
    source_id: str | None
    user_id: str | None
    title: str = ""
    refreshed_revision: int = 0
    refreshed_on: str = ""
    last_revision: int = 0

    @property
    def is_read_only(self) -> bool:
        """Whether a filter decides its members."""
        return self.kind == "segment"


class BookMember(Struct, frozen=True):
    """A contact that belongs in a book. card_state: 'on' or None; one that is 'off' is in no book."""

    contact_id: int
    uuid: str
    revision: int
    card_state: str | None
