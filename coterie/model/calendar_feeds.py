"""Calendar feeds: secret addresses from which a calendar program reads birthdays and other days."""

from collections.abc import Iterable

from msgspec import Struct

from coterie.errors import invalid

BIRTHDAYS, DATES, REMINDERS, IN_TOUCH = "birthdays", "dates", "reminders", "in_touch"
CONTENTS = (BIRTHDAYS, DATES, REMINDERS, IN_TOUCH)
FEEDS_MAX = 10
TOKEN_BYTES = 32
PATH = "/calendar/{token}.ics"


class CalendarFeed(Struct, frozen=True, kw_only=True):
    """A feed of a user. contents: some of CONTENTS."""

    id: str
    user_id: str
    contents: tuple[str, ...]
    created_at: str
    last_read_at: str | None = None


def parse_contents(contents: Iterable[str]) -> tuple[str, ...]:
    """The contents in their order; all for none. Raises Invalid for one that does not exist."""
    chosen = set(contents)
    for name in chosen:
        if name not in CONTENTS:
            raise invalid("contents", f"{name[:100]!r} is not one of {', '.join(CONTENTS)}", kind="choice")
    return tuple(name for name in CONTENTS if name in chosen) or CONTENTS


def path_of(token: str) -> str:
    """The path of a feed's address."""
    return PATH.replace("{token}", token)
