"""Errors in Grape's words: {"error": "per_page is invalid, page is invalid"} (inro.md, 1, "Errors")."""

import re
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

_WORDS = {
    "missing": "is missing",
    "blank": "is empty",
    "choice": "does not have a valid value",
    "taken": "has already been taken",
}
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
MALFORMED = (
    "Problem: message body does not match declared format\n"
    "Resolution: when specifying application/json as content-type, you must pass valid application/json"
    " in the request's 'body'\n"
)
# The names a field has on this wire, where the inside calls it otherwise
_WIRE = {
    "note": "notes",
    "display_name": "name",
    "profile_picture_url": "profile_picture",
    "properties": "custom_properties",
}
_NUMBER = re.compile(r"-?\d+")


class ErrorBody(Struct):
    error: str


TYPES: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 405, 406, 409, 413, 415, 429, 500, 503), ErrorBody)


def present_error(error: Exception) -> Answer:
    """Any error of the family as Inrō's clients know it."""
    if isinstance(error, Invalid):
        return Answer(ErrorBody(_joined(error)), 400)
    if isinstance(error, Unauthorized):
        return Answer(ErrorBody("Unauthorized"), 401, (("WWW-Authenticate", "Bearer"),))
    if isinstance(error, Unexpected):
        return Answer(ErrorBody(f"Internal Server Error (id {error.message})"), 500)
    status = _STATUS.get(type(error), 500)
    headers = (("Retry-After", str(error.seconds)),) if isinstance(error, TooOften) else ()
    return Answer(ErrorBody(str(error) or "Error"), status, headers)


def _joined(error: Invalid) -> str:
    if any(problem.kind == "malformed" for problem in error.problems):
        return MALFORMED
    return ", ".join(dict.fromkeys(_sentence(problem) for problem in error.problems))


def _sentence(problem: Problem) -> str:
    if problem.kind == "together":  # a rule over several parameters says its own sentence
        return problem.reason
    name = _spelled(problem.path)
    if problem.kind == "too_large":
        # grape-kaminari says it without "to"
        return f"{name} must be less than or equal {_NUMBER.findall(problem.reason)[-1]}"
    return f"{name} {_WORDS.get(problem.kind, 'is invalid')}"


def _spelled(path: tuple[str, ...]) -> str:
    outer, *inner = [_WIRE.get(part, part) for part in path] or ["body"]
    return outer + "".join(f"[{part}]" for part in inner)
