"""Rows of many contacts, grouped by the contact they belong to."""

from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from coterie.store.database import Row

T = TypeVar("T")
_contact_id = itemgetter(0)
# the columns of a row after the contact id
rest_of: Callable[[Row], Row] = itemgetter(slice(1, None))


def by_contact(rows: Iterable[Row], make: Callable[[Row], T]) -> dict[int, list[T]]:
    """contact id -> the result of make for each of its rows, in their order.

    Each row begins with the id of its contact; the rows of one contact follow one another.
    """
    return {contact_id: [make(row) for row in group] for contact_id, group in groupby(rows, _contact_id)}


def rows_by_contact(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """contact id -> its rows, unchanged."""
    return {contact_id: list(group) for contact_id, group in groupby(rows, _contact_id)}
