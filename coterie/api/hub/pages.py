"""Pages of lists: limit, cursor, and what every page has."""

from typing import Annotated

from msgspec import Meta, Struct

from coterie.http import cursors

LIMIT = 50
LIMIT_MAX = 200

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


class Page(Struct, kw_only=True):
    """next_cursor is null on the last page."""

    next_cursor: str | None
