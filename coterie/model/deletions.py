"""Deletions by a device: when they are many, and when a member must agree to them (docs/decisions/0052)."""

from msgspec import Struct

MAIL_JOB = "mail_deletions"
# deletions without a longer pause are one bundle
PAUSE_SECONDS = 600
# how long a member's consent lasts
ALLOWED_SECONDS = 24 * 3600
RETRY_SECONDS = 3600
_MANY_COUNT, _MANY_SHARE = 10, 0.2
_HELD_COUNT, _HELD_SHARE = 50, 0.5


class DeletedGroup(Struct, frozen=True):
    """The tag that a deleted group showed, and the members it was taken off."""

    tag: str
    contacts: list[int]


class Restoring(Struct, frozen=True):
    """count: the restored contacts, or those that the worker will restore if it is not finished."""

    count: int
    is_finished: bool


class Bundle(Struct, frozen=True):
    """card_count: the cards of the book before the first deletion."""

    id: str
    device_id: str
    card_count: int
    deleted_count: int
    started_at: str
    last_at: str
    allowed_at: str | None = None
    restored_at: str | None = None

    @property
    def is_many(self) -> bool:
        """Whether the owners get a mail about it."""
        return self.deleted_count > max(_MANY_COUNT, _MANY_SHARE * self.card_count)

    @property
    def is_full(self) -> bool:
        """Whether the next deletion needs a member's consent: more than 50 cards, and more than half of the book."""
        next_count = self.deleted_count + 1
        return next_count > _HELD_COUNT and next_count > _HELD_SHARE * self.card_count

    @property
    def is_held(self) -> bool:
        return self.is_full and self.allowed_at is None and self.restored_at is None
