"""filter and segment_id of Inrō's lists. Their errors have reasons of their own: Grape has no words for them."""

from collections.abc import Iterator
from contextlib import contextmanager

from coterie.errors import Invalid, Problem


@contextmanager
def filter_errors() -> Iterator[None]:
    """Keeps the sentences of a filter's problems."""
    try:
        yield
    except Invalid as error:
        sentences = (f"{problem.path[0]} {problem.reason}" for problem in error.problems)
        raise Invalid(*(Problem((), "together", sentence) for sentence in sentences)) from None
