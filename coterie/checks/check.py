"""A check: a query for violations of an invariant, page by page, and possibly a repair."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from coterie.model.organizations import Caller
from coterie.store.database import Tx


class Violation(Struct, frozen=True):
    """One violation. subject: such as "folder 3"; text: the problem; key: for the repair."""

    subject: str
    text: str
    key: Any = None


class CheckScope(Struct, frozen=True):
    """The data to check: of an organization and in the data folder; is_deep: contents are compared as well.

    import_seconds: after which imports expire.
    """

    organization_id: int
    folder: Path
    is_deep: bool
    import_seconds: float


ViolationPage = tuple[Sequence[Violation], int | None]


class Check(Struct, frozen=True, kw_only=True):
    """One invariant of an organization.

    find: the violations of the page after a number, and the number to go on after, None at the end. repair: mends
    violations found in the same transaction and returns the number of those it mended. hint: what the operator can do
    about the others.
    """

    name: str
    find: Callable[[Tx, CheckScope, int], ViolationPage]
    repair: Callable[[Tx, Caller, Sequence[Violation]], int] | None = None
    hint: str | None = None
