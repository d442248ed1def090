"""What every contract does alike with errors: {"error": "…"} and a status, and the names fields have on the wire.

What is wrong with input each contract says in its own words.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from coterie.api.dispatch import MethodNotAllowed, NotAcceptable, Unexpected
from coterie.api.route import Response
from coterie.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    TooLarge,
    TooOften,
    TooSlow,
    Unauthorized,
    Unavailable,
)
from coterie.http.body import Disconnected, UnsupportedMediaType

_STATUS = {
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    NotAcceptable: 406,
    Conflict: 409,
    TooLarge: 413,
    UnsupportedMediaType: 415,
    TooOften: 429,
    Disconnected: 400,
    TooSlow: 503,
    Unavailable: 503,
}


class ErrorBody(Struct):
    error: str


# the statuses of a contract's errors, for its document; 400 is a body that cannot be read
TYPES: dict[int, Any] = dict.fromkeys((400, *_STATUS.values(), 500), ErrorBody)


def present_plain_error(error: Exception) -> Response:
    """Any error of the family but Invalid."""
    if isinstance(error, Unexpected):
        return Response(ErrorBody(f"Internal Server Error (id {error.message})"), 500)
    status = _STATUS.get(type(error), 500)
    headers: tuple[tuple[str, str], ...] = ()
    if isinstance(error, Unauthorized):
        headers = (("WWW-Authenticate", "Bearer"),)
    elif isinstance(error, TooOften):
        headers = (("Retry-After", str(error.seconds)),)
    return Response(ErrorBody(str(error) or "Error"), status, headers)


@contextmanager
def wire_names(wrapper: str, names: Mapping[str, str] | None = None) -> Iterator[None]:
    """Around an action: its problems get the names the fields have on the wire, below what wraps them.

    names: inside name -> name on the wire, for those that differ.
    """
    try:
        yield
    except Invalid as error:
        raise Invalid(*(_renamed(problem, wrapper, names or {}) for problem in error.problems)) from None


def _renamed(problem: Problem, wrapper: str, names: Mapping[str, str]) -> Problem:
    outer, inner = problem.path[:1], problem.path[1:]
    return problem._replace(path=(wrapper, *(names.get(name, name) for name in outer), *inner))
