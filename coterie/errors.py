"""The whole error family. Each door maps it to its own wording and statuses, in one place.

CoterieError
├── Invalid            the input is invalid; problems name the fields
├── NotFound           it does not exist for this caller (nothing of another organization does)
├── Unauthorized       no token, or an invalid one
├── Forbidden          the token is valid but does not permit this
├── Conflict           it conflicts with existing data
├── TooLarge           a body, a file or a count exceeds its limit
├── TooOften           too many attempts; seconds: the time to wait
├── TooSlow            a statement exceeded its deadline
└── Unavailable        something the instance needs is missing, or it is stopping
    ├── WaitsForDecision  a change waits until a person agrees; seconds: when to ask again
    └── DiskFull       the disk is full or not writable

http/errors.py has the five that only HTTP knows, and the status of every error. The errors of SMTP (worker/mail.py) and
of Meta's Graph API (graph/client.py) never reach a caller and are not part of this family.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC, EROFS
from typing import NamedTuple

# the numbers of the OSErrors that mean DiskFull
DISK_ERRORS = frozenset((EDQUOT, EFBIG, ENOSPC, EROFS))


class Problem(NamedTuple):
    """One problem of one field.

    path: the field, outermost first: ("contact", "email").
    kind: missing, invalid, blank, choice, too_long, too_small, too_large, taken, unknown; together for a rule over
    several fields, malformed for a body that cannot be parsed, quota for one that the organization has no room for.
    reason: for people, continuing the field's name: "is empty". Doors with a fixed wording use kind and limit instead.
    limit: the bound that was exceeded, with too_long, too_small and too_large.
    """

    path: tuple[str, ...]
    kind: str
    reason: str
    limit: float | None = None


class CoterieError(Exception):
    """An error that is reported to the caller. The message is for people and contains nothing internal."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class Invalid(CoterieError):
    """The input is invalid. problems: at least one."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{'.'.join(p.path)} {p.reason}".strip() for p in problems))
        self.problems = problems

    def __reduce__(self) -> tuple[type["Invalid"], tuple[Problem, ...]]:
        # the constructor does not take what Exception would pickle
        return Invalid, self.problems


class NotFound(CoterieError):
    """It does not exist for this caller. what names it: "Contact not found". hint: why, or what mends it.

    The message is both, with a colon between them.
    """

    def __init__(self, what: str = "", *, hint: str = "") -> None:
        super().__init__(f"{what}: {hint}" if hint else what)
        self.what = what
        self.hint = hint


class Unauthorized(CoterieError):
    """No token, or an invalid one."""


class Forbidden(CoterieError):
    """The token is valid but does not permit this."""


class Conflict(CoterieError):
    """It conflicts with existing data."""


class TooLarge(CoterieError):
    """A size or count exceeds its limit."""


class TooOften(CoterieError):
    """Too many attempts. seconds: the time to wait before the next one."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class TooSlow(CoterieError):
    """A statement exceeded its deadline."""


class Unavailable(CoterieError):
    """Something the instance needs is missing, or it is stopping."""


class WaitsForDecision(Unavailable):
    """A change waits until a person agrees. seconds: when to ask again."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class DiskFull(Unavailable):
    """The disk is full or not writable."""

    def __init__(self, message: str = "The disk is full or not writable") -> None:
        super().__init__(message)


@contextmanager
def gathering(problems: list[Problem]) -> Iterator[None]:
    """Adds the problems of an Invalid raised in the block to the list, so that all are reported at once."""
    try:
        yield
    except Invalid as error:
        problems += error.problems


@contextmanager
def raising_disk_full() -> Iterator[None]:
    """Raises DiskFull instead of an OSError of the block that means a full or read-only disk."""
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_ERRORS:
            raise
        raise DiskFull from error


def invalid(field: str | tuple[str, ...], reason: str, kind: str = "invalid") -> Invalid:
    """An Invalid with one problem: invalid("email", "is not an e-mail address")."""
    return Invalid(Problem((field,) if isinstance(field, str) else field, kind, reason))
