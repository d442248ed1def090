"""Errors in Grape's words: {"error": "per_page is invalid, page is invalid"}."""

from coterie.api.errors import ErrorBody, present_plain_error
from coterie.api.idempotency import HEADER
from coterie.errors import Invalid, Problem
from coterie.http.responses import Response

_WORDS = {
    "missing": "is missing",
    "blank": "is empty",
    "choice": "does not have a valid value",
    "taken": "has already been taken",
}
_MALFORMED = (
    "Problem: message body does not match declared format\n"
    "Resolution: when specifying {0} as content-type, you must pass valid {0} in the request's 'body'\n"
)
# our name of a field -> its wire name
_WIRE = {
    "note": "notes",
    "display_name": "name",
    "profile_picture_url": "profile_picture",
    "properties": "custom_properties",
}


def present_error(error: Exception) -> Response:
    """Presents any error as Inrō does."""
    if isinstance(error, Invalid):
        return Response(ErrorBody(_joined(error)), 400)
    return present_plain_error(error)


def _joined(error: Invalid) -> str:
    broken = next((problem.reason for problem in error.problems if problem.kind == "malformed"), None)
    if broken is not None:
        return _MALFORMED.format("application/json" if "JSON" in broken else "form data")
    return ", ".join(dict.fromkeys(_sentence(problem) for problem in error.problems))


def _sentence(problem: Problem) -> str:
    if problem.kind == "together":  # the rule has its own sentence
        return problem.reason
    if problem.kind == "quota" or problem.path == (HEADER,):  # Inrō has no words for it
        return f"{problem.path[-1]} {problem.reason}"
    name = _spelled(problem.path)
    if problem.kind == "too_large":
        return f"{name} must be less than or equal {problem.limit}"  # grape-kaminari omits "to"
    return f"{name} {_WORDS.get(problem.kind, 'is invalid')}"


def _spelled(path: tuple[str, ...]) -> str:
    outer, *inner = [_WIRE.get(part, part) for part in path] or ["body"]
    return outer + "".join(f"[{part}]" for part in inner)
