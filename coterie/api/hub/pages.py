"""Pages of lists: limit, cursor, and what every page has."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from msgspec import Meta, Struct

from coterie.http import cursors

LIMIT = 50
LIMIT_MAX = 200
LONG_LIMIT = 1_000
Item = TypeVar("Item")
Position = TypeVar("Position")
First = TypeVar("First")

Limit = Annotated[int, Meta(description=f"Items on a page; {LIMIT} by default.", ge=1, le=LIMIT_MAX)] | None
Cursor = (
    Annotated[
        str, Meta(description="next_cursor of the page before; none for the first page.", max_length=cursors.LENGTH_MAX)
    ]
    | None
)


class NoQuery(Struct, forbid_unknown_fields=True):
    """The query of an operation without parameters."""


class ListQuery(Struct, forbid_unknown_fields=True):
    limit: Limit = None
    cursor: Cursor = None


class FullListQuery(ListQuery, forbid_unknown_fields=True):
    """The query of a list whose pages are as large as they may be unless the client asks for less."""

    limit: Annotated[int, Meta(description=f"Items on a page; {LIMIT_MAX} by default.", ge=1, le=LIMIT_MAX)] | None = (
        None
    )


class LongListQuery(ListQuery, forbid_unknown_fields=True):
    """The query of a list of small items, which few organizations have more than a page of."""

    limit: (
        Annotated[int, Meta(description=f"Items on a page; {LONG_LIMIT:,} by default.", ge=1, le=LONG_LIMIT)] | None
    ) = None


def open_page(scope: cursors.CursorScope, cursor: str | None, type_: type[Position], first: First) -> Position | First:
    """The position at which a page begins: that of its cursor, or `first` without one. Raises InvalidCursor."""
    return cursors.read_cursor(scope, cursor, type_) if cursor is not None else first


def cut_page(
    scope: cursors.CursorScope, items: Sequence[Item], limit: int, position: Callable[[Item], Any]
) -> tuple[Sequence[Item], str | None]:
    """(the items of a page, the cursor after the last of them). items: one more than the limit if others follow."""
    page = items[:limit]
    return page, cursors.write_cursor(scope, position(page[-1])) if len(items) > limit else None


class Page(Struct, kw_only=True):
    """next_cursor is null on the last page."""

    next_cursor: str | None
