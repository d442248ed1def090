"""Pages as R0 has them: an object with the counts and the list.

Where R0's documentation is silent, a limit or page out of range is 422, a page after the last one is empty with first
and last 0, and unknown words of include[] are ignored.
"""

from collections.abc import Sized
from typing import Annotated

from msgspec import Meta, Struct, field

LIMIT = 20
LIMIT_MAX = 100
PAGE_MAX = 2**31 - 1
DELETED = "deleted"
# R0 documents include[] of phone numbers as a Boolean: true can only mean `deleted`
_BOOLEAN = {"true", "1", "t", "on"}

PageNumber = Annotated[int, Meta(description="Which page, from 1.", ge=1, le=PAGE_MAX)] | None
Limit = Annotated[int, Meta(description="Records on a page; 20 by default.", ge=1, le=LIMIT_MAX)] | None
Include = Annotated[
    list[str] | str | None,
    Meta(description="`deleted` gives the deleted ones as well. Also taken as include=…, and `true` for `deleted`."),
]
Search = Annotated[str, Meta(description="Words to find; each is a prefix.", max_length=500)] | None


class ListQuery(Struct):
    """The parameters of every list."""

    page: PageNumber = None
    limit: Limit = None
    include: Include = field(default=None, name="include[]")


class SearchQuery(ListQuery):
    search: Search = None


class IncludeQuery(Struct):
    """The parameter of a GET that can include parts."""

    include: Annotated[list[str] | str | None, Meta(description="Parts to bring along.")] = field(
        default=None, name="include[]"
    )


class Page(Struct, frozen=True):
    """number: from 1. offset: the rows before the page."""

    number: int
    limit: int
    offset: int


class PageEntity(Struct):
    """What every list begins with; the records follow under their plural."""

    count: Annotated[int, Meta(description="How many there are in all, over all pages.")]
    first: Annotated[int, Meta(description="Position of this page's first record, from 1; 0 on an empty page.")]
    last: Annotated[int, Meta(description="Position of its last record; 0 on an empty page.")]
    page: int
    limit: int


def read_page(query: ListQuery) -> Page:
    """The requested page; by default the first, of 20."""
    number, limit = query.page or 1, query.limit or LIMIT
    return Page(number, limit, (number - 1) * limit)


def envelope(page: Page, total: int, items: Sized) -> tuple[int, int, int, int, int]:
    """The five values of a PageEntity: PhoneNumberList(*envelope(page, total, items), items)."""
    first = page.offset + 1 if len(items) else 0
    return total, first, page.offset + len(items) if first else 0, page.number, page.limit


def include_words(include: list[str] | str | None) -> frozenset[str]:
    """The words of include: of include[]=a&include[]=b, include=a or include=a,b."""
    texts = include if isinstance(include, list) else [include or ""]
    return frozenset(word.strip() for text in texts for word in text.split(","))


def includes_deleted(include: list[str] | str | None) -> bool:
    """Whether include[] asks for deleted ones, by `deleted` or `true`."""
    return any(word.lower() == DELETED or word.lower() in _BOOLEAN for word in include_words(include))
