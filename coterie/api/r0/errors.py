"""Errors of R0's contract: {"error": "…"}, and for invalid input also {"errors": {"field": ["…"]}}.

A field is named without its wrapper: phone_number[phone_number] is phone_number.
"""

from typing import Any

from msgspec import Struct

from coterie.api import errors
from coterie.api.errors import ErrorBody, present_plain_error
from coterie.errors import Invalid
from coterie.http.responses import Response

# the wrappers of bodies
WRAPPERS = frozenset(
    ("user", "contact", "address", "phone_number", "email", "contact_relationship", "user_relationship", "tag",
     "expertise", "pet", "gift", "important_date", "note", "user_reminder")
)  # fmt: skip


class InvalidBody(Struct):
    """What is wrong: in one sentence, and by field."""

    error: str
    errors: dict[str, list[str]]


TYPES: dict[int, Any] = {**errors.TYPES, 422: InvalidBody}


def present_error(error: Exception) -> Response:
    """Presents any error as R0 does."""
    if isinstance(error, Invalid):
        return _present_invalid(error)
    return present_plain_error(error)


def _present_invalid(error: Invalid) -> Response:
    for problem in error.problems:
        if problem.kind == "malformed":
            return Response(ErrorBody(f"The body {problem.reason}"), 400)
    reasons: dict[str, list[str]] = {}
    for problem in error.problems:
        reasons.setdefault(_field(problem.path), []).append(problem.reason)
    by_field = {field: list(dict.fromkeys(each)) for field, each in reasons.items()}
    sentence = ", ".join(f"{field} {reason}" for field, each in by_field.items() for reason in each)
    return Response(InvalidBody(sentence, by_field), 422)


def _field(path: tuple[str, ...]) -> str:
    """phone_number for (phone_number, phone_number), notifications[0][notif_id] for (user, notifications, 0, …)."""
    parts = path[1:] if len(path) > 1 and path[0] in WRAPPERS else path
    outer, *inner = parts or ("body",)
    return outer + "".join(f"[{part}]" for part in inner)
