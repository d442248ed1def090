"""The errors that only HTTP has, and the status of every error. coterie/errors.py has the others.

CoterieError
├── MethodNotAllowed      the path has no such method
├── InvalidQuery          a parameter of the query is invalid; a kind of Invalid
├── NotAcceptable         ?format= asks for a format other than JSON
├── PreconditionFailed    If-Match does not have the ETag of what the request changes
├── UnsupportedMediaType  the body's media type is not read
├── Disconnected          the client left, or stopped sending, before its body was complete
└── Unexpected            a fault of ours; the message is the id under which it was logged
"""

import logging
from collections.abc import Mapping, Sequence

from coterie.errors import (
    DISK_ERRORS,
    Conflict,
    CoterieError,
    DiskFull,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    TooLarge,
    TooOften,
    TooSlow,
    Unauthorized,
    Unavailable,
    WaitsForDecision,
)
from coterie.http.body_budget import Busy

log = logging.getLogger(__name__)


class MethodNotAllowed(CoterieError):
    """The path has no such method; allowed are those it has."""

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__("405 Not Allowed")
        self.allowed = ", ".join(allowed)


class InvalidQuery(Invalid):
    """A parameter of the query is invalid. Contracts that do not tell it from a body present it as Invalid."""


class NotAcceptable(CoterieError):
    """?format= asks for a format other than JSON."""


class PreconditionFailed(CoterieError):
    """If-Match does not have the current ETag of the changed resource (RFC 9110, section 13.1.1)."""

    def __init__(self, etag: str) -> None:
        super().__init__("It was changed since it was read")
        self.etag = etag


class UnsupportedMediaType(CoterieError):
    """The body's media type is not read."""


class Disconnected(CoterieError):
    """The client left, or stopped sending, before its body was complete."""


class Unexpected(CoterieError):
    """A fault of ours. The message is the id under which it was logged."""


# Invalid is absent: each door chooses its status, 400 or 422
STATUSES: Mapping[type[CoterieError], int] = {
    Disconnected: 400,
    InvalidQuery: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    NotAcceptable: 406,
    Conflict: 409,
    PreconditionFailed: 412,
    TooLarge: 413,
    UnsupportedMediaType: 415,
    TooOften: 429,
    Unexpected: 500,
    Busy: 503,
    TooSlow: 503,
    Unavailable: 503,
    WaitsForDecision: 503,
    DiskFull: 503,
}


def status_of(error: Exception) -> int:
    """The status of an error other than Invalid; that of its base class if it has none itself, 500 for any other."""
    return next((STATUSES[cls] for cls in type(error).__mro__ if cls in STATUSES), 500)


def known_error(error: Exception, request_id: str) -> CoterieError:
    """The error that a door presents: DiskFull for an error of the disk. Any other is logged and becomes Unexpected."""
    if isinstance(error, CoterieError):
        return error
    if isinstance(error, OSError) and error.errno in DISK_ERRORS:
        return DiskFull()
    log.error("unexpected error", extra={"request_id": request_id}, exc_info=error)
    return Unexpected(request_id)


def error_headers(error: Exception) -> tuple[tuple[str, str], ...]:
    """The headers that the response to an error must have: WWW-Authenticate, Allow, ETag or Retry-After (RFC 9110)."""
    if isinstance(error, Unauthorized):
        return (("WWW-Authenticate", "Bearer"),)
    if isinstance(error, MethodNotAllowed):
        return (("Allow", error.allowed),)
    if isinstance(error, PreconditionFailed):
        return (("ETag", error.etag),)
    if isinstance(error, TooOften | WaitsForDecision):
        return (("Retry-After", str(error.seconds)),)
    return ()


def malformed(reason: str) -> Invalid:
    """An Invalid for a body that cannot be parsed. reason continues "The body": "is not valid JSON"."""
    return Invalid(Problem((), "malformed", reason))
