"""Pages as grape-kaminari has them: a bare array, with the counts in headers."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from coterie.errors import Invalid, Problem
from coterie.http.responses import Response

PER_PAGE = 25
PER_PAGE_MAX = 100

PAGE_HEADERS = {
    "X-Total": "How many there are in all, over all pages.",
    "X-Total-Pages": "How many pages that makes.",
    "X-Page": "The page given.",
    "X-Per-Page": "How many a page has.",
    "X-Next-Page": "The page after this one; empty on the last.",
    "X-Prev-Page": "The page before this one; empty on the first.",
    "X-Offset": "How many were skipped besides whole pages.",
}

PageNumber = Annotated[int | None, Meta(description="Page offset to fetch.")]
PerPage = Annotated[
    Annotated[int, Meta(le=PER_PAGE_MAX)] | None, Meta(description="Number of results to return per page.")
]
Offset = Annotated[int | None, Meta(description="Pad a number of results.")]


class PageQuery(Struct):
    page: PageNumber = None
    per_page: PerPage = None
    offset: Offset = None


class Page(Struct, frozen=True):
    """A valid page. number: from 1. offset: rows skipped in addition. skip: all rows before the page."""

    number: int
    size: int
    offset: int
    skip: int


def read_page(page: int | None, per_page: int | None, offset: int | None) -> Page:
    """The requested page, read as Kaminari does: a page below 1 is the first, a negative per_page the default.

    Raises Invalid if per_page is 0 (Kaminari raises, too) or the offset is negative.
    """
    problems = []
    if per_page == 0:
        problems.append(Problem(("per_page",), "choice", "is 0"))
    if offset is not None and offset < 0:
        problems.append(Problem(("offset",), "invalid", "is negative"))
    if problems:
        raise Invalid(*problems)
    size = per_page if per_page and per_page > 0 else PER_PAGE
    # no list is longer, and larger numbers would overflow in the database
    number = min(max(page or 1, 1), 2**31 - 1)
    padding = min(offset or 0, 2**31 - 1)
    return Page(number, size, padding, (number - 1) * size + padding)


def page_response(items: list[Any], page: Page, total: int) -> Response:
    """The items with the seven headers of a page."""
    pages = max(-(-(total - page.offset) // page.size), 0)
    is_inside = bool(items)
    return Response(
        body=items,
        headers=(
            ("X-Total", str(total)),
            ("X-Total-Pages", str(pages)),
            ("X-Page", str(page.number)),
            ("X-Per-Page", str(page.size)),
            ("X-Next-Page", str(page.number + 1) if is_inside and page.number < pages else ""),
            ("X-Prev-Page", str(page.number - 1) if is_inside and page.number > 1 else ""),
            ("X-Offset", str(page.offset)),
        ),
    )


OrderDirection = Annotated[Literal["asc", "desc"] | None, Meta(description="Order direction")]
