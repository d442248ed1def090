"""Errors of all contracts: {"error": "…"} with a status, and the wire names of fields.

Each contract presents Invalid in its own words.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from coterie.errors import Invalid, Problem
from coterie.http.errors import STATUSES, PreconditionFailed, Unexpected, error_headers, status_of
from coterie.http.responses import Response


class ErrorBody(Struct):
    error: str


# status -> type of the body, for the document of each contract, which does not have If-Match and its 412
TYPES: dict[int, Any] = {status: ErrorBody for error, status in STATUSES.items() if error is not PreconditionFailed}


def present_plain_error(error: Exception) -> Response:
    """Presents any error except Invalid."""
    status = status_of(error)
    if isinstance(error, Unexpected):
        return Response(ErrorBody(f"Internal Server Error (id {error.message})"), status)
    return Response(ErrorBody(str(error) or "Error"), status, error_headers(error))


@contextmanager
def wire_names(wrapper: str, names: Mapping[str, str] | None = None) -> Iterator[None]:
    """Renames the fields of an action's problems to their wire names, below the wrapper.

    names: our name -> wire name, for those that differ.
    """
    try:
        yield
    except Invalid as error:
        raise Invalid(*(_renamed(problem, wrapper, names or {}) for problem in error.problems)) from None


def _renamed(problem: Problem, wrapper: str, names: Mapping[str, str]) -> Problem:
    outer, inner = problem.path[:1], problem.path[1:]
    return problem._replace(path=(wrapper, *(names.get(name, name) for name in outer), *inner))
