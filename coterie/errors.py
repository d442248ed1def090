"""The whole error family. Each door maps it to its own words and statuses, once.

CoterieError
├── Invalid            the input is wrong; problems names each field
├── NotFound           it does not exist for this caller (another organization's things do not exist)
├── Unauthorized       no token, or one that is not valid
├── Forbidden          the token is valid and may not do this
├── Conflict           it contradicts what is already there
├── TooLarge           a body, a file or a count beyond its limit
├── TooOften           tried too many times; seconds says when to come back
├── TooSlow            the statement ran into its deadline
└── Unavailable        something this instance needs is missing or stopping
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing wrong with one field.

    path: where it is, outermost first: ("contact", "email").
    kind: missing, invalid, blank, choice, too_long, too_small, too_large, taken, or unknown.
    reason: a sentence for people; doors with fixed words use kind and leave it.
    """

    path: tuple[str, ...]
    kind: str
    reason: str


class CoterieError(Exception):
    """Anything a caller can be told. The message is for people and holds nothing internal."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Invalid(CoterieError):
    """The input is wrong."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{'.'.join(p.path)} {p.reason}".strip() for p in problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type["Invalid"], tuple[Problem, ...]]:
        # raised in one process and told in another
        return Invalid, self.problems


class NotFound(CoterieError):
    """What was asked for does not exist for this caller. The message names it: "Contact not found"."""


class Unauthorized(CoterieError):
    """No token, or one that is not valid."""


class Forbidden(CoterieError):
    """The token is valid and may not do this."""


class Conflict(CoterieError):
    """It contradicts what is already there."""


class TooLarge(CoterieError):
    """Beyond a limit on size or count."""


class TooOften(CoterieError):
    """Tried too many times. seconds: how long to wait before the next attempt."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class TooSlow(CoterieError):
    """A statement ran into its deadline."""


class Unavailable(CoterieError):
    """Something this instance needs is missing, or it is stopping."""


@contextmanager
def gathering(problems: list[Problem]) -> Iterator[None]:
    """What the block refuses is put to the problems, so that a caller can be told all of them at once."""
    try:
        yield
    except Invalid as error:
        problems += error.problems


def invalid(field: str | tuple[str, ...], reason: str, kind: str = "invalid") -> Invalid:
    """An Invalid with one problem: invalid("email", "is not an e-mail address")."""
    return Invalid(Problem((field,) if isinstance(field, str) else field, kind, reason))
