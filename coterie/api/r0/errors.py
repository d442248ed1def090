"""Errors of R0's contract: {"error": "…"}, and for bad input also {"errors": {"field": ["…"]}} (design, decision 11).

A field is named as it is sent, without the resource it is wrapped in: phone_number[phone_number] is phone_number.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from coterie.api.body import Disconnected, UnsupportedMediaType
from coterie.api.http import MethodNotAllowed, NotAcceptable, Unexpected
from coterie.api.route import Answer
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

_STATUS = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    TooLarge: 413,
    TooOften: 429,
    MethodNotAllowed: 405,
    NotAcceptable: 406,
    UnsupportedMediaType: 415,
    Disconnected: 400,
    TooSlow: 503,
    Unavailable: 503,
}
# what a body wraps its fields in
WRAPPERS = frozenset(
    ("user", "contact", "address", "phone_number", "email", "contact_relationship", "user_relationship", "tag",
     "expertise", "pet", "gift", "note", "user_reminder")
)  # fmt: skip


class ErrorBody(Struct):
    error: str


class InvalidBody(Struct):
    """What is wrong: in one sentence, and by field."""

    error: str
    errors: dict[str, list[str]]


TYPES: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 405, 406, 409, 413, 415, 429, 500, 503), ErrorBody) | {
    422: InvalidBody
}


@contextmanager
def on_wire(wrapper: str, names: Mapping[str, str] | None = None) -> Iterator[None]:
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


def present_error(error: Exception) -> Answer:
    """Any error of the family in R0's form."""
    if isinstance(error, Invalid):
        return _present_invalid(error)
    if isinstance(error, Unauthorized):
        return Answer(ErrorBody(error.message or "Unauthorized"), 401, (("WWW-Authenticate", "Bearer"),))
    if isinstance(error, Unexpected):
        return Answer(ErrorBody(f"Internal Server Error (id {error.message})"), 500)
    status = _STATUS.get(type(error), 500)
    headers = (("Retry-After", str(error.seconds)),) if isinstance(error, TooOften) else ()
    return Answer(ErrorBody(str(error) or "Error"), status, headers)


def _present_invalid(error: Invalid) -> Answer:
    for problem in error.problems:
        if problem.kind == "malformed":
            return Answer(ErrorBody(f"The body cannot be read: it {_lowered(problem.reason)}"), 400)
    errors: dict[str, list[str]] = {}
    for problem in error.problems:
        errors.setdefault(_field(problem.path), []).append(problem.reason)
    sentence = ", ".join(f"{field} {reason}" for field, reasons in errors.items() for reason in dict.fromkeys(reasons))
    return Answer(InvalidBody(sentence, {field: list(dict.fromkeys(each)) for field, each in errors.items()}), 422)


def _lowered(reason: str) -> str:
    return reason if reason[:3] == "is " else f"is malformed ({reason})"


def _field(path: tuple[str, ...]) -> str:
    """phone_number for (phone_number, phone_number), notifications[0][notif_id] for (user, notifications, 0, …)."""
    parts = path[1:] if len(path) > 1 and path[0] in WRAPPERS else path
    outer, *inner = parts or ("body",)
    return outer + "".join(f"[{part}]" for part in inner)
